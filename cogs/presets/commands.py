"""/preset: list, use, save, show and delete presets."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.options import (
    Background,
    Complexity,
    Compression,
    Count,
    Fidelity,
    Format,
    Frames,
    PresetName,
    typed_wishes,
)
from bot.discord_ui.presets import PresetUse, offered_presets, use_preset, viewer_of
from bot.discord_ui.request_context import think
from bot.inputs import Sources
from bot.language import phrase
from bot.services.presets import LONGEST_TEMPLATE, Preset, Shelf
from bot.services.requests import Wishes
from cogs.presets.pages import show_page
from cogs.presets.panels import ask_deletion, show_preset
from cogs.presets.saving import keep_preset

if TYPE_CHECKING:
    from bot.discord_ui.options import PricedOptions
    from bot.services.presets import PresetDesk

Words = app_commands.Range[str, 1, LONGEST_TEMPLATE]
SAVED, REPLACED = phrase("Saved."), phrase("Replaced.")


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
class Presets(commands.GroupCog, group_name="preset", group_description="Prompts, options and pictures to use again"):
    """Presets of members and of the server."""

    def __init__(self, presets: PresetDesk, priced: PricedOptions) -> None:
        self._presets = presets
        self._priced = priced

    @app_commands.command(name="list")
    async def look_through(self, interaction: Interaction) -> None:
        """See the presets that you can use here. Only you see the answer."""
        await think(interaction)
        await show_page(interaction, 0)

    @app_commands.command()
    @app_commands.describe(
        name="Which preset; each choice shows its price. What it takes is asked for in a dialog",
        prompt="The quick way: fills its first open {variable}, or stands at the end of its words",
        count="How many pictures",
        image1="A picture to start from, before the preset's own",
        image2="Another picture to start from",
        image3="Another picture to start from",
        image4="Another picture to start from",
        private="Only you see the result",
    )
    async def use(
        self,
        interaction: Interaction,
        name: PresetName,
        prompt: Words | None = None,
        count: Count | None = None,
        image1: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        private: bool | None = None,  # noqa: FBT001 - an option, given by name
    ) -> None:
        """Draw a picture with a preset. /imagine takes one too, with all other options."""
        preset = await self._presets.find(await viewer_of(interaction), name)
        words = await read_words(interaction, prompt or "")
        images = tuple(image for image in (image1, image2, image3, image4) if image is not None)
        use = PresetUse(preset, Wishes(prompt=words, count=count), attachments=images)
        await use_preset(interaction, use, private=private)

    @app_commands.command()
    @app_commands.describe(
        name="What it is called: 1 to 40 letters, digits or emoji",
        prompt="{subject} is filled in at each use, {subject=a fox} has a default, {style=oil|ink} has choices",
        scope="Whose it is; only leads keep presets of the server",
        size="The size of its pictures; each choice shows its price",
        quality="How carefully they are drawn; each choice shows its price",
        count="How many pictures at a time",
        model="Which model draws; each choice shows its price",
        background="What is behind the subject",
        format="The kind of file; gif and svg only where the model has them",
        frames="How many pictures a gif has",
        compression="How small a jpeg or webp file gets: 100 keeps most, 0 is smallest",
        fidelity="How closely its pictures are kept, where the model has the choice",
        complexity="How much the model plans before it draws, where it has the choice",
        image1="A picture that all its pictures start from: a logo, a palette, a figure",
        image2="Another picture that they start from",
        image3="Another picture that they start from",
        image4="Another picture that they start from",
        ask_picture="Whoever uses it brings a picture to start from",
        replace="Puts it in the place of the one of that name; its pictures stay, unless you attach others",
    )
    async def save(
        self,
        interaction: Interaction,
        name: PresetName,
        prompt: Words,
        scope: Literal["mine", "server's"] = "mine",
        size: str | None = None,
        quality: str | None = None,
        count: Count | None = None,
        model: str | None = None,
        background: Background | None = None,
        format: Format | None = None,  # noqa: A002 - the option's name, as in /imagine
        frames: Frames | None = None,
        compression: Compression | None = None,
        fidelity: Fidelity | None = None,
        complexity: Complexity | None = None,
        image1: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        ask_picture: bool = False,  # noqa: FBT001, FBT002 - an option, given by name
        replace: bool = False,  # noqa: FBT001, FBT002 - the same
    ) -> None:
        """Keep words, options and pictures to use again. ⋯ Save as preset does it with a result's own."""
        await think(interaction)
        options = Wishes(
            model=model,
            size=size,
            quality=quality,
            count=count,
            background=background,
            output_format=format,
            compression=compression,
            input_fidelity=fidelity,
            complexity=complexity,
            frames=frames,
        )
        shelf = Shelf.MINE if scope == "mine" else Shelf.SERVER
        words = await read_words(interaction, prompt)
        preset = Preset(interaction.id, shelf, name, words, options, takes_picture=ask_picture)
        images = tuple(image for image in (image1, image2, image3, image4) if image is not None)
        await self._keep(interaction, preset, images, replaces=replace)

    @app_commands.command()
    @app_commands.describe(name="Which preset")
    async def show(self, interaction: Interaction, name: PresetName) -> None:
        """Look at a preset: use, change, copy or delete it from there. Only you see the answer."""
        await think(interaction)
        viewer = await viewer_of(interaction)
        await show_preset(interaction, viewer, await self._presets.find(viewer, name))

    @app_commands.command()
    @app_commands.describe(name="Which preset; you are asked once more")
    async def delete(self, interaction: Interaction, name: PresetName) -> None:
        """Delete one of your presets, or of the server's if you lead here."""
        viewer = await viewer_of(interaction)
        await ask_deletion(interaction, viewer, await self._presets.find(viewer, name))

    @use.autocomplete("name")
    async def _usable(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await offered_presets(interaction, typed, typed_wishes(interaction))

    @show.autocomplete("name")
    @delete.autocomplete("name")
    async def _named(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await offered_presets(interaction, typed)

    @save.autocomplete("size")
    async def _sizes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.sizes(interaction, typed)

    @save.autocomplete("quality")
    async def _qualities(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.qualities(interaction, typed)

    @save.autocomplete("model")
    async def _models(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.models(interaction, typed)

    async def _keep(
        self, interaction: Interaction, preset: Preset, images: tuple[discord.Attachment, ...], *, replaces: bool
    ) -> None:
        viewer = await viewer_of(interaction)
        before = await self._presets.of_name(viewer, preset.shelf, preset.name) if replaces else None
        kept = before.present if before is not None and not images else ()
        if before is not None:
            preset = dataclasses.replace(
                before, words=preset.words, options=preset.options, takes_picture=preset.takes_picture, references=()
            )
        saved, notes = await keep_preset(interaction, viewer, preset, Sources(attachments=images), kept, before)
        await show_preset(interaction, viewer, saved, SAVED if before is None else REPLACED, *notes)
