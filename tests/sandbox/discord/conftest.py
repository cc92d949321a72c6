from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import pytest
from PIL import Image

from bot.sandbox.discord import Invocation, Options, RateLimits, SandboxDiscord
from tests.wire.openapi import OfficialDescription
from tests.wire.traffic_check import OF_THE_API

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

IMAGINE: dict[str, Any] = {
    "name": "imagine",
    "description": "Make a picture",
    "options": [
        {"type": 3, "name": "prompt", "description": "What to show", "required": True, "max_length": 100},
        {"type": 4, "name": "count", "description": "How many", "min_value": 1, "max_value": 4},
        {"type": 3, "name": "quality", "description": "How fine", "autocomplete": True},
        {"type": 3, "name": "size", "description": "How large", "choices": [{"name": "Square", "value": "1024x1024"}]},
        {"type": 11, "name": "image1", "description": "A reference"},
        {"type": 5, "name": "private", "description": "Only for you"},
        {"type": 10, "name": "strength", "description": "How much"},
        {"type": 6, "name": "member", "description": "For whom"},
        {"type": 7, "name": "channel", "description": "Where"},
        {"type": 8, "name": "role", "description": "For which role"},
        {"type": 9, "name": "whoever", "description": "Somebody or a role"},
    ],
}
QUOTA: dict[str, Any] = {
    "name": "quota",
    "description": "Limits",
    "default_member_permissions": 32,
    "contexts": [0],
    "options": [
        {
            "type": 1,
            "name": "set",
            "description": "Set a limit",
            "options": [{"type": 10, "name": "usd", "description": "Dollars", "required": True}],
        }
    ],
}
BAD = 400
EDIT_IMAGE: dict[str, Any] = {"name": "Edit image", "type": 3}


def png(size: tuple[int, int] = (64, 32)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Answered:
    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> int:
        return int(self.body["code"])


class Api:
    """Speaks HTTP to the sandbox as a bot would, without a library's opinions."""

    def __init__(self, sandbox: SandboxDiscord, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.application = sandbox.bot.id

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - JSON is anything
        *,
        files: dict[int, tuple[str, bytes]] | None = None,
        token: str | None = None,
    ) -> Answered:
        headers = {"Authorization": f"Bot {self.sandbox.token if token is None else token}"}
        data: Any = None
        if files:
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("payload_json", json.dumps(body or {}))
            for index, (name, content) in files.items():
                data.add_field(
                    f"files[{index}]", io.BytesIO(content), filename=name, content_type="application/octet-stream"
                )
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body), "application/json"
        async with self.session.request(method, self.sandbox.api_url + path, data=data, headers=headers) as response:
            is_json = response.headers.get("Content-Type") == "application/json"
            answer = await (response.json() if is_json else response.read())
            return Answered(response.status, answer, response.headers)

    async def register(self, *commands: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.call("PUT", f"/applications/{self.application}/commands", list(commands))
        assert answer.status == 200, answer.body
        registered: list[dict[str, Any]] = answer.body
        return registered

    async def answer(
        self,
        invocation: Invocation,
        kind: int,
        data: dict[str, Any] | None = None,
        *,
        files: dict[int, tuple[str, bytes]] | None = None,
    ) -> Answered:
        path = f"/interactions/{invocation.id}/{invocation.token}/callback?with_response=1"
        return await self.call("POST", path, {"type": kind, "data": data or {}}, files=files)

    def hook(self, invocation: Invocation, rest: str = "/messages/@original") -> str:
        return f"/webhooks/{self.application}/{invocation.token}{rest}"


class Ears:
    """Hears the events of a session that asked for servers and messages."""

    def __init__(self, sandbox: SandboxDiscord, api: Api) -> None:
        self._sandbox = sandbox
        self._api = api
        self.heard: list[tuple[str, dict[str, Any]]] = []

    async def __aenter__(self) -> Self:
        self._socket = await self._api.session.ws_connect(self._sandbox.gateway_url)
        identify = {"token": self._sandbox.token, "intents": 1 | 1 << 9 | 1 << 12}
        await self._socket.send_json({"op": 2, "d": identify})
        await self._sandbox.bot_ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Every event so far, READY and after it."""
        (session,) = self._sandbox.gateway.sessions
        while len(self.heard) < session.sequence:
            frame = await self._socket.receive_json(timeout=30)
            if frame["op"] == 0:
                self.heard.append((frame["t"], frame["d"]))
        return self.heard

    async def named(self, name: str) -> list[dict[str, Any]]:
        return [data for kind, data in await self.events() if kind == name]


@pytest.fixture(scope="session")
def description() -> OfficialDescription | None:
    """Discord's OpenAPI description; None where it is not."""
    return OfficialDescription.load()


@pytest.fixture
async def sandbox(description: OfficialDescription | None) -> AsyncIterator[SandboxDiscord]:
    """A sandbox whose answers are held against the description at the end.

    What it is asked may be wrong here; and of refusals the description knows only numbers as codes of single faults.
    """
    async with SandboxDiscord(Options(rate_limits=RateLimits.off())) as running:
        yield running
    for one in running.traffic if description else ():
        if description and one.status and one.status < BAD and OF_THE_API.match(one.path):
            assert not description.check_response(one.method, one.path, one.status, one.answer), one.path


@pytest.fixture
async def api(sandbox: SandboxDiscord) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(sandbox, session)
