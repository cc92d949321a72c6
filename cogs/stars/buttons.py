"""⭐ Star under a result, and in a message's menu: a member's one vote for a picture, and how many the button tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands
from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.delivery.languages import language_of_reader, language_of_server, locale_of, translated
from bot.discord_limits import INTERACTION_GONE
from bot.discord_retries import PROBLEMS, is_refusal, steadily
from bot.discord_ui.buttons import ALONE, CHOSEN, CHOSEN_IN_PRIVATE, PictureButton, ask_privately, ending_of, is_private
from bot.discord_ui.interactions import order_shown_by
from bot.discord_ui.request_context import show_press
from bot.discord_ui.shown_pictures import rows_of
from bot.errors import PictureGoneError, UserFacingError
from bot.language import joined, language_of, phrase, plural
from bot.presentation.result import number_in
from bot.services.gallery import StarLabels
from bot.services.text import number_of
from cogs.stars.text import counted_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.delivery.ladder import Buttons
    from bot.discord_ui.interactions import Interaction
    from bot.services.jobs import Result
    from bot.services.ledger import Order, Picture

STAR = phrase("Star")
NOT_MINE = phrase("That is not a picture of mine, so it can have no stars. Choose a message in which I show a picture.")
_OURS = re.compile(rf"(?:edit|star):(?P<number>[0-9]+)(?P<ending>{ALONE}?)")  # one of them stands under every result
_STAR = "star:"  # begins the ids of buttons that tell the stars

_log = structlog.stdlib.get_logger(__name__)


class StarButton(PictureButton, action="star"):
    """Stars a picture, or takes that back; how many have is on the button."""

    label = STAR
    emoji = "⭐"

    @override
    async def act(self, interaction: Interaction, order: Order, picture: Picture) -> None:
        """Count the vote, and show that it counts."""
        services = interaction.client.services
        seen = order.seen_at(picture)
        counted = await services.stars.vote(interaction.id, seen, picture.number, interaction.user.id)
        is_own = order.requester.user_id == interaction.user.id
        words = counted_text(picture.number, counted, own=is_own, private=order.hides(picture))
        if interaction.type is not discord.InteractionType.component:
            await _answer(interaction, words)
        elif self._ending in {CHOSEN, CHOSEN_IN_PRIVATE}:  # below the question, whose other pictures may be starred too
            await _show(interaction, words, content=language_of_reader(interaction).translate(words))
        else:
            now = await services.requests.get(order.id) or order
            now = now if is_private(interaction) else now.seen_by(None)
            alone = picture.number if self._ending == ALONE else 0
            language = language_of(locale_of(interaction, private=is_private(interaction)))
            if await _show(
                interaction, words, view=translated(rows_of(interaction.client.buttons, now, alone), language)
            ):
                await _say_behind(interaction, words)

    @classmethod
    def of(cls, result: Result) -> StarButton:
        """The button of a result, with the stars of all of its pictures."""
        stars = sum(picture.stars for picture, _ in result.files)
        return cls(result.files[0][0].number, star_label(stars), ending_of(result))


@app_commands.context_menu(name="Star image")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def star_image(interaction: Interaction, message: discord.Message) -> None:
    """In the menu of a message: for results that were made before there was a button."""
    order = await order_shown_by(interaction, message)
    if order is None:
        raise UserFacingError(NOT_MINE)
    alone = shown_alone(message)
    await StarButton(alone or order.pictures[0].number, ending=ALONE if alone else "").pressed(interaction)


async def _show(interaction: Interaction, words: str, **changes: Any) -> bool:  # noqa: ANN401 - as discord.py takes them
    """Change what was pressed; where Discord refuses that, say it beside. Whether it was changed."""
    try:
        await show_press(interaction, **changes)
    except discord.HTTPException as error:
        if not is_refusal(error) or error.code in INTERACTION_GONE:
            raise
        await _answer(interaction, words)
        return False
    return True


async def _answer(interaction: Interaction, words: str) -> None:
    await ask_privately(interaction, Sentences(words), phrase("I could not say that your vote counts"), closes=False)


async def _say_behind(interaction: Interaction, words: str) -> None:
    """Say it to who pressed, below what has changed. It is done already: if it cannot be said, the button tells."""
    try:
        await interaction.followup.send(language_of_reader(interaction).translate(words), ephemeral=True)
    except PROBLEMS as problem:
        _log.info("vote not told", interaction=interaction.id, reason=repr(problem))


def star_label(stars: int) -> str:
    """What stands on the button, in words, for the emoji beside it says nothing of how many."""
    return joined(" · ", [STAR, plural("{count} star", "{count} stars", stars)]) if stars else STAR


class MessageLabels(StarLabels):
    """Fulfils `StarLabels`: where a message tells another number, or none, its rows are made anew."""

    def __init__(self, client: discord.Client, buttons: Buttons) -> None:
        self._client = client
        self._buttons = buttons

    @override
    async def renew(self, order: Order, channel_id: int, message_id: int) -> bool:
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            shown = await steadily(message.fetch)
            alone = shown_alone(shown)
            if alone is None:  # Discord has refused its buttons
                return True
            if order.destination.private:  # of its pictures, everybody may see some
                order = order.showing({number_in(each.filename) or 0 for each in shown.attachments})
            language = language_of_server(self._client.get_guild(order.requester.server_id))
            rows = translated(rows_of(self._buttons, order, alone), language)
            if rows is not None and _told(rows.children) != _told(_items_of(shown)):
                await steadily(lambda: message.edit(view=translated(rows_of(self._buttons, order, alone), language)))
        except (PictureGoneError, discord.NotFound):
            return True  # nothing is left that could tell them
        except PROBLEMS as problem:
            _log.info("stars not shown", message=message_id, reason=repr(problem))
            return False
        return True


def shown_alone(message: discord.Message) -> int | None:
    """The number of the picture that a message of ours shows by itself; 0 for all of a result, None without buttons."""
    matches = (_OURS.fullmatch(str(item.custom_id)) for item in _items_of(message))
    match = next((match for match in matches if match is not None), None)
    if match is None:
        return None
    return number_of(match["number"]) if match["ending"] else 0


def _items_of(message: discord.Message) -> Iterable[Any]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return (item for row in rows for item in row.children if hasattr(item, "custom_id"))


def _told(items: Iterable[Any]) -> str | None:
    """What the button says that tells the stars; None if there is none."""
    return next((getattr(item, "item", item).label for item in items if str(item.custom_id).startswith(_STAR)), None)
