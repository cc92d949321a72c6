"""What becomes of a dialog that was filled in, also of one that an earlier process opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from bot.discord_ui.buttons import picture_of
from bot.discord_ui.interactions import Interaction, order_behind, read_words
from bot.discord_ui.request_context import fields_of, uploaded_in
from bot.errors import RequestRefused
from bot.language import phrase
from bot.services.requests import DRAWN, Change, Wishes
from bot.services.text import number_of
from cogs.edit.buttons import VARIED
from cogs.edit.dialog import COUNT, FILES, PROMPT, QUALITY, SIZE, About
from cogs.edit.dialog_choices import SAME_SIZE
from cogs.edit.edits import change_others, change_ours, draw_from_ours

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    import discord

    from cogs.edit.open_messages import OpenMessages

NOTHING_SAID = phrase("Say in a few words what to change, or add the picture with your drawing on it.")


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a dialog.

    Attributes:
        files: in the member's order.
    """

    prompt: str
    size: str | None
    quality: str | None
    count: int | None
    files: tuple[discord.Attachment, ...]

    @classmethod
    def of(cls, interaction: discord.Interaction[Any]) -> Self:
        """Read a submission; what Discord leaves out is as it was."""
        fields = fields_of(interaction)
        size, quality, count = (_chosen(fields.get(name, {})) for name in (SIZE, QUALITY, COUNT))
        return cls(
            prompt=str(fields.get(PROMPT, {}).get("value") or ""),
            size=None if size in {"", SAME_SIZE} else size,
            quality=quality or None,
            count=number_of(count) or None,
            files=uploaded_in(interaction, FILES),
        )

    def wishes(self, prompt: str) -> Wishes:
        """What was chosen, with these words."""
        return Wishes(prompt=prompt, size=self.size, quality=self.quality, count=self.count)

    @property
    def change(self) -> Wishes:
        """What was chosen for a change: without words, what is drawn says what to do.

        Raises:
            RequestRefused: neither words nor files.
        """
        if self.prompt.strip():
            return self.wishes(self.prompt)
        if not self.files:
            raise RequestRefused(NOTHING_SAID)
        return self.wishes(DRAWN)


class Submissions:
    """Does what was filled in, or what was pressed about other people's pictures."""

    def __init__(self, messages: OpenMessages) -> None:
        """Args: `messages` are those on which somebody has a dialog open."""
        self._messages = messages

    async def vary(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Make other people's pictures otherwise, once."""
        pictures = self._messages.pictures(interaction.user.id, number_of(match["id"]))
        await change_others(interaction, Change.VARY, pictures)
        await interaction.client.questions.close(interaction, VARIED)

    async def take(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Do what was filled in."""
        about, subject = About(match["about"]), number_of(match["id"])
        typed = Filled.of(interaction)
        filled = replace(typed, prompt=await read_words(interaction, typed.prompt))
        if about is About.MESSAGE:
            pictures = self._messages.pictures(interaction.user.id, subject)
            await change_others(interaction, Change.EDIT, pictures, filled.change, filled.files)
            return
        order = await order_behind(interaction, subject)
        picture = picture_of(order, subject)
        if about is About.REFERENCE:
            await draw_from_ours(interaction, order, picture, filled.wishes(filled.prompt), filled.files)
        else:
            unsaid = typed.prompt.strip() == order.request.own_words.strip()
            await change_ours(interaction, Change.EDIT, order, picture, filled.change, filled.files, unsaid=unsaid)


def _chosen(field: Mapping[str, Any]) -> str:
    values = field.get("values") or [""]
    return str(values[0])
