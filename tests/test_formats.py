from __future__ import annotations

import pytest

from cnnlab.i18n import environment_language, formats, match_language

N = "\N{NO-BREAK SPACE}"
T = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (formats.percent(0.9731, "en"), f"97.3{N}%"),
        (formats.percent(0.9731, "es"), f"97,3{N}%"),
        (formats.percent(None, "es"), "–"),
        (formats.whole(78042, "en"), f"78{T}042"),
        (formats.loss(0.1419, "es"), "0,142"),
        (formats.loss(float("nan"), "en"), "–"),
        (formats.learning_rate(0.001), "1e-3"),
        (formats.learning_rate(0.00025), "2.5e-4"),
        (formats.learning_rate(0), "0"),
        (formats.size(310_000_000, "en"), f"310{N}MB"),
        (formats.size(5_100_000_000, "es"), f"5,1{N}GB"),
        (formats.size(12, "en"), f"12{N}B"),
        (formats.short(856, "en"), "856"),
        (formats.short(61_706, "en"), f"61.7{N}k"),
        (formats.short(999_600, "en"), f"1.00{N}M"),
        (formats.short(25_557_032, "es"), f"25,6{N}M"),
        (formats.short(4_089_000_000, "en"), f"4.09{N}G"),
        (formats.short(138_357_544, "en"), f"138{N}M"),
        (formats.short(None, "es"), "–"),
        (formats.duration(59.2), f"59{N}s"),
        (formats.duration(72), f"1{N}min 12{N}s"),
        (formats.duration(3600 * 2 + 300), f"2{N}h 5{N}min"),
        (formats.duration(0.01), f"1{N}s"),
    ],
)
def test_numbers_are_written_as_people_write_them(shown: str, expected: str) -> None:
    assert shown == expected


def test_dates_are_in_the_readers_language() -> None:
    assert "ene" in formats.moment(1_704_500_000, "es")
    assert "Jan" in formats.moment(1_704_500_000, "en")


def test_the_language_is_the_first_wish_we_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    assert match_language("fr-FR", "es-MX", "en") == "es"
    assert match_language(None, "de") == "en"
    monkeypatch.setenv("CNNLAB_LANGUAGE", "es")
    assert environment_language() == "es"


def test_a_counted_number_is_written_with_its_thousands_apart() -> None:
    counted = formats.Counted(1797, "es")
    assert (f"{counted}", counted, f"{counted}") == (
        "1\N{NARROW NO-BREAK SPACE}797",
        1797,
        f"{counted}",
    )
