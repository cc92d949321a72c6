"""/edit: a picture of whoever's is changed by words, where a mask allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.options import Background, Complexity, Count, Fidelity, Format, Prompt, shape_of
from bot.discord_ui.request_context import requester_of
from bot.inputs import Sources
from bot.services.admission import Start
from bot.services.requests import Change, Wishes

if TYPE_CHECKING:
    from bot.discord_ui.intake import Intake
    from bot.discord_ui.options import PricedOptions
    from bot.services.admission import Drafting


class Edit(commands.Cog):
    """Changes pictures."""

    def __init__(self, intake: Intake, drafting: Drafting, priced: PricedOptions) -> None:
        self._intake = intake
        self._drafting = drafting
        self._priced = priced

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(
        prompt="What to change, or what the whole picture shall show",
        image="The picture to change",
        mask="Where it may change: transparent there, or white on black",
        image2="A picture to take something from",
        image3="Another picture to take something from",
        image4="Another picture to take something from",
        size="The new size; each choice shows its price",
        quality="How carefully it is drawn; each choice shows its price",
        count="How many pictures",
        model="Which model draws; each choice shows its price",
        background="What is behind the subject",
        format="The kind of file; gif and svg only where the model has them",
        fidelity="How closely the pictures are kept, where the model has the choice",
        complexity="How much the model plans before it draws, where it has the choice",
        exact="Keep what the mask does not mark exactly as it was",
        private="Only you see the result",
    )
    async def edit(
        self,
        interaction: Interaction,
        prompt: Prompt,
        image: discord.Attachment,
        mask: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        size: str | None = None,
        quality: str | None = None,
        count: Count | None = None,
        model: str | None = None,
        background: Background | None = None,
        format: Format | None = None,  # noqa: A002 - the option's name, as in /imagine
        fidelity: Fidelity | None = None,
        complexity: Complexity | None = None,
        exact: bool = True,  # noqa: FBT001, FBT002 - an option, given by name
        private: bool | None = None,  # noqa: FBT001 - the same
    ) -> None:
        """Change a picture: say what, and if you like show where."""
        wishes = Wishes(
            prompt=await read_words(interaction, prompt),
            model=model,
            size=size,
            quality=quality,
            count=count,
            background=background,
            output_format=format,
            input_fidelity=fidelity,
            complexity=complexity,
            exact=exact,
        )
        start = Start(shape=shape_of(image))
        requester = requester_of(interaction)
        request = await self._drafting.draft(requester, Change.EDIT, wishes, start)
        alone = await self._drafting.is_private(requester, said=private)
        attachments = (image, *(each for each in (image2, image3, image4) if each is not None))
        sources = Sources(attachments=attachments, mask=mask, follows=size is None)
        await self._intake.take(interaction, request, sources, private=alone)

    @edit.autocomplete("size")
    async def _sizes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.sizes(interaction, typed)

    @edit.autocomplete("quality")
    async def _qualities(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.qualities(interaction, typed)

    @edit.autocomplete("model")
    async def _models(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._priced.models(interaction, typed)
