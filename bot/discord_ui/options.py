"""Options that commands of several cogs take, where discord.py's own would not do, and choices that show prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands
from typing_extensions import override

from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.discord_ui.occasions import requester_of
from bot.errors import RequestRefused
from bot.presentation.choices import (
    Asked,
    model_choices,
    quality_choices,
    size_choices,
)
from bot.services.admission import usual_model, usual_quality, usual_size
from bot.services.catalog import FEWEST_FRAMES, MOST_FRAMES
from bot.services.requests import MOST_COMPRESSION, MOST_PICTURES, Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.services.admission import Admission
    from bot.services.catalog import Catalog, Model
    from bot.services.policy import Permit
    from bot.services.requests import ImageRequest

LONGEST_OPTION = 6000  # characters; Discord's limit for an option's text

PresetName = app_commands.Range[str, 1, 100]
Prompt = app_commands.Range[str, 1, LONGEST_OPTION]
Count = app_commands.Range[int, 1, MOST_PICTURES]
Frames = app_commands.Range[int, FEWEST_FRAMES, MOST_FRAMES]
Compression = app_commands.Range[int, 0, MOST_COMPRESSION]
Background = Literal["auto", "opaque", "transparent"]
Format = Literal["png", "jpeg", "webp", "gif", "svg"]
Complexity = Literal["low", "medium", "high"]
Fidelity = Literal["low", "high"]

OPTIONS_OF_WISHES = {  # which options of commands say what in words
    "model": "model",
    "size": "size",
    "quality": "quality",
    "background": "background",
    "output_format": "format",
    "input_fidelity": "fidelity",
    "complexity": "complexity",
}

AnyChannel = app_commands.AppCommandChannel | app_commands.AppCommandThread | discord.Object

TALKED_IN = (  # channels of media are not in Discord's own description of this option
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
)
THREADS = (discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread)


def choices(offered: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Names with their values, as many and as long as Discord shows."""
    return [app_commands.Choice(name=name[:LONGEST_CHOICE], value=value) for name, value in offered][:MOST_CHOICES]


class ChannelOption(app_commands.Transformer):
    """A channel or thread; also one that is gone, for discord.py's own would raise something that nobody can read."""

    @property
    @override
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    @override
    def channel_types(self) -> list[discord.ChannelType]:
        return [*TALKED_IN, *THREADS]

    @override
    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> AnyChannel:
        """As Discord sent it."""
        channel: AnyChannel = value
        return channel


