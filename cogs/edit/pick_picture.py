"""What is asked below a reply before anything is paid: which of several pictures it means, or whether it is a wish."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Self

import discord
import structlog
from typing_extensions import override

from bot.delivery.languages import language_of_server, translated
from bot.delivery.notices import tell_below
from bot.discord_retries import PROBLEMS, remove_quietly, steadily
from bot.discord_ui.buttons import LastingButton, asker_for, picture_of, with_price
from bot.discord_ui.interactions import Interaction, order_behind
from bot.discord_ui.questions import DEARER, label_of, sheet_of
from bot.discord_ui.request_context import asker_of, author_of
from bot.discord_ui.rows import view_of
from bot.errors import NotYoursError, PictureGoneError, RequestRefused, UserFacingError
from bot.inputs import pictures_of
from bot.language import joined, phrase
from bot.services.policy import ReplyMode
from bot.services.text import number_of
from cogs.edit.dialog_choices import foretold, foretold_of
from cogs.edit.reply_edits import (
    answered_message,
    change_price,
    draw_new,
    edit_others,
    edit_ours,
    is_taken,
    new_price,
    others_price,
)
from cogs.edit.reply_notices import SWITCHED_OFF
from cogs.edit.reply_text import Reply, named_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.discord_ui.interactions import AtelierClient
    from bot.discord_ui.request_context import Asker
    from bot.services.ledger import Order, Picture
    from cogs.edit.reply_notices import Passing

OFFER_STAYS = 120.0  # seconds
CHANGE_IT = phrase("Change it")
DRAW_IT = phrase("Draw it")
DRAW = "-# " + phrase("Shall I draw that? Nothing is made unless you press; then you pay.")
DRAW_NOT_OFFERED = "-# " + phrase(
    "I drew nothing, for I could not ask whether that was a wish. If it was: /imagine draws it."
)
NOT_OFFERED = "-# " + phrase(  # where there can be no button
    "I changed nothing, for I could not ask whether that was a wish. If it was: on the message with the picture, "
    "Apps, Edit image."
)
ID = re.compile(r"pick:(?P<reply>[0-9]+):(?P<number>[0-9]+)(?::(?P<nano>[0-9]{1,18}))?")  # of a button
ANOTHERS = 0  # in a button's id, for whatever is not a picture of ours: numbers begin at 1

_log = structlog.stdlib.get_logger(__name__)


async def ask_which(client: AtelierClient, reply: Reply, asker: Asker, order: Order, meant: Sequence[Picture]) -> None:
    """Ask a member which picture their words are about, each with its price."""
    example, more = f"#{meant[-1].number}", foretold_of(meant[0], reply.files)
    asked = phrase(
        "Which picture shall I change? You can also begin your words with its number, like {example}.", example=example
    )
    leaner = phrase(
        "Which picture shall I change? Reply once more and begin your words with its number, like {example}.",
        example=example,
    )
    await tell_below(
        reply.message,
        joined(" ", [asked, more]) if more else asked,
        await _buttons(client, reply, asker, order, meant),
        what="which",
        uploads=await sheet_of(client.services, meant),
        leaner=leaner,
    )


async def offer(
    client: AtelierClient, passing: Passing, reply: Reply, asker: Asker, order: Order, meant: Sequence[Picture]
) -> None:
    """Ask quietly whether these words are a wish; the question goes away by itself."""
    if await is_taken(client, reply):
        return
    which = f"#{meant[0].number}" if len(meant) == 1 else phrase("one of these")
    make = await _buttons(client, reply, asker, order, meant)
    asked = offer_text(which, foretold_of(meant[0], reply.files))
    sheet = await sheet_of(client.services, meant)
    await passing.say(reply.message, asked, OFFER_STAYS, make(), what="offer", leaner=NOT_OFFERED, uploads=sheet)


def offer_text(which: str, more: str = "") -> str:
    """The quiet question, and what is foretold."""
    asked = phrase(
        "Shall I change {picture} by your words? Nothing is made unless you press; then you pay.", picture=which
    )
    return "-# " + (joined(" ", [asked, more]) if more else asked)


async def offer_others(
    client: AtelierClient, passing: Passing, reply: Reply, shown: tuple[discord.Attachment, ...]
) -> None:
    """The same, where the picture is another people's."""
    if await is_taken(client, reply):
        return
    price = await others_price(client, reply, author_of(reply.message), shown)
    view = view_of([PickButton(reply.message.id, ANOTHERS, CHANGE_IT, price)])
    asked = offer_text(phrase("this picture"), foretold(shown, reply.files))
    await passing.say(reply.message, asked, OFFER_STAYS, view, what="offer", leaner=NOT_OFFERED)


async def offer_to_draw(client: AtelierClient, passing: Passing, reply: Reply) -> None:
    """The same, where the words are about no picture, but may say what to draw."""
    if await is_taken(client, reply):
        return
    price = await new_price(client, reply, author_of(reply.message))
    view = view_of([PickButton(reply.message.id, ANOTHERS, DRAW_IT, price)])
    await passing.say(reply.message, DRAW, OFFER_STAYS, view, what="offer", leaner=DRAW_NOT_OFFERED)


