"""Networks as people look for them."""

from __future__ import annotations

import pytest

from cnnlab.errors import LabError
from cnnlab.models import listing
from cnnlab.registry import Entry, registry


def entry(name: str, year: int, parameters: int, **facts: object) -> Entry:
    texts = {language: {"title": name.upper(), "summary": f"About {name}."} for language in ("en", "es")}
    stated = {"year": year, "parameters": parameters, "family": "Nets", "group": "compact", **facts}
    return Entry(name=name, code=name, texts=texts, facts=stated)


def test_every_network_is_in_exactly_one_group_and_family() -> None:
    found = [entry.name for family in listing.families(listing.select()) for entry in family.members]
    assert sorted(found) == sorted(registry("architecture"))
    by_group = [one.name for group in listing.GROUPS for one in listing.select(group=group)]
    assert sorted(by_group) == sorted(registry("architecture"))


def test_every_word_has_to_occur() -> None:
    assert "lenet5" in {one.name for one in listing.select("LECUN lenet-5 1998")}
    assert listing.select("lenet-5 1803") == []
    assert [one.name for one in listing.select("teléfonos mobilenetv3-small", language="es")] == ["mobilenet_v3_small"]


def test_networks_are_listed_by_year() -> None:
    years = [listing.year_of(one) for one in listing.select()]
    assert years == sorted(years)


def test_an_unknown_group_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(LabError, match="classic, compact"):
        listing.select(group="<b>")


def test_a_family_has_its_members_by_size_and_its_first_by_year() -> None:
    large, small, other = entry("large", 2015, 900), entry("small", 2016, 100), entry("other", 2001, 5, family="Else")
    alone, family = listing.families([large, small, other])
    assert (alone.name, family.name) == ("Else", "Nets")
    assert [one.name for one in family.members] == ["small", "large"]
    assert family.first is large
    assert family.years == (2015, 2016)
    assert family.extent("parameters") == (100, 900)
    assert family.extent("macs") is None


def test_families_of_one_name_in_two_groups_stay_apart() -> None:
    found = listing.families([entry("a", 2015, 1), entry("b", 2016, 2, group="imagenet")])
    assert [(family.name, family.group) for family in found] == [("Nets", "compact"), ("Nets", "imagenet")]
