"""Polling never begins the page again while it is being drawn, and callbacks end at the edge like pages do."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def ended_at_once() -> None:
    import streamlit as st

    from cnnlab.ui.polling import while_there

    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    st.number_input("Value", value=4)
    while_there(lambda: None, st.markdown, seconds=60.0)
    st.caption("the end of the page")


def going_on() -> None:
    import streamlit as st

    from cnnlab.ui.polling import while_there

    while_there(lambda: "still", st.markdown, seconds=60.0)


def with_callbacks() -> None:
    import streamlit as st

    from cnnlab.errors import DataError
    from cnnlab.ui.edge import safely, say_what_callbacks_met

    def refused() -> None:
        raise DataError("dataset_name", field="name", value="X")

    def broken() -> None:
        raise KeyError("train_1_training.epochs")

    say_what_callbacks_met()
    st.button("refused", key="refused", on_click=safely(refused))
    st.button("broken", key="broken", on_click=safely(broken))
    st.caption("the end of the page")


def test_what_ends_while_the_page_is_drawn_does_not_begin_it_again() -> None:
    app = AppTest.from_function(ended_at_once).run()
    assert app.session_state["drawn"] == 1
    assert [caption.value for caption in app.caption] == ["the end of the page"]


def test_what_goes_on_is_drawn() -> None:
    assert [text.value for text in AppTest.from_function(going_on).run().markdown] == ["still"]


def test_a_callback_that_fails_is_one_sentence_and_the_page_stays() -> None:
    app = AppTest.from_function(with_callbacks).run()
    for key, part in (("refused", "X"), ("broken", "reference")):
        app.button(key=key).click().run()
        assert len(app.error) == 1
        assert part in app.error[0].value
        assert not app.exception
        assert [caption.value for caption in app.caption] == ["the end of the page"]
    app.run()
    assert not app.error
