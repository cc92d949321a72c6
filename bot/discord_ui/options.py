"""Options that commands of several cogs take, where discord.py's own would not do, and choices that show prices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands
from typing_extensions import override

from bot.delivery.languages import language_of_reader
from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.discord_ui.request_context import requester_of
from bot.errors import RequestRefused
from bot.language import ENGLISH, joined
from bot.presentation.choices import Asked, models_like, price_text, quality_choices, size_choices
from bot.services.admission import Start
from bot.services.catalog import FEWEST_FRAMES, MOST_FRAMES
from bot.services.requests import DRAWN, MOST_COMPRESSION, MOST_PICTURES, Change, Wishes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.language import Language
    from bot.services.admission import Drafting, Usual
    from bot.services.catalog import Model
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


def choices(offered: Iterable[tuple[str, str]], language: Language = ENGLISH) -> list[app_commands.Choice[str]]:
    """Names, in that language, with their values, as many and as long as Discord shows."""
    told = ((language.translate(name), value) for name, value in offered)
    return [app_commands.Choice(name=name[:LONGEST_CHOICE], value=value) for name, value in told][:MOST_CHOICES]


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
    request `below`, which a preset would make, or else as is usual for the member.
    """

    def __init__(self, drafting: Drafting, *, edits: bool = False) -> None:
        """Args: `edits` means that the option ``image`` is changed, and gives the result its shape."""
        self._drafting = drafting
        self._edits = edits

    async def sizes(
        self, interaction: discord.Interaction[Any], typed: str, below: ImageRequest | None = None
    ) -> list[app_commands.Choice[str]]:
        """What to offer for ``size``."""
        usual, draft, asked = await self._foreseen(interaction, below)
        offered = size_choices(self._drafting.catalog.model(draft.model), draft.quality, asked, typed)
        allowed = ((label, size) for label, size in offered if usual.permit.allows_size(size))
        return choices(allowed, language_of_reader(interaction))

    async def qualities(
        self, interaction: discord.Interaction[Any], typed: str, below: ImageRequest | None = None
    ) -> list[app_commands.Choice[str]]:
        """What to offer for ``quality``."""
        usual, draft, asked = await self._foreseen(interaction, below)
        offered = quality_choices(self._drafting.catalog.model(draft.model), draft.size, asked, typed)
        allowed = ((label, quality) for label, quality in offered if usual.permit.allows_quality(quality))
        return choices(allowed, language_of_reader(interaction))

    async def models(
        self, interaction: discord.Interaction[Any], typed: str, below: ImageRequest | None = None
    ) -> list[app_commands.Choice[str]]:
        """What to offer for ``model``: each in the size and quality that it would have."""
        usual = await self._drafting.usual(requester_of(interaction))
        offered = [
            (model, *self._drafted(interaction, usual, model, below))
            for model in models_like(self._drafting.catalog.offered(usual.today), typed)
            if usual.permit.allows_model(model.id)
        ]
        told = (
            (joined(" · ", [model.title, price_text(model, draft.size, draft.quality, asked)]), model.id)
            for model, draft, asked in offered
        )
        return choices(told, language_of_reader(interaction))

    async def _foreseen(
        self, interaction: discord.Interaction[Any], below: ImageRequest | None
    ) -> tuple[Usual, ImageRequest, Asked]:
        """What is usual for who types, what would be made of what is filled in, and what else has a price."""
        usual = await self._drafting.usual(requester_of(interaction))
        named = (_given(interaction, "model").strip(), "" if below is None else below.model)
        name = next((each for each in named if usual.serves(each)), None) or usual.model().value
        return usual, *self._drafted(interaction, usual, self._drafting.catalog.model(name), below)

    def _drafted(
        self, interaction: discord.Interaction[Any], usual: Usual, model: Model, below: ImageRequest | None
    ) -> tuple[ImageRequest, Asked]:
        """What would be made by a model of what is filled in as far as it makes sense, and what else has a price."""
        files = [_shape_of(file) for _, file in interaction.namespace if isinstance(file, FILES)]
        change, start = (Change.EDIT, Start(shape=next(iter(files), None))) if self._edits else (Change.NEW, None)
        typed = typed_wishes(interaction)
        said = _possible(typed, model) if below is None else _possible(typed, model).over(_possible(below, model))
        draft = self._drafting.drafted(usual, change, replace(said, prompt=DRAWN, model=model.id), start)
        kept = () if below is None else tuple((file.width, file.height) for file in below.references)
        asked = Asked(
            usual.previews(self._drafting.most_partials).value,
            count=draft.count,
            inputs=(*files, *kept),
            output_format=draft.output_format,
            frames=typed.frames or (None if below is None else below.frames) or draft.frames,
            fidelity=typed.input_fidelity or (None if below is None else below.input_fidelity),
        )
        return draft, asked


def _possible(wanted: Wishes | ImageRequest, model: Model) -> Wishes:
    """What of this has a price, as far as a model has it: what is typed may not be typed to its end."""
    return Wishes(
        size=wanted.size if wanted.size is not None and _is_size(model, wanted.size) else None,
        quality=wanted.quality if wanted.quality in model.qualities else None,
        count=wanted.count,
        output_format=wanted.output_format if wanted.output_format in model.formats else None,
    )


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


def _is_size(model: Model, typed: str) -> bool:
    try:
        model.find_size(typed)
    except RequestRefused:
        return False
    return True


def _given(interaction: discord.Interaction[Any], option: str) -> str:
    """What stands in another option while one is being typed; empty if nothing does."""
    return str(getattr(interaction.namespace, option, None) or "")


def _number(given: str, possible: range) -> int | None:
    """The number that is typed, unless it is not typed to its end or makes no sense."""
    return next((number for number in possible if str(number) == given), None)
