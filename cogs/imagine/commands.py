"""/imagine: words, and pictures to start from, become pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import RequestRefused
from bot.interactions import Interaction
from bot.presentation.choices import model_choices, quality_choices, size_choices
from bot.services.requests import MOST_PICTURES, build_request

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.intake import Intake
    from bot.services.catalog import Catalog, Model

LONGEST_OPTION = 6000  # characters; Discord's limit for an option's text


class Imagine(commands.Cog):
    """Makes pictures from words."""

    def __init__(self, intake: Intake, catalog: Catalog, settings: Settings) -> None:
        self._intake = intake
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
        request = build_request(
            self._catalog,
            prompt=prompt,
            model=model,
            size=size,
            quality=quality,
            count=count,
            background=background,
            output_format=format,
            default_model=self._settings.model,
            partial_images=self._settings.partial_images,
            today=datetime.now(UTC).date(),
            allow_retired=not self._settings.official_image_api,
        )
        attachments = [image for image in (image1, image2, image3, image4) if image is not None]
        await self._intake.take(interaction, request, attachments, private=private)

    @imagine.autocomplete("size")
    async def _sizes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        model = self._chosen_model(interaction)
        quality = self._chosen_quality(interaction, model)
        return _choices(size_choices(model, quality, self._settings.partial_images, typed, _count(interaction)))

    @imagine.autocomplete("quality")
    async def _qualities(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        model = self._chosen_model(interaction)
        size = self._chosen_size(interaction, model)
        return _choices(quality_choices(model, size, self._settings.partial_images, typed, _count(interaction)))

    @imagine.autocomplete("model")
    async def _models(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        today = datetime.now(UTC).date()
        size, quality = _given(interaction, "size"), _given(interaction, "quality")
        return _choices(
            model_choices(
                self._catalog, today, size, quality, self._settings.partial_images, typed, _count(interaction)
            )
        )

    def _chosen_model(self, interaction: Interaction) -> Model:
        try:
            return self._catalog.model(_given(interaction, "model").strip().lower() or self._settings.model)
        except RequestRefused:  # not typed to its end yet
            return self._catalog.model(self._settings.model)

    def _chosen_size(self, interaction: Interaction, model: Model) -> str:
        try:
            return model.check_size(_given(interaction, "size"))
        except RequestRefused:
            return model.default_size

    def _chosen_quality(self, interaction: Interaction, model: Model) -> str:
        quality = _given(interaction, "quality")
        return quality if quality in model.qualities else model.default_quality


def _given(interaction: Interaction, option: str) -> str:
    """What stands in another option while one is being typed; empty if nothing does."""
    return str(getattr(interaction.namespace, option, None) or "")


def _count(interaction: Interaction) -> int:
    """How many pictures are asked for, as far as that is typed and makes sense."""
    given = _given(interaction, "count")
    return int(given) if given in {str(number) for number in range(1, MOST_PICTURES + 1)} else 1


def _choices(offered: list[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=name, value=value) for name, value in offered]
