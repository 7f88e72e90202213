"""Reads and sets the form of the Train page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from cnnlab.models.listing import group_of
from cnnlab.registry import registry
from cnnlab.ui.train.choosing import select_key
from cnnlab.ui.train.form import Form


def form_of(page: AppTest) -> Form:
    form: Form = page.session_state["train_form"]
    return form


def field(page: AppTest, name: str) -> str:
    return form_of(page).key(name)


def option(page: AppTest, architecture: str, path: str, *, inside_list: bool = False) -> str:
    moved = f"_{form_of(page).rows}" if inside_list else ""
    return form_of(page).key(f"model.options.{architecture}{moved}.{path}")


def write(page: AppTest, name: str, value: str) -> AppTest:
    return page.text_input(key=field(page, name)).set_value(value).run()


def set_number(page: AppTest, name: str, value: float) -> AppTest:
    return page.number_input(key=field(page, name)).set_value(value).run()


def choose(page: AppTest, name: str, value: object) -> AppTest:
    return page.selectbox(key=field(page, name)).set_value(value).run()


def choose_network(page: AppTest, name: str) -> AppTest:
    """By its group, then by its name, as a person does."""
    group = group_of(registry("architecture")[name])
    pills = page.pills(key=field(page, "network.group"))
    if pills.value != group:
        page = pills.set_value(group).run()
    return choose_listed(page, name)


def network_list(page: AppTest) -> Selectbox:
    """The list that a network is chosen from."""
    return page.selectbox(key=select_key(form_of(page)))


def choose_listed(page: AppTest, code: str) -> AppTest:
    return network_list(page).set_value(code).run()


def upload(page: AppTest, name: str, content: bytes) -> None:
    page.get("file_uploader")[0].upload(name, content, "application/yaml").run()
