"""Other people's pictures: those of the messages on which somebody has a dialog open."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from bot.errors import PictureGoneError
from bot.language import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

MOST_KEPT = 500  # messages; Discord does not say if a dialog is closed without being sent
KEPT_FOR = 3600.0  # seconds; Discord's links to the files live about a day
NOT_KEPT = phrase(
    "I do not have the pictures of that message at hand any more. Choose Edit image in its menu again. "
    "Nothing was charged."
)


class OpenMessages:
    """The pictures of messages on which somebody has a dialog open.

    They are kept in memory: to a bot that may not read everything, Discord shows other people's files only in the
    moment in which the menu is used. After a restart the menu has to be chosen again.
    """

    def __init__(self, gone: str = NOT_KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: `gone` says what to do where they are not at hand; `clock` counts seconds, from wherever."""
        self._gone = gone
        self._clock = clock
        self._kept: OrderedDict[tuple[int, int], tuple[float, tuple[discord.Attachment, ...]]] = OrderedDict()

    def keep(self, user_id: int, message_id: int, pictures: tuple[discord.Attachment, ...]) -> None:
        """Remember a message's pictures for who opens a dialog on it, and for nobody else."""
        now = self._clock()
        self._kept.pop((user_id, message_id), None)
        self._kept[user_id, message_id] = now + KEPT_FOR, pictures
        while len(self._kept) > MOST_KEPT or next(iter(self._kept.values()))[0] < now:
            self._kept.popitem(last=False)

    def pictures(self, user_id: int, message_id: int) -> tuple[discord.Attachment, ...]:
        """The pictures of a message on which this member opened a dialog.

        Raises:
            PictureGoneError: that was too long ago, or before a restart.
        """
        until, pictures = self._kept.get((user_id, message_id), (0.0, ()))
        if not pictures or until < self._clock():
            raise PictureGoneError(self._gone)
        return pictures
