"""A message that replies to nothing and mentions the bot, or is written to it directly: what can come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import phrase
from bot.services.policy import ReplyMode
from cogs.edit.pick_picture import offer_others, offer_to_draw

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient
    from cogs.edit.reply_notices import Passing
    from cogs.edit.reply_text import Reply

HOW = phrase(
    "Mention me and say what to draw, or attach a picture and say how to change it: I show the price first. "
    "To choose size and quality: /imagine. To change a picture of mine, reply to it. All the rest: /help."
)
DIRECTLY = phrase(
    "Here I change the pictures that I have sent you: reply to one of them. New ones I make on servers, by /imagine."
)
HOW_STAYS = 120.0  # seconds


class Calls:
    """Answers who calls the bot."""

    def __init__(self, client: AtelierClient, passing: Passing) -> None:
        self._client = client
        self._passing = passing

    async def answer(self, reply: Reply, mode: ReplyMode) -> None:
        """See whether somebody calls with these words; nearly nobody does.

        Raises:
            UserFacingError: nothing can come of it.
        """
        if not reply.calls_us and reply.message.guild is not None:
            return
        if await self._client.desk.takes_message(reply.message):
            await self._offer(reply, offers=mode is not ReplyMode.NEVER)

    async def _offer(self, reply: Reply, *, offers: bool) -> None:
        """Offer what the words may mean; who only asks, or says nothing, reads how it is done."""
        if reply.message.guild is None:
            await self._say(reply, DIRECTLY)
        elif offers and (reply.files or reply.left_out) and not reply.asks:
            await offer_others(self._client, self._passing, reply, ())
        elif not reply.words or reply.asks:
            await self._say(reply, HOW)
        elif offers and not reply.is_talk:
            await offer_to_draw(self._client, self._passing, reply)

    async def _say(self, reply: Reply, text: str) -> None:
        if self._passing.is_due(reply.message, text):
            await self._passing.say(reply.message, text, HOW_STAYS, what="how")
