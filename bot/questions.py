"""Questions which of several pictures is meant, before something is made: each answer is paid once."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from bot.delivery.patience import PROBLEMS
from bot.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import discord

MOST_KEPT = 500  # questions, and as many answers; Discord does not say if one is dismissed
CHOSEN_BEFORE = (
    "You chose #{} here before, so this began nothing and cost nothing. For one more, ask at the picture again."
)

_log = structlog.stdlib.get_logger(__name__)


class Questions:
    """Remembers, in memory, what was asked and answered: a private message is edited by the interaction that made it.

    After a restart a question stays as it is, and can be answered once more.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[int, discord.Interaction[Any]] = OrderedDict()
        self._answered: OrderedDict[tuple[int, int], None] = OrderedDict()

    def keep(self, message_id: int, asking: discord.Interaction[Any]) -> None:
        """Remember by which interaction a question was asked."""
        _add(self._asked, message_id, asking)

    @asynccontextmanager
    async def answered(self, interaction: discord.Interaction[Any], number: int) -> AsyncGenerator[None]:
        """Around what is made when a picture is chosen; then the question says so, and has no buttons any more.

        Args:
            interaction: of the press below the question.
            number: of the chosen picture.

        Raises:
            RequestRefused: the same was pressed before, and something comes of it.
        """
        message_id = 0 if interaction.message is None else interaction.message.id
        answer = message_id, number
        if answer in self._answered:
            raise RequestRefused(CHOSEN_BEFORE.format(number))
        _add(self._answered, answer, None)
        try:
            yield
        except BaseException:
            self._answered.pop(answer, None)
            raise
        asking = self._asked.pop(message_id, None)
        if asking is None:
            return
        try:
            await asking.edit_original_response(content=f"You chose #{number}.", view=None)
        except PROBLEMS as problem:
            _log.info("question not closed", interaction=interaction.id, reason=repr(problem))


def _add(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    kept[key] = value
    if len(kept) > MOST_KEPT:
        kept.popitem(last=False)
