"""🎲 Again: the same request once more, for whoever presses it, at their expense."""

from __future__ import annotations

from typing_extensions import override

from bot.errors import PictureGoneError
from bot.interactions import AtelierButton, Interaction


class AgainButton(AtelierButton, action="again"):
    """Makes a new result from the request behind a picture."""

    label = "Again"
    emoji = "🎲"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for the same once more."""
        bot = interaction.client
        kept = await bot.services.requests.of_picture(self.subject, interaction.guild_id or 0)
        if kept is None:
            raise PictureGoneError("I do not know this picture any more. Ask for a new one with /imagine.")
        if all(job.picture is None or job.picture.deleted for job in kept.jobs):  # its input pictures went with it
            raise PictureGoneError("This picture was deleted. Ask for a new one with /imagine.")
        private = interaction.message is not None and interaction.message.flags.ephemeral
        await bot.intake.take(interaction, kept.request, private=private)
