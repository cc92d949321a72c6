"""Private questions before something is made: which of several pictures is meant, or whether at that price."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import structlog

from bot.delivery.languages import language_of_reader
from bot.discord_retries import PROBLEMS
from bot.language import phrase

if TYPE_CHECKING:
    import discord

DEARER = phrase(
    "It costs more by now than the button said, so nothing was made or charged. Press once more for the new price."
)
MOST_KEPT = 500  # questions; Discord does not say if one is dismissed

_log = structlog.stdlib.get_logger(__name__)


class Questions:
    """Remembers, in memory, what was asked: a private message is edited by the interaction that made it.

    After a restart a question stays as it is; that it is paid once, `Intake.take` sees to.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[int, discord.Interaction[Any]] = OrderedDict()

    def keep(self, message_id: int, asking: discord.Interaction[Any]) -> None:
        """Remember by which interaction a question was asked."""
        self._asked[message_id] = asking
        if len(self._asked) > MOST_KEPT:
            self._asked.popitem(last=False)

    async def close(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Once something is made by a press below a question: it says just this, and has no buttons any more."""
        asking = self._asked.pop(0 if interaction.message is None else interaction.message.id, None)
        if asking is None:
            return
        try:
            await asking.edit_original_response(
                content=language_of_reader(asking).translate(text), attachments=[], view=None
            )
        except PROBLEMS as problem:
            _log.info("question not closed", interaction=interaction.id, reason=repr(problem))
