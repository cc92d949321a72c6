"""/studio: how leads run picture making on their server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands

from bot.discord_ui.interactions import LeadCog
from bot.discord_ui.rows import view_of
from cogs.studio.audit import OlderButton, OlderOfOneButton, WhoDecided
from cogs.studio.defaults import ServerDefaults
from cogs.studio.first_setup import FirstSetup, SetupButton, SetupDialog
from cogs.studio.gallery import StarredPictures
from cogs.studio.language import SpokenHere
from cogs.studio.rules import WhatMayBeAsked
from cogs.studio.running import Running, SwitchButton
from cogs.studio.settings import ServerWide
from cogs.studio.setup import Start

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.admission import Admission, Drafting
    from bot.services.gallery import GalleryPosts
    from bot.services.jobs import Pausing, ServerStatuses
    from bot.services.policy import Audit, Rules, ServerSettings
    from bot.services.quotas import BudgetAlerts, QuotaDesk


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
class Studio(
    Running,
    WhatMayBeAsked,
    ServerWide,
    StarredPictures,
    ServerDefaults,
    SpokenHere,
    Start,
    WhoDecided,
    LeadCog,
    group_name="studio",
    group_description="Run picture making on this server",
):
    """The group; its commands come from the classes that it is made of."""

    def __init__(
        self,
        pausing: Pausing,
        server_statuses: ServerStatuses,
        rules: Rules,
        server_settings: ServerSettings,
        admission: Admission,
        audit: Audit,
        budget_alerts: BudgetAlerts,
        quotas: QuotaDesk,
        drafting: Drafting,
        gallery_posts: GalleryPosts,
    ) -> None:
        self._pausing = pausing
        self._server_statuses = server_statuses
        self._rules = rules
        self._server_settings = server_settings
        self._admission = admission
        self._audit = audit
        self._budget_alerts = budget_alerts
        self._quotas = quotas
        self._drafting = drafting
        self._gallery_posts = gallery_posts


async def setup(bot: AtelierClient) -> None:
    """Add the group."""
    services = bot.services
    bot.add_dynamic_items(OlderButton, OlderOfOneButton, SetupButton, SwitchButton)
    first = FirstSetup(services.server_settings, services.quotas, services.budget_alerts)
    bot.routes.add(SetupDialog.template, first.submit)
    bot.greetings.make = lambda: view_of([SetupButton()])
    await bot.add_cog(
        Studio(
            services.pausing,
            services.server_statuses,
            services.rules,
            services.server_settings,
            services.admission,
            services.audit,
            services.budget_alerts,
            services.quotas,
            services.drafting,
            services.gallery_posts,
        )
    )
