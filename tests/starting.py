"""What each start of the bot makes anew, and alike: nearly each test starts it, so a process of tests makes it once."""

from __future__ import annotations

import json
from contextlib import nullcontext
from functools import cache, wraps
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

from discord.app_commands import Command, ContextMenu, Group

from bot import client, wiring
from bot.discord_ui import commands
from bot.language import catalogs_digest, load_catalogs
from bot.openai_images import provider
from bot.services.catalog import Catalog
from bot.services.presets import open_starters
from cogs.edit import reply_text
from tests.examples import CATALOG

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest
    from discord.app_commands import CommandTree, Translator

    Translate = Callable[[Any, CommandTree[Any], Translator], Awaitable[dict[str, Any]]]

_KINDS: tuple[Any, ...] = (Command, Group, ContextMenu)
ONCE: tuple[tuple[object, str, Callable[..., object]], ...] = (
    (Catalog, "load", lambda: CATALOG),
    (client, "catalogs_digest", cache(catalogs_digest)),
    (commands, "load_catalogs", cache(load_catalogs)),
    (wiring, "open_starters", cache(open_starters)),
    (wiring, "version", cache(version)),
)


class _Payload(dict[str, Any]):
    """One that nobody changes: SimCord copies deeply what it is sent."""

    def __deepcopy__(self, _: object) -> Self:
        return self


_translated: dict[tuple[type, str], _Payload] = {}


def start_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember what files say, and what commands say in all languages by what they say in English.

    And let the collector be: a bot that ends is garbage, and would be kept for good.
    """
    for owner, name, made in ONCE:
        monkeypatch.setattr(owner, name, made)
    for module in (client, provider, reply_text):
        monkeypatch.setattr(module, "loading", nullcontext)
    monkeypatch.setattr(client, "keep_all", lambda: None)
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
