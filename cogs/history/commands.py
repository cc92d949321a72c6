"""/history: what I, a member or all of us made, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader
from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.options import AnyChannel, ChannelOption, choices
from bot.discord_ui.request_context import think
from bot.discord_ui.visibility import MemberSight
from bot.errors import UserFacingError
from bot.language import phrase
from bot.services.calendar import day_edges, plain_day, recent_days
from bot.services.gallery import HistoryQuery
from bot.services.text import quoted
from cogs.history.pages import KEPT_UNDER, show_page

if TYPE_CHECKING:
    from bot.wiring import Services

Search = app_commands.Range[str, 1, 200]
Day = app_commands.Range[str, 1, 20]
DAYS_OFFERED = 14
NAMED_DAYS = {"today": phrase("today"), "yesterday": phrase("yesterday")}
KEPT_FOR = 30 * 24 * 3600 * 1000 << 22  # 30 days that the buttons of a page work, as Discord's ids count them


class LookBack(commands.Cog):
    """Finds pictures that were made before."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(
        search="Words of the prompt, or parts of them, in any script",
        member="Whose pictures, also somebody's who has left; yours if you choose nobody",
        scope="Yours, or everybody's on this server that you can see",
        model="Made by this model",
        day="Made on this day, such as 2026-11-28, or in this month, such as 2026-11",
        since="Made on this day or later",
        channel="Made in this channel or thread",
        favourites="Only what you have starred, whoever made it",
    )
    async def history(
        self,
        interaction: Interaction,
        search: Search | None = None,
        member: discord.User | None = None,
        scope: Literal["mine", "everybody's"] | None = None,
        model: str | None = None,
        day: Day | None = None,
        since: Day | None = None,
        channel: app_commands.Transform[AnyChannel, ChannelOption] | None = None,
        favourites: bool = False,  # noqa: FBT001, FBT002 - an option, given by name
    ) -> None:
        """Find pictures that were made before. Only you see the answer."""
        await think(interaction)
        begin, end = await self._time(interaction, day, since)
        is_thread = isinstance(channel, app_commands.AppCommandThread)
        mine = interaction.user.id if scope == "mine" or (scope is None and not favourites) else None
        query = HistoryQuery(
            interaction.guild_id or 0,
            interaction.user.id,
            member_id=mine if member is None else member.id,
            words=await read_words(interaction, search or ""),
            model=None if model is None else self._services.catalog.model(model.strip()).id,
            place_id=None if channel is None or is_thread else channel.id,
            thread_id=channel.id if channel is not None and is_thread else None,
            since=begin,
            until=end,
            favourites=favourites,
        )
        page = await self._services.history.newest(query, MemberSight(interaction))
        if page.older is not None:
            await self._keep(interaction.id, query)
        await show_page(interaction, interaction.id, query, page)

    @history.autocomplete("model")
    async def _models(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        wanted = typed.strip().casefold()
        models = self._services.catalog.models
        return choices((each.title, each.id) for each in models if wanted in f"{each.title} {each.id}".casefold())

    @history.autocomplete("day")
    @history.autocomplete("since")
    async def _days(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        policy = await self._services.policies.of(interaction.guild_id or 0)
        days = recent_days(policy.time_zone, self._services.clock(), DAYS_OFFERED)
        language, wanted = language_of_reader(interaction), plain_day(typed)
        named = [(NAMED_DAYS.get(day, day), day) for day in days]
        found = [(name, day) for name, day in named if wanted in plain_day(f"{day} {language.translate(name)}")]
        return choices(found or [(typed.strip(), typed.strip())], language)

    async def _time(
        self, interaction: Interaction, day: str | None, since: str | None
    ) -> tuple[int | None, int | None]:
        """From when to when, as the server's calendar has it."""
        begin: int | None = None
        end: int | None = None
        policy = await self._services.policies.of(interaction.guild_id or 0)
        for text in (since, day):
            if text is None:
                continue
            try:
                first, last = day_edges(text, policy.time_zone, self._services.clock())
            except ValueError as error:
                raise UserFacingError(_no_day(text)) from error
            begin, end = max(first, begin or first), last if text is day else end
        return begin, end

    async def _keep(self, search_id: int, query: HistoryQuery) -> None:
        """Keep a search for the buttons of its pages, over restarts; and forget those of long ago."""
        await self._services.state.put(f"{KEPT_UNDER}{search_id}", query.to_json())
        await self._services.state.forget(KEPT_UNDER, search_id - KEPT_FOR)


def _no_day(text: str) -> str:
    return phrase(
        "{what} is no day that I know. Write it like 2026-11-28, today or yesterday, or a whole month like 2026-11.",
        what=quoted(text),
    )
