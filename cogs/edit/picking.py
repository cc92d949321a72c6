"""Which of several pictures a reply means: asked below it, with a button for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import discord
import structlog
from typing_extensions import override

from bot.buttons import LastingButton, asker_for, picture_of
from bot.delivery.patience import PROBLEMS, remove_quietly, steadily
from bot.delivery.telling import tell_below
from bot.errors import NotYoursError, PictureGoneError, UserFacingError
from bot.interactions import Interaction, order_behind
from bot.rows import view_of
from cogs.edit.answers import SWITCHED_OFF
from cogs.edit.taking import edit_ours
from cogs.edit.words import Reply, named_picture

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from bot.services.ledger import Picture

_log = structlog.stdlib.get_logger(__name__)


async def ask_below(message: discord.Message, pictures: Sequence[Picture]) -> None:
    """Ask a member which picture their words are about."""
    example = f"egin your words with its number, like #{pictures[-1].number}."
    await tell_below(
        message,
        f"Which picture shall I change? You can also b{example}",
        lambda: view_of([PickButton(message.id, picture.number) for picture in pictures]),
        what="which",
        leaner=f"Which picture shall I change? Reply once more and b{example}",
    )


class PickButton(LastingButton, template=r"pick:(?P<reply>[0-9]{1,20}):(?P<number>[0-9]{1,20})"):
    """Means one of the pictures, for the words of a reply that was there before."""

    def __init__(self, reply_id: int, number: int) -> None:
        super().__init__(discord.ui.Button(label=f"#{number}", custom_id=f"pick:{reply_id}:{number}"))
        self._reply_id = reply_id
        self._number = number

    @classmethod
    @override
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew for every click."""
        return cls(int(match["reply"]), int(match["number"]))

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Read the words once more and do what they say."""
        client = interaction.client
        message = await self._words(interaction)
        if message.author.id != interaction.user.id:
            raise NotYoursError(
                "Only the member who wrote the reply above can choose. Reply to a picture with words of your own."
            )
        order = await order_behind(interaction, self._number)
        policy = await client.services.policies.of(order.requester.server_id)
        if not policy.replies:
            raise UserFacingError(SWITCHED_OFF)
        picture = picture_of(order, self._number)
        reply = Reply.of(message, client.user, policy.time_zone)
        reply = replace(reply, words=named_picture(reply.words, [picture])[1])
        asker = await asker_for(interaction, order)
        await edit_ours(client, reply, asker, order, picture, lambda: _answer(interaction))
        await _answer(interaction)  # where nothing began, for it had begun before, by an earlier press
        await _remove(interaction)

    async def _words(self, interaction: Interaction) -> discord.Message:
        """The member's message, read anew: it answers or mentions us, so that its words may be read here too."""
        channel = interaction.client.get_partial_messageable(interaction.channel_id or 0, guild_id=interaction.guild_id)
        try:
            return await steadily(lambda: channel.fetch_message(self._reply_id))
        except discord.NotFound:
            await _remove(interaction)
            raise PictureGoneError("The words that belong here were deleted. Reply to the picture once more.") from None


async def _answer(interaction: Interaction) -> None:
    """Let Discord know that the press has arrived, once; what comes of it is shown below the words."""
    if interaction.response.is_done():
        return
    try:
        await interaction.response.defer()
    except PROBLEMS as problem:
        _log.info("press not acknowledged", interaction=interaction.id, reason=str(problem))


async def _remove(interaction: Interaction) -> None:
    """The question is of no use any more."""
    if interaction.message is not None:
        await remove_quietly(interaction.message)
