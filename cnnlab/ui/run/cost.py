"""What a run cost: time, energy and CO2, memory, and how long its network takes to answer."""

from __future__ import annotations

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui.cost import timing, words
from cnnlab.ui.language import language, t


def draw(run: Run) -> None:
    result = run.result
    if not result:
        st.markdown(t("cost.later" if not run.state.is_final else "cost.never"))
        return
    with st.grid(4, min_column_width=170, border=True):
        speed = formats.whole(result.get("images_per_second"), language())
        _metric("seconds", formats.duration(run.train_seconds), t("cost.speed", speed=speed))
        _metric("energy", words.energy(result.get("energy_kwh")), words.source(result) or t("cost.not_counted"))
        _metric("co2", words.mass(result.get("co2_kg")), t("cost.estimated_co2") if words.place(result) else "")
        _metric("memory", formats.size(result.get("peak_memory_bytes"), language()), _gpu_memory(run))
        _metric("parameters", formats.short(result.get("parameters"), language()), "")
        _metric("macs", formats.short(result.get("macs"), language()), t("cost.of_one_image"))
        _metric("latency_1", words.milliseconds(result.get("latency_ms_1")), words.timed_on(run))
        _metric("latency_32", words.milliseconds(result.get("latency_ms_32")), words.timed_on(run))
    timing.offer([run])
    notes = [words.water(result["energy_kwh"])] if result.get("energy_kwh") else []
    if where := words.place(result):
        notes.append(t("cost.electricity", places=where))
    if said := result.get("energy_source"):
        notes.append(t(f"cost.about.{said}" if said in ("measured", "partly") else "cost.about.estimated"))
    notes.append(t("cost.about.rest"))
    st.caption(" ".join(notes))


def _metric(name: str, value: str, note: str) -> None:
    st.metric(t(f"cost.name.{name}"), value, delta_description=note or None, help=t(f"cost.help.{name}"))


def _gpu_memory(run: Run) -> str:
    gpu = run.result.get("peak_gpu_memory_bytes")
    return t("cost.gpu_memory", size=formats.size(gpu, language())) if gpu else ""