class PricedOptions:
    """Offers sizes, qualities and models while a command is typed: those that the member may use, with their prices.

    The command's other options count as far as they are filled in: ``model``, ``size``, ``quality``, ``count``,
    ``format``, ``frames``, ``fidelity``, and the pictures that it starts from. What is not filled in is as it is in the
    request `below`, which a preset would make, or else as usual.
    """

    def __init__(self, admission: Admission, catalog: Catalog, default_model: str, most_partials: int) -> None:
        """Args: `default_model` is the installation's; `most_partials` are the most previews per picture."""
        self._admission = admission
        self._catalog = catalog
        self._default_model = default_model
        self._most_partials = most_partials

    async def sizes(
        self, interaction: discord.Interaction[Any], typed: str, below: ImageRequest | None = None
    ) -> list[app_commands.Choice[str]]:
        """What to offer for ``size``."""
        permit = await self._admission.permit(requester_of(interaction))
        model = self._chosen_model(interaction, permit, below)
        quality = _chosen_quality(interaction, permit, model, below)
        return _permitted(size_choices(model, quality, self._asked(interaction, below), typed), permit.allows_size)

    async def qualities(
        self, interaction: discord.Interaction[Any], typed: str, below: ImageRequest | None = None
    ) -> list[app_commands.Choice[str]]:
        """What to offer for ``quality``."""
        permit = await self._admission.permit(requester_of(interaction))
        model = self._chosen_model(interaction, permit, below)
        size = _chosen_size(interaction, permit, model, below)
        return _permitted(quality_choices(model, size, self._asked(interaction, below), typed), permit.allows_quality)

    async def models(
        self, interaction: discord.Interaction[Any], typed: str, below: ImageRequest | None = None
    ) -> list[app_commands.Choice[str]]:
        """What to offer for ``model``."""
        permit = await self._admission.permit(requester_of(interaction))
        usual = self._catalog.model(self._usual_model(permit))
        size = _given(interaction, "size") or (usual_size(permit, usual) if below is None else below.size)
        quality = _given(interaction, "quality") or (usual_quality(permit, usual) if below is None else below.quality)
        asked = self._asked(interaction, below)
        offered = model_choices(self._catalog, self._admission.today, size, quality, asked, typed)
        return _permitted(offered, permit.allows_model)

    def _asked(self, interaction: discord.Interaction[Any], below: ImageRequest | None) -> Asked:
        """What else is filled in and has a price, as far as it makes sense."""
        brought = [_shape_of(file) for _, file in interaction.namespace if isinstance(file, FILES)]
        kept = [] if below is None else [(file.width, file.height) for file in below.references]
        wishes = typed_wishes(interaction)
        return Asked(
            self._most_partials,
            count=wishes.count or (1 if below is None else below.count),
            inputs=(*brought, *kept),
            output_format=wishes.output_format or (None if below is None else below.output_format),
            frames=wishes.frames or (None if below is None else below.frames),
            fidelity=wishes.input_fidelity or (None if below is None else below.input_fidelity),
        )

    def _usual_model(self, permit: Permit) -> str:
        return usual_model(self._catalog, permit, self._default_model, self._admission.today)

    def _chosen_model(self, interaction: discord.Interaction[Any], permit: Permit, below: ImageRequest | None) -> Model:
        usual = self._usual_model(permit) if below is None else below.model
        try:
            return self._catalog.model(_given(interaction, "model").strip() or usual)
        except RequestRefused:  # not typed to its end yet
            return self._catalog.model(self._usual_model(permit))


FILES = (discord.Attachment, discord.Object)  # discord.py makes the latter of files of which Discord sends the id alone


def shape_of(file: discord.Attachment) -> tuple[int, int] | None:
    """Width and height of a file in pixels, as Discord says them; None for what is no picture to it."""
    return (file.width, file.height) if file.width and file.height else None


def _shape_of(file: discord.Attachment | discord.Object) -> tuple[int, int] | None:
    return shape_of(file) if isinstance(file, discord.Attachment) else None


def typed_wishes(interaction: discord.Interaction[Any]) -> Wishes:
    """The options that are filled in while another is being typed, as far as they make sense, but for words."""
    given: dict[str, Any] = {name: _given(interaction, option) or None for name, option in OPTIONS_OF_WISHES.items()}
    return Wishes(
        count=_number(_given(interaction, "count"), range(1, MOST_PICTURES + 1)),
        frames=_number(_given(interaction, "frames"), range(FEWEST_FRAMES, MOST_FRAMES + 1)),
        **given,
    )


def _chosen_size(
    interaction: discord.Interaction[Any], permit: Permit, model: Model, below: ImageRequest | None
) -> str:
    try:
        return model.check_size(_given(interaction, "size") or ("" if below is None else below.size))
    except RequestRefused:
        return usual_size(permit, model)


def _chosen_quality(
    interaction: discord.Interaction[Any], permit: Permit, model: Model, below: ImageRequest | None
) -> str:
    quality = _given(interaction, "quality") or ("" if below is None else below.quality)
    return quality if quality in model.qualities else usual_quality(permit, model)


def _given(interaction: discord.Interaction[Any], option: str) -> str:
    """What stands in another option while one is being typed; empty if nothing does."""
    return str(getattr(interaction.namespace, option, None) or "")


def _number(given: str, possible: range) -> int | None:
    """The number that is typed, unless it is not typed to its end or makes no sense."""
    return next((number for number in possible if str(number) == given), None)


def _permitted(offered: list[tuple[str, str]], allows: Callable[[str], bool]) -> list[app_commands.Choice[str]]:
    """What is offered, without what this member may not use here."""
    return choices((name, value) for name, value in offered if allows(value))
