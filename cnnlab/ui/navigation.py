"""The pages: where they are, how they are called, which of them stand in the sidebar."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cnnlab.ui.language import t

HOME_PAGE = "pages/home.py"
DATA_PAGE = "pages/data.py"
NETWORKS_PAGE = "pages/networks.py"
DESIGN_PAGE = "pages/design.py"
TRAIN_PAGE = "pages/train.py"
RUN_PAGE = "pages/run.py"
RUNS_PAGE = "pages/runs.py"
COMPARE_PAGE = "pages/compare.py"
EXPLAIN_PAGE = "pages/explain.py"
SANITY_PAGE = "pages/sanity.py"
TIMELINE_PAGE = "pages/timeline.py"
LABORATORY_PAGE = "pages/laboratory.py"
INSIDE_PAGE = "pages/inside.py"
PREDICT_PAGE = "pages/predict.py"
MISTAKES_PAGE = "pages/mistakes.py"
EVALUATE_PAGE = "pages/evaluate.py"

_ROOT = Path(__file__).resolve().parents[2]
_ICONS = {
    HOME_PAGE: ":material/home:",
    DATA_PAGE: ":material/database:",
    NETWORKS_PAGE: ":material/schema:",
    DESIGN_PAGE: ":material/design_services:",
    TRAIN_PAGE: ":material/model_training:",
    RUN_PAGE: ":material/show_chart:",
    RUNS_PAGE: ":material/table_rows:",
    COMPARE_PAGE: ":material/compare_arrows:",
    EVALUATE_PAGE: ":material/fact_check:",
    EXPLAIN_PAGE: ":material/center_focus_strong:",
    MISTAKES_PAGE: ":material/help_center:",
    SANITY_PAGE: ":material/rule:",
    TIMELINE_PAGE: ":material/timeline:",
    LABORATORY_PAGE: ":material/science:",
    INSIDE_PAGE: ":material/biotech:",
    PREDICT_PAGE: ":material/batch_prediction:",
}
_IN_THE_SIDEBAR = tuple(page for page in _ICONS if page != RUN_PAGE)  # a run is reached through a link to it


def pages() -> list[st.Page]:
    """For ``st.navigation``: titles in the reader's language."""
    # url_path has to equal what the file name gives, or the rerun of the guard lands nowhere; an icon here would
    # become the tab's, which Streamlit fetches from an outside font server
    return [
        st.Page(_ROOT / page, title=title(page), url_path=Path(page).stem, default=page == HOME_PAGE) for page in _ICONS
    ]


def links() -> None:
    """One link below the other."""
    for page in _IN_THE_SIDEBAR:
        st.page_link(page, label=title(page), icon=_ICONS[page], width="stretch")


def title(page: str) -> str:
    return t(f"frame.{Path(page).stem}")
