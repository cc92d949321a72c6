"""/imagine: words, and pictures to start from, become pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.options import (
    Background,
    Complexity,
    Compression,
    Count,
    Format,
    Frames,
    PresetName,
    Prompt,
    typed_wishes,
)
from bot.discord_ui.presets import PresetUse, named_preset, offered_presets, use_preset, viewer_of
from bot.discord_ui.request_context import requester_of
from bot.inputs import Sources
from bot.services.requests import Change, Wishes

if TYPE_CHECKING:
    from bot.discord_ui.intake import Intake
    from bot.discord_ui.options import PricedOptions
    from bot.services.admission import Drafting
    from bot.services.presets import PresetDesk


class Imagine(commands.Cog):
    """Makes pictures from words."""

    def __init__(self, intake: Intake, drafting: Drafting, presets: PresetDesk, priced: PricedOptions) -> None:
        self._intake = intake
        self._drafting = drafting
        self._presets = presets
        self._priced = priced

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
        format="The kind of file; gif and svg only where the model has them",
        frames="How many pictures a gif has",
        compression="How small a jpeg or webp file gets: 100 keeps most, 0 is smallest",
        complexity="How much the model plans before it draws, where it has the choice",
        image1="A picture to start from",
        image2="Another picture to start from",
        image3="Another picture to start from",
        image4="Another picture to start from",
        preset="Your prompt fills its first open {variable}, or else stands at the end of its words",
        private="Only you see the result",
    )
    async def imagine(
        self,
        interaction: Interaction,
        prompt: Prompt,
        size: str | None = None,
        quality: str | None = None,
        count: Count | None = None,
        model: str | None = None,
        background: Background | None = None,
        format: Format | None = None,  # noqa: A002 - the option's name, fixed by the design
        frames: Frames | None = None,
        compression: Compression | None = None,
        complexity: Complexity | None = None,
        image1: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        preset: PresetName | None = None,
        private: bool | None = None,  # noqa: FBT001 - an option, given by name
    ) -> None:
        """Draw a picture from your words."""
        wishes = Wishes(
            prompt=await read_words(interaction, prompt),
            model=model,
            size=size,
            quality=quality,
            count=count,
            background=background,
            output_format=format,
            frames=frames,
            compression=compression,
            complexity=complexity,
        )
        images = tuple(image for image in (image1, image2, image3, image4) if image is not None)
        if preset is not None:
            found = await self._presets.find(await viewer_of(interaction), preset)
            await use_preset(interaction, PresetUse(found, wishes, attachments=images), private=private)
            return
        requester = requester_of(interaction)
        request = await self._drafting.draft(requester, Change.NEW, wishes)
        alone = await self._drafting.is_private(requester, said=private)
        await self._intake.take(interaction, request, Sources(attachments=images), private=alone)

    @imagine.autocomplete("size")
    async def _sizes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.sizes(interaction, typed, await named_preset(interaction))

    @imagine.autocomplete("quality")
    async def _qualities(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.qualities(interaction, typed, await named_preset(interaction))

    @imagine.autocomplete("model")
    async def _models(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.models(interaction, typed, await named_preset(interaction))

    @imagine.autocomplete("preset")
    async def _offer_presets(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await offered_presets(interaction, typed, typed_wishes(interaction))
