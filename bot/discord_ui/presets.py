"""Presets on their way to a picture: who asks, what it costs, what is missing, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from bot.delivery.languages import language_of_reader
from bot.discord_limits import MOST_CHOICES
from bot.discord_ui.interactions import is_lead
from bot.discord_ui.occasions import asker_of, requester_of
from bot.discord_ui.options import choices, shape_of, typed_wishes
from bot.errors import PresetRefusedError, UserFacingError
from bot.inputs import Sources
from bot.language import joined, phrase
from bot.services.admission import Start
from bot.services.presets import Shelf, Succession, Viewer, fitted, left_beside
from bot.services.requests import Change, Wishes, format_price
from bot.services.text import listed, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import discord
    from discord import app_commands

    from bot.discord_ui.interactions import Interaction
    from bot.services.presets import Preset, Template, Variable
    from bot.services.requests import ImageRequest

WHOSE = {Shelf.MINE: phrase("yours"), Shelf.SERVER: phrase("this server's"), Shelf.STARTER: phrase("starter")}


async def viewer_of(interaction: Interaction) -> Viewer:
    """Who looks at presets, and where."""
    return Viewer(interaction.guild_id or 0, interaction.user.id, await is_lead(interaction))


async def offered_presets(
    interaction: Interaction, typed: str, beside: Wishes | None = None
) -> list[app_commands.Choice[str]]:
    """What to offer for a preset's name, each with whose it is and, beside these wishes, with its price."""
    presets = interaction.client.services.presets
    wanted = typed.strip().casefold()
    viewer = await viewer_of(interaction)
    shown = await presets.shown_to(viewer)
    hidden = await presets.hidden_from(viewer) if beside is None else ()  # those can be looked at, not used
    matching = (
        each for each in (*shown, *hidden) if wanted in each.name.casefold() or each.handle.casefold() == wanted
    )
    found = [*islice(matching, MOST_CHOICES)]
    labels = [await _label(interaction, each, beside) for each in found]
    return choices(zip(labels, (each.handle for each in found), strict=True), language_of_reader(interaction))


async def named_preset(interaction: Interaction) -> ImageRequest | None:
    """What the preset would make that is filled in as ``preset`` while another option is being typed; None without."""
    name = str(getattr(interaction.namespace, "preset", None) or "")
    if not name:
        return None
    try:
        preset = await interaction.client.services.presets.find(await viewer_of(interaction), name)
        return await PresetUse(preset, Wishes(model=typed_wishes(interaction).model)).request(interaction)
    except UserFacingError:  # not typed to its end, or not to be had
        return None


async def _label(interaction: Interaction, preset: Preset, beside: Wishes | None) -> str:
    label = joined(" · ", [preset.name, WHOSE[preset.shelf]])
    if beside is None:
        return label
    try:
        nano = await PresetUse(preset, beside).price(interaction)
    except UserFacingError:  # which is said to who chooses it
        return label
    return joined(" · ", [label, format_price(nano)])


def _lost(preset: Preset) -> str:
    return phrase(
        "The preset “{name}” has lost a picture that it starts from: {lost} was deleted, or is private by now. Whoever "
        "keeps the preset can change it (/preset show). Nothing was charged.",
        name=shown(preset.name, len(preset.name)),
        lost=listed(tuple(f"#{number}" for number in preset.lost), "and"),
    )


@dataclass(frozen=True, slots=True)
class PresetUse:
    """A preset that is to be used, and what was said beside it.

    Attributes:
        beside: the options chosen by whoever uses it, which win; and words, for its first open variable or its end.
        values: by the keys of its variables, what was filled in.
        attachments: what it starts from, before its own pictures.
    """

    preset: Preset
    beside: Wishes = field(default_factory=Wishes)
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    attachments: tuple[discord.Attachment, ...] = ()

    @property
    def template(self) -> tuple[Template, Mapping[str, str]]:
        """Its words and their values, with what was said beside it. Raises PresetRefusedError for words of old."""
        return self.preset.template.with_prompt(self.beside.prompt, self.values)

    @property
    def missing(self) -> Sequence[Variable]:
        """What has to be said still. Raises PresetRefusedError where something that was said cannot be."""
        template, values = self.template
        return template.missing(values)

    @property
    def lacks_picture(self) -> bool:
        """Whether it asks for a picture, and has none."""
        return self.preset.takes_picture and not self.attachments

    async def take(self, interaction: Interaction, *, private: bool, offer: int | None = None) -> None:
        """Ask for it, at the expense of whoever acts.

        Args:
            interaction: not answered yet.
            private: only they see what comes of it.
            offer: see `Intake.take`.

        Raises:
            UserFacingError: nothing was reserved.
        """
        request = await self.request(interaction)
        sources = Sources(attachments=self.attachments, follows=self._follows)
        await interaction.client.intake.take(interaction, request, sources, private=private, offer=offer)

    async def check(self, interaction: Interaction) -> None:
        """Refuse now what would be refused anyway, before somebody fills in a dialog: Discord keeps no words.

        Raises:
            UserFacingError: it cannot be made.
        """
        services, asker = interaction.client.services, asker_of(interaction)
        request = await self.request(interaction)
        count = len(self.attachments) + len(request.references)
        await services.admission.check(request, asker.requester, references=count, joined_at=asker.joined_at)
        await services.studio.check(request, asker.requester)  # without what is attached: at its cheapest

    async def price(self, interaction: Interaction, more: int = 0) -> int:
        """What it holds at most, in nano-dollars, with so many pictures more. Raises as `take`."""
        request = await self.request(interaction)
        known = [shape_of(file) for file in self.attachments]
        own = [(file.width, file.height) for file in request.references]
        return interaction.client.services.drafting.most(request, [*known, *own, *[None] * more])

    async def request(self, interaction: Interaction) -> ImageRequest:
        """What is asked for, without what is attached; its notes say what became of the preset's options.

        Raises:
            UserFacingError: it cannot be made.
        """
        if self.preset.lost:
            raise PresetRefusedError(_lost(self.preset))
        services, requester = interaction.client.services, requester_of(interaction)
        drafting, admission = services.drafting, services.admission
        options, notes = self.preset.options, list[str]()
        if self.beside.model is None:
            options, gone = Succession(services.catalog, admission.today, admission.allow_retired).model(options)
            notes += gone
        template, values = self.template
        words = template.filled(values).strip()
        # Which model it will be by whatever stands below: what the preset chose for another is fitted to that.
        drawn_by = Wishes(prompt=words, model=self.beside.model or options.model)
        model = services.catalog.model((await drafting.draft(requester, Change.NEW, drawn_by)).model)
        options, changes = fitted(left_beside(options, self.beside), model)
        wishes = replace(self.beside, prompt=words).over(options)
        start = Start(shape=shape_of(self.attachments[0])) if self._follows else None
        request = await drafting.draft(requester, Change.NEW, wishes, start)
        return replace(request, references=self.preset.present, notes=(*notes, *changes, *request.notes))

    @property
    def _follows(self) -> bool:
        """Whether the picture that was brought says how large the result is: nobody else does."""
        is_said = self.beside.size is not None or self.preset.options.size is not None
        return self.preset.takes_picture and bool(self.attachments) and not is_said
