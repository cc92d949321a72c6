from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bot.delivery.greetings import BEGUN, KNOWN, Greetings
from bot.services.policy import Defaults
from bot.storage import Database, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


def guild(number: int, send: Callable[..., Awaitable[None]]) -> Any:  # noqa: ANN401 - as much of a guild as is looked at
    client = SimpleNamespace(services=SimpleNamespace(policies=SimpleNamespace(locale_of=dict[int, str]().get)))
    state = SimpleNamespace(_get_client=lambda: client)
    server = SimpleNamespace(
        id=number, unavailable=False, system_channel=None, me=None, preferred_locale="en-US", _state=state
    )
    rights = SimpleNamespace(view_channel=True, send_messages=True)

    def permissions_for(member: object) -> SimpleNamespace:
        assert member is server.me
        return rights

    server.text_channels = [SimpleNamespace(id=1, guild=server, permissions_for=permissions_for, send=send)]
    return server


async def test_a_server_that_the_bot_comes_to_while_others_are_greeted_is_not_forgotten(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "atelier.sqlite3")
    state = State(database)
    await state.claim(BEGUN)
    greetings = Greetings(state, Defaults(None, None))

    async def silent(*_: object, **__: object) -> None:
        return None

    async def meanwhile(*_: object, **__: object) -> None:
        await greetings.joined(guild(2, silent))

    await greetings.started([guild(1, meanwhile)])
    known = await state.get(f"{KNOWN}:2")
    await database.close()

    assert known is not None
