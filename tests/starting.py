"""What each start of the bot makes anew, and alike: nearly each test starts it, so a process of tests makes it once."""

from __future__ import annotations

import json
from functools import cache, wraps
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

from discord.app_commands import Command, ContextMenu, Group

from bot import wiring
from bot.discord_ui import command_translator
from bot.language import load_catalogs
from bot.services.catalog import Catalog
from bot.services.presets import open_starters
from tests.examples import CATALOG

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest
    from discord.app_commands import CommandTree, Translator

    Translate = Callable[[Any, CommandTree[Any], Translator], Awaitable[dict[str, Any]]]

_KINDS: tuple[Any, ...] = (Command, Group, ContextMenu)
_load_catalogs = cache(load_catalogs)
_open_starters = cache(open_starters)
_version = cache(version)


class _Payload(dict[str, Any]):
    """One that nobody changes: SimCord copies deeply what it is sent."""

    def __deepcopy__(self, _: object) -> Self:
        return self


_translated: dict[tuple[type, str], _Payload] = {}


def start_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember models, starters and our version, and what commands say in all languages by what they say in English."""
    monkeypatch.setattr(Catalog, "load", lambda: CATALOG)
    monkeypatch.setattr(wiring, "open_starters", _open_starters)
    monkeypatch.setattr(wiring, "version", _version)
    monkeypatch.setattr(command_translator, "load_catalogs", _load_catalogs)
    for kind in _KINDS:
        monkeypatch.setattr(kind, "get_translated_payload", _remembering(kind.get_translated_payload))


def _remembering(translate: Translate) -> Translate:
    @wraps(translate)
    async def translated(command: Any, tree: CommandTree[Any], translator: Translator) -> dict[str, Any]:  # noqa: ANN401 - any kind
        key = type(translator), json.dumps(command.to_dict(tree))
        if key not in _translated:
            _translated[key] = _Payload(await translate(command, tree, translator))
        return _translated[key]

    return translated
