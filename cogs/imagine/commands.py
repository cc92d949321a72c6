"""/imagine: words, and pictures to start from, become pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import RequestRefused
from bot.inputs import Sources
from bot.interactions import Interaction
from bot.occasions import requester_of
from bot.options import choices
from bot.presentation.choices import model_choices, quality_choices, size_choices
from bot.services.building import Wishes
from bot.services.changes import Change
from bot.services.choosing import usual_model, usual_quality, usual_size
from bot.services.requests import MOST_PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Settings
    from bot.intake import Intake
    from bot.services.admission import Admission
    from bot.services.catalog import Catalog, Model
    from bot.services.drafting import Drafting
    from bot.services.permits import Permit

LONGEST_OPTION = 6000  # characters; Discord's limit for an option's text


class Imagine(commands.Cog):
    """Makes pictures from words."""

    def __init__(
        self, intake: Intake, drafting: Drafting, admission: Admission, catalog: Catalog, settings: Settings
    ) -> None:
        self._intake = intake
        self._drafting = drafting
        self._admission = admission
        self._catalog = catalog
        self._settings = settings

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(
        prompt="What to draw: subject, setting, style, light, details",
        size="Its size; each choice shows its price",
        quality="How carefully it is drawn; each choice shows its price",
        count="How many pictures",
        model="Which model draws; each choice shows its price",
        background="What is behind the subject",
        format="The kind of file",
        image1="A picture to start from",
        image2="Another picture to start from",
        image3="Another picture to start from",
        image4="Another picture to start from",
        private="Only you see the result",
    )
    async def imagine(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, LONGEST_OPTION],
        size: str | None = None,
        quality: str | None = None,
        count: app_commands.Range[int, 1, MOST_PICTURES] = 1,
        model: str | None = None,
        background: Literal["auto", "opaque", "transparent"] | None = None,
        format: Literal["png", "jpeg", "webp"] | None = None,  # noqa: A002 - the option's name, fixed by the design
        image1: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        private: bool = False,  # noqa: FBT001, FBT002 - an option, given by name
    ) -> None:
        """Draw a picture from your words."""
        wishes = Wishes(
            prompt=prompt,
            model=model,
            size=size,
            quality=quality,
            count=count,
            background=background,
            output_format=format,
        )
        request = await self._drafting.draft(requester_of(interaction), Change.NEW, wishes)
        attachments = tuple(image for image in (image1, image2, image3, image4) if image is not None)
        await self._intake.take(interaction, request, Sources(attachments=attachments), private=private)

    @imagine.autocomplete("size")
    async def _sizes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        permit = await self._admission.permit(requester_of(interaction))
        model = self._chosen_model(interaction, permit)
        quality = self._chosen_quality(interaction, permit, model)
        offered = size_choices(model, quality, self._settings.partial_images, typed, _count(interaction))
        return _choices(offered, permit.allows_size)

    @imagine.autocomplete("quality")
    async def _qualities(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        permit = await self._admission.permit(requester_of(interaction))
        model = self._chosen_model(interaction, permit)
        size = self._chosen_size(interaction, permit, model)
        offered = quality_choices(model, size, self._settings.partial_images, typed, _count(interaction))
        return _choices(offered, permit.allows_quality)

    @imagine.autocomplete("model")
    async def _models(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        permit = await self._admission.permit(requester_of(interaction))
        usual = self._catalog.model(self._usual_model(permit))
        size = _given(interaction, "size") or usual_size(permit, usual)
        quality = _given(interaction, "quality") or usual_quality(permit, usual)
        today, partials = self._admission.today, self._settings.partial_images
        offered = model_choices(self._catalog, today, size, quality, partials, typed, _count(interaction))
        return _choices(offered, permit.allows_model)

    def _usual_model(self, permit: Permit) -> str:
        return usual_model(self._catalog, permit, self._settings.model, self._admission.today)

    def _chosen_model(self, interaction: Interaction, permit: Permit) -> Model:
        try:
            return self._catalog.model(_given(interaction, "model").strip() or self._usual_model(permit))
        except RequestRefused:  # not typed to its end yet
            return self._catalog.model(self._usual_model(permit))

    def _chosen_size(self, interaction: Interaction, permit: Permit, model: Model) -> str:
        try:
            return model.check_size(_given(interaction, "size"))
        except RequestRefused:
            return usual_size(permit, model)

    def _chosen_quality(self, interaction: Interaction, permit: Permit, model: Model) -> str:
        quality = _given(interaction, "quality")
        return quality if quality in model.qualities else usual_quality(permit, model)


def _given(interaction: Interaction, option: str) -> str:
    """What stands in another option while one is being typed; empty if nothing does."""
    return str(getattr(interaction.namespace, option, None) or "")


def _count(interaction: Interaction) -> int:
    """How many pictures are asked for, as far as that is typed and makes sense."""
    given = _given(interaction, "count")
    return int(given) if given in {str(number) for number in range(1, MOST_PICTURES + 1)} else 1


def _choices(offered: list[tuple[str, str]], allows: Callable[[str], bool]) -> list[app_commands.Choice[str]]:
    """What is offered, without what this member may not use here."""
    return choices((name, value) for name, value in offered if allows(value))
