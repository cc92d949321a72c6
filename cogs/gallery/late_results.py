"""Show: a result that came too late for its message, or that Discord took nowhere; offered at the next command too."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, cast

import discord
import structlog
from discord.ext import commands
from typing_extensions import override

from bot.delivery.ladder import NoWayError, ShownResult, Spot, Way, climb
from bot.delivery.languages import for_reader
from bot.delivery.responder import response_of
from bot.delivery.uploads import upload_limit
from bot.discord_retries import steadily
from bot.discord_ui.buttons import AtelierButton
from bot.discord_ui.request_context import think
from bot.discord_ui.rows import view_of
from bot.discord_ui.shown_pictures import answer_by
from bot.errors import NotYoursError, UserFacingError
from bot.language import joined, phrase
from bot.presentation.picture_descriptions import numbers
from bot.services.background import Background
from bot.services.ledger import ChargeState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.discord_ui.interactions import AtelierClient, Interaction
    from bot.services.ledger import Order

MOST_OFFERED = 5  # buttons in a row
OFFERED_EVERY = 600.0  # seconds between two times that the same member is offered what is kept
MOST_REMEMBERED = 1000  # members
LOADING = 1 << 7  # the flag of a response that only says that the bot is thinking
OFFER = phrase("📦 Discord did not let me show you this when it was done. I have kept it: press Show.")
LOOKS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between looks whether a command has been answered

_log = structlog.stdlib.get_logger(__name__)


class ShowButton(AtelierButton, action="show"):
    """Fetches a result that could not be shown where it was asked for."""

    label = phrase("Show")
    style = discord.ButtonStyle.primary

    @classmethod
    def is_meant(cls, interaction: discord.Interaction[Any]) -> bool:
        """Whether an interaction is a press of such a button."""
        data = cast("Mapping[str, object]", interaction.data or {})
        return str(data.get("custom_id", "")).startswith("show:")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the result privately, or say how far it is."""
        services = interaction.client.services
        order = await services.requests.get(str(self.subject))
        if order is None or order.requester.user_id != interaction.user.id:
            raise NotYoursError(phrase("Only the member who asked for this picture can see it."))
        if any(job.state in {ChargeState.RESERVED, ChargeState.DISPATCHED} for job in order.jobs):
            raise UserFacingError(phrase("It is not done yet. Press Show again in a minute."))
        await think(interaction)
        result = await services.answers.result_of(order)
        delivery = interaction.client.intake.reopen(order)
        if not result.files and not result.answers:
            await services.answers.fetched(order, delivery)
            raise UserFacingError(joined("\n", result.failures or [phrase("This picture was deleted.")]))
        title = services.catalog.title_of(order.request.model)
        way = Way(Spot.RESPONSE, answer_by(interaction), upload_limit(interaction.guild))
        try:
            await climb([way], ShownResult(result, title, interaction.client.buttons), interaction.channel_id or 0)
        except NoWayError as nowhere:
            told = phrase(
                "I cannot show it here either, because {why}. It stays kept: press Show again somewhere else.",
                why=nowhere.why,
            )
            raise UserFacingError(told) from nowhere
        await services.answers.fetched(order, delivery)


class LateResults(commands.Cog):
    """Offers members what Discord took nowhere, after whatever else they were answered."""

    def __init__(self, client: AtelierClient) -> None:
        self._client = client
        self._offered: OrderedDict[int, tuple[float, set[str]]] = OrderedDict()  # by member: when, and what
        self._offering = Background()

    @override
    async def cog_unload(self) -> None:
        """Offer nothing more."""
        await self._offering.close()

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A member has used a command, a button, a menu or a dialog."""
        is_use = interaction.type not in {discord.InteractionType.autocomplete, discord.InteractionType.ping}
        if is_use and not ShowButton.is_meant(interaction):
            self._offering.begin(self._offer(interaction), f"offer {interaction.id}")

    async def _offer(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._offer_kept(interaction)
        except Exception as problem:  # noqa: BLE001 - it is offered at the next command
            _log.info("not offered what is kept", interaction=interaction.id, reason=repr(problem))

    async def _offer_kept(self, interaction: discord.Interaction[Any]) -> None:
        kept = await self._due(interaction)
        if not kept and not self._client.untold.has(interaction.user.id):
            return
        if not await self._is_answered(interaction):
            return
        words = self._client.untold.take(interaction.user.id)
        view = discord.utils.MISSING
        if kept:
            self._remember(interaction.user.id, kept)
            view = view_of([ShowButton(int(order.id), _label(order)) for order in kept[:MOST_OFFERED]])
            words.append(OFFER)
        told = for_reader(interaction, content=joined("\n", words), view=view)

        async def send() -> None:
            await interaction.followup.send(**told, ephemeral=True)

        await steadily(send)

    async def _due(self, interaction: discord.Interaction[Any]) -> Sequence[Order]:
        """What is kept for the member: here what was asked for on this server, in direct messages all."""
        kept = [
            order
            for order in await self._client.services.requests.kept_for(interaction.user.id)
            if interaction.guild_id in {None, order.requester.server_id}
        ]
        told_at, told = self._offered.get(interaction.user.id, (float("-inf"), set[str]()))
        is_news = not told.issuperset(order.id for order in kept)
        return kept if is_news or time.monotonic() - told_at >= OFFERED_EVERY else []

    def _remember(self, user_id: int, kept: Sequence[Order]) -> None:
        self._offered[user_id] = time.monotonic(), {order.id for order in kept}
        self._offered.move_to_end(user_id)
        if len(self._offered) > MOST_REMEMBERED:
            self._offered.popitem(last=False)

    async def _is_answered(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether a further message can follow: before the first words it would take their place."""
        for pause in LOOKS:
            await asyncio.sleep(pause)
            if interaction.response.type is discord.InteractionResponseType.modal:
                return False  # its submission comes next
            if interaction.response.is_done():
                response = await response_of(self._client, interaction.application_id, interaction.token)
                if response is None or not int(response.get("flags", 0)) & LOADING:
                    return True
        return False


def _label(order: Order) -> str:
    """What a button shows: of pictures their numbers, of a failure that there is one."""
    if not order.pictures:
        return phrase("Show what happened")
    return phrase("Show {numbers}", numbers=numbers(order.pictures))
