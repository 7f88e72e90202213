"""A browser's side of one Streamlit session, without the browser: asks for pages and times the answers."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect


@dataclass(frozen=True)
class Answer:
    """Seconds until the page's own part showed its first element, and until the script had finished."""

    page: str
    first_seconds: float
    whole_seconds: float
    errors: int  # exceptions and error boxes that the page drew


class Visitor:
    """One session: ``async with Visitor(address) as visitor: await visitor.open("run", "run=…")``."""

    def __init__(self, address: str, locale: str = "en-US") -> None:
        self._address = address.replace("http://", "ws://") + "/_stcore/stream"
        self._locale = locale

    async def __aenter__(self) -> Visitor:
        self._socket: ClientConnection = await connect(
            self._address, subprotocols=["streamlit"], max_size=None, open_timeout=60
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def open(self, page: str, query: str = "", *, timeout: float = 120.0) -> Answer:
        """Runs the page's script once. Raises ``TimeoutError`` when no answer comes."""
        asked = BackMsg()
        state = asked.rerun_script
        state.page_name, state.query_string = page, query
        state.context_info.locale = self._locale
        state.context_info.timezone = "America/Mexico_City"
        state.context_info.url = f"http://127.0.0.1/{page}"
        began = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        return await asyncio.wait_for(self._answer(page, began), timeout)

    async def _answer(self, page: str, began: float) -> Answer:
        first: float | None = None
        errors = 0
        while True:
            message = ForwardMsg()
            message.ParseFromString(await self._socket.recv())
            kind = message.WhichOneof("type")
            if kind == "delta" and message.metadata.delta_path[:1] == [0]:  # 0 is the main part, 1 the sidebar
                if first is None and message.delta.WhichOneof("type") == "new_element":
                    first = time.perf_counter() - began
                element = message.delta.new_element
                errors += element.HasField("exception") or (element.HasField("alert") and element.alert.format == 1)
            if kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue  # the guard began again
                whole = time.perf_counter() - began
                return Answer(page, first if first is not None else whole, whole, errors)
