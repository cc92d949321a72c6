"""A preset on its way to being kept: its options held against the catalog, its pictures prepared and held."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.discord_ui.request_context import requester_of
from bot.discord_ui.visibility import is_for_adults_elsewhere
from bot.errors import PresetRefusedError
from bot.language import phrase
from bot.services.presets import Shelf
from bot.services.requests import Change, Wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.discord_ui.interactions import Interaction
    from bot.inputs import Sources
    from bot.services.presets import Preset, Viewer
    from bot.services.requests import ImageRequest, StoredImage


async def keep_preset(
    interaction: Interaction,
    viewer: Viewer,
    preset: Preset,
    sources: Sources,
    kept: Sequence[StoredImage],
    before: Preset | None = None,
) -> tuple[Preset, Sequence[str]]:
    """Keep a preset, and say what became of its files.

    Args:
        interaction: promised an answer already: files are fetched.
        viewer: who keeps it.
        preset: without pictures.
        sources: pictures that are brought.
        kept: pictures that the store has; they come first.
        before: as it was, if it is changed.

    Raises:
        UserFacingError: it cannot be so; nothing was changed.
    """
    desk = interaction.client.services.presets
    checked = desk.checked(viewer, preset)  # before anything is fetched
    options, notes = await _as_the_catalog_writes_them(interaction, checked)
    async with interaction.client.intake.kept(interaction, sources, kept) as found:
        await check_for_all(interaction, checked.shelf, (file.number for file in found.files))
        ready = replace(checked, options=options, references=found.files)
        saved = await (desk.add(viewer, ready) if before is None else desk.change(viewer, before, ready))
    return saved, [*notes, *found.notes]


async def check_for_all(interaction: Interaction, shelf: Shelf, numbers: Iterable[int | None]) -> None:
    """May these pictures be in a preset there? What was made where only adults see it is not shown to a whole server.

    Args:
        interaction: where it is used.
        shelf: where the preset is to be.
        numbers: of the pictures; None of those that are not ours.

    Raises:
        PresetRefusedError: one may not.
    """
    requests, guild = interaction.client.services.requests, interaction.guild
    for number in sorted({number for number in numbers if number is not None}) if shelf is Shelf.SERVER else ():
        order = await requests.of_picture(number, interaction.guild_id or 0)
        if order is not None and is_for_adults_elsewhere(guild, order.requester.pool_id, None):
            raise PresetRefusedError(
                phrase(
                    "{number} was made in an age-restricted channel, and all members see this server's presets. "
                    "Leave its pictures out, or keep the preset as yours.",
                    number=f"#{number}",
                )
            )


def options_of(request: ImageRequest) -> Wishes:
    """The options of a request, as far as they are not what everybody gets anyway."""
    return Wishes(
        model=request.model,
        size=request.size,
        quality=request.quality,
        count=request.count if request.count > 1 else None,
        background=None if request.background == "auto" else request.background,
        output_format=request.output_format,
        compression=request.compression,
        input_fidelity=request.input_fidelity,
        complexity=request.complexity,
        frames=request.frames,
    )


async def _as_the_catalog_writes_them(interaction: Interaction, preset: Preset) -> tuple[Wishes, Sequence[str]]:
    """The options of a preset, held against the model that draws it today, and what became of them.

    Raises:
        RequestRefused: they cannot be so.
    """
    words = preset.template.filled({}).strip() or preset.name
    drafting = interaction.client.services.drafting
    wishes = replace(preset.options, prompt=words)
    request = await drafting.draft(requester_of(interaction), Change.NEW, wishes)
    return Wishes(**{name: getattr(request, name) for name in preset.options.said}), request.notes
