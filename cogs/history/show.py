"""/show: brings a picture with live buttons into the channel, also when its message or its file on Discord is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.delivery.ladder import NoWayError, Spot, Way, climb
from bot.delivery.posted_results import ShownResults
from bot.delivery.responder import Responder
from bot.delivery.uploads import upload_limit
from bot.discord_retries import PROBLEMS, steadily
from bot.discord_ui.buttons import picture_of
from bot.discord_ui.interactions import Interaction, order_behind
from bot.discord_ui.options import choices
from bot.discord_ui.request_context import by_interaction, requester_of, think
from bot.discord_ui.shown_pictures import answer_by, saying_of, show_privately
from bot.discord_ui.visibility import MemberSight, is_for_adults_elsewhere
from bot.errors import PictureGoneError, UserFacingError
from bot.language import phrase
from bot.services.text import NOTHING, number_of
from cogs.history.page_text import option_label

if TYPE_CHECKING:
    from bot.services.gallery import Entry
    from bot.services.ledger import Order
    from bot.wiring import Services

Id = app_commands.Range[str, 1, 100]
NO_NUMBER = phrase("Write a picture's number, such as 4821, or some of its words, and choose one that is offered.")


class BringBack(commands.Cog):
    """Shows pictures that were made before."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.rename(typed="id")
    @app_commands.describe(typed="The picture's number, or words of its prompt to choose by")
    async def show(self, interaction: Interaction, typed: Id) -> None:
        """Bring a picture with its buttons into this channel; your private ones only you see."""
        number = number_of(typed.strip().removeprefix("#"))
        if number == NOTHING:
            raise UserFacingError(NO_NUMBER)
        await think(interaction)
        server_id, asker_id = interaction.guild_id or 0, interaction.user.id
        entry = await self._services.history.one(server_id, asker_id, number, MemberSight(interaction))
        order = await order_behind(interaction, entry.number)
        if entry.private:
            await show_privately(interaction, order, picture_of(order, entry.number))
        elif is_for_adults_elsewhere(interaction.guild, entry.place_id, interaction.channel):
            raise UserFacingError(_restricted_text(entry.number))
        else:
            await self._bring(interaction, entry, order)

    @show.autocomplete("typed")
    async def _suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        sight = MemberSight(interaction, asks=False)
        found = await self._services.history.suggested(interaction.guild_id or 0, interaction.user.id, typed, sight)
        return choices((option_label(entry), str(entry.number)) for entry in found)

    async def _bring(self, interaction: Interaction, entry: Entry, order: Order) -> None:
        """Post it in the channel; where the bot may not, show it to whoever asked."""
        picture = picture_of(order, entry.number)
        saying = await saying_of(
            interaction.client, order, [picture], phrase("Brought here by {who}.", who=interaction.user.mention)
        )
        requester, destination = requester_of(interaction), by_interaction(interaction, private=False).destination
        responder = Responder(interaction.client, requester, destination, str(interaction.id))
        limit = upload_limit(interaction.guild)
        ways = [Way(Spot.CHANNEL, responder.send, limit), Way(Spot.RESPONSE, answer_by(interaction), limit)]
        try:
            landing = await climb(ways, saying, requester.channel_id)
        except NoWayError as nowhere:
            number = f"#{entry.number}"
            cannot = phrase("I cannot show {number} here, because {why}.", number=number, why=nowhere.why)
            raise UserFacingError(cannot) from nowhere
        for message_id in landing.posted.message_ids:
            if not await self._services.history.shown(entry, requester.channel_id, message_id):
                await self._take_away(interaction, order)
            await _take_back_promise(interaction)

    async def _take_away(self, interaction: Interaction, order: Order) -> None:
        """It was deleted, or is its owner's alone, since it was looked for."""
        upkeep = self._services.upkeep
        async with upkeep.turn(order.id):
            await upkeep.bring_up(order.id, ShownResults(interaction.client))
        raise PictureGoneError


async def _take_back_promise(interaction: Interaction) -> None:
    """The picture stands in a message of its own, and nothing is left to be said."""
    try:
        await steadily(interaction.delete_original_response)
    except PROBLEMS:
        return  # it goes by itself


def _restricted_text(number: int) -> str:
    return phrase(
        "{number} was made in an age-restricted channel. Use /show in one, or /history to look at it yourself.",
        number=f"#{number}",
    )