async def _buttons(
    client: AtelierClient, reply: Reply, asker: Asker, order: Order, meant: Sequence[Picture]
) -> Callable[[], discord.ui.View]:
    """What makes a button for each picture, with its price."""
    prices = [await change_price(client, reply, asker, order, picture) for picture in meant]
    labels = [CHANGE_IT] if len(meant) == 1 else [label_of(order, picture) for picture in meant]
    told = list(zip([picture.number for picture in meant], labels, prices, strict=True))
    return lambda: view_of([PickButton(reply.message.id, *each) for each in told])


class PickButton(LastingButton, template=ID):
    """Means one of the pictures, for the words of a reply that was there before."""

    def __init__(self, reply_id: int, number: int, label: str = CHANGE_IT, nano: int | None = None) -> None:
        """As a member sees it.

        Args:
            reply_id: of the message with the words.
            number: of the picture; `ANOTHERS` where the words are about another people's, or about none.
            label: without the price.
            nano: the price that it tells, in nano-dollars; buttons of earlier versions do not know it.
        """
        price = "" if nano is None else f":{nano}"
        super().__init__(discord.ui.Button(label=with_price(label, nano), custom_id=f"pick:{reply_id}:{number}{price}"))
        self._reply_id = reply_id
        self._number = number
        self._nano = nano

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        nano = None if match["nano"] is None else number_of(match["nano"])
        return cls(number_of(match["reply"]), number_of(match["number"]), nano=nano)

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Read the words once more and do what they say, for no more than the button told."""
        message = await self._words(interaction)
        if message.author.id != interaction.user.id:
            raise NotYoursError(
                phrase(
                    "Only the member who wrote the reply above can choose. Reply to a picture with words of your own."
                )
            )
        try:
            await interaction.client.intake.refuse_used(str(message.id))
        except RequestRefused:
            await _remove(interaction)
            raise
        change = self._change_others if self._number == ANOTHERS else self._change_ours
        dearer = await change(interaction, message)
        if dearer is not None:
            language = language_of_server(interaction.guild)
            told, view = language.translate(DEARER), translated(dearer, language)
            await interaction.response.edit_message(content=f"-# {told}", view=view)
            return
        await _answer(interaction)  # where nothing began, for it had begun before, by an earlier press
        await _remove(interaction)

    async def _change_ours(self, interaction: Interaction, message: discord.Message) -> discord.ui.View | None:
        """The buttons with their new prices, where this one told less; else None, and it has begun."""
        order = await order_behind(interaction, self._number)
        picture = picture_of(order, self._number)
        reply = await _read(interaction, message, order.requester.server_id)
        reply = replace(reply, words=named_picture(reply.words, [picture])[1])
        asker, client = await asker_for(interaction, order), interaction.client
        if self._nano is not None and await change_price(client, reply, asker, order, picture) > self._nano:
            offered = _offered(interaction)
            meant = [each for each in order.pictures if each == picture or each.number in offered]
            return (await _buttons(client, reply, asker, order, meant))()
        await edit_ours(client, reply, asker, order, picture, lambda: _answer(interaction))
        return None

    async def _change_others(self, interaction: Interaction, message: discord.Message) -> discord.ui.View | None:
        """The same for what is no picture of ours."""
        reply = await _read(interaction, message, interaction.guild_id or 0)
        shown: tuple[discord.Attachment, ...] = ()
        if message.reference is not None:
            shown = pictures_of(await answered_message(message, message.reference))
            if not shown and not reply.files:
                raise PictureGoneError(phrase("The picture that belongs here is gone."))
        draws = not shown and not reply.files
        label, price_of, begin = DRAW_IT, new_price, draw_new
        if not draws:
            label, price_of, begin = CHANGE_IT, partial(others_price, shown=shown), partial(edit_others, shown=shown)
        client, asker = interaction.client, asker_of(interaction)
        if self._nano is not None and (nano := await price_of(client, reply, asker)) > self._nano:
            return view_of([PickButton(message.id, ANOTHERS, label, nano)])
        await begin(client, reply, asker, first=lambda: _answer(interaction))
        return None

    async def _words(self, interaction: Interaction) -> discord.Message:
        """The member's message, read anew: it answers or mentions us, so that its words may be read here too."""
        channel = interaction.client.get_partial_messageable(interaction.channel_id or 0, guild_id=interaction.guild_id)
        try:
            return await steadily(lambda: channel.fetch_message(self._reply_id))
        except discord.NotFound:
            await _remove(interaction)
            raise PictureGoneError(
                phrase("The words that belong here were deleted. Reply to the picture once more.")
            ) from None


async def _read(interaction: Interaction, message: discord.Message, server_id: int) -> Reply:
    """What the message says, as it is now.

    Raises:
        UserFacingError: replies change nothing here any more.
    """
    policy = await interaction.client.services.policies.of(server_id)
    if policy.replies is ReplyMode.NEVER:
        raise UserFacingError(SWITCHED_OFF)
    return Reply.of(message, interaction.client.user, policy.time_zone, interaction.user)


def _offered(interaction: Interaction) -> set[int]:
    """The numbers of the pictures among which the question asks."""
    rows = [] if interaction.message is None else interaction.message.components
    buttons = [each for row in rows if isinstance(row, discord.ActionRow) for each in row.children]
    found = [ID.fullmatch(each.custom_id or "") for each in buttons if isinstance(each, discord.Button)]
    return {number_of(match["number"]) for match in found if match is not None}


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
