"""What each model can do and costs: a model is data, read from models.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import ConfigDict, TypeAdapter

from bot.errors import ConfigurationError, UnknownModelError, UnsupportedOptionError
from bot.language import phrase
from bot.services.catalog.file import CatalogError, name_of, read_entry, with_family
from bot.services.catalog.formats import GIF, SVG, EarlyFormats, SvgAuthor
from bot.services.catalog.main_models import MainModel, check_main_models
from bot.services.catalog.sizes import FixedSizes, FreeSizes, SuggestedSize, dimensions
from bot.services.catalog.tokens import CachedPrices, GridTokens, InputRule, Prices, TableTokens  # noqa: TC001 - the same
from bot.services.catalog.written_sizes import FoundSize, find_size, nearest_size
from bot.services.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

__all__ = ["Catalog", "CatalogError", "Model"]


@dataclass(frozen=True, slots=True)
class Model:
    """One image model.

    Attributes:
        id: the name that the API knows.
        title: what people call it.
        sizes: the rule for sizes.
        suggested_sizes: sizes worth offering, each with a word; the first is the default.
        qualities: from the cheapest to the dearest.
        formats: of the result that may be chosen; the first is the default.
        early_formats: those that only projects with access get; in `formats` once the operator has opened them.
        backgrounds: ``transparent`` only in a format of `TRANSPARENT_FORMATS`.
        input_fidelity: its values; empty where the API refuses the parameter.
        mask: an edit may bring a mask.
        markup: an edit may bring a drawn overlay.
        complexity: its values; empty where the model has none.
        most_partial_images: previews per picture.
        reference_limit: input pictures per request.
        input_byte_limit: an input file must be smaller, in bytes.
        input_rule: how input pictures are counted.
        text_tokens_per_input: text tokens that an edit bills for each input picture, at most.
        text_output_bound: text tokens that the model may bill as output; generous.
        output: how the tokens of the result are counted.
        prices: nano-dollars per token; None is not known, and such a model is refused.
        cached_prices: those of input that the provider's cache gives, which only conversations report; None is as dear.
        snapshots: dated names of the same model; a request may name them, to be pinned.
        shutdown: the first day on which the provider does not serve it any more, or None.
        successor: the model to use instead.
        early: what is in preview in this catalog; the same for all its models.
        main_models: by id, those of this catalog that lead conversations; the same for all its models.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    title: str
    sizes: FreeSizes | FixedSizes
    suggested_sizes: tuple[SuggestedSize, ...]
    qualities: tuple[str, ...]
    default_quality: str
    formats: tuple[str, ...]
    backgrounds: tuple[str, ...]
    input_fidelity: tuple[str, ...]
    mask: bool
    markup: bool
    complexity: tuple[str, ...]
    most_partial_images: int
    reference_limit: int
    input_byte_limit: int
    input_rule: InputRule
    text_tokens_per_input: int
    text_output_bound: int
    output: GridTokens | TableTokens
    prices: Prices | None = None
    cached_prices: CachedPrices | None = None
    snapshots: tuple[str, ...] = ()
    shutdown: date | None = None
    successor: str | None = None
    early_formats: tuple[str, ...] = ()
    early: EarlyFormats = field(default_factory=EarlyFormats)
    main_models: Mapping[str, MainModel] = field(default_factory=dict[str, MainModel], hash=False)

    @property
    def default_size(self) -> str:
        """``WIDTHxHEIGHT`` in pixels."""
        return self.suggested_sizes[0].size

    def is_retired(self, today: date) -> bool:
        """The provider does not serve it any more; other endpoints may."""
        return self.shutdown is not None and today >= self.shutdown

    def priced(self) -> Prices:
        """The prices, in nano-dollars per token.

        Raises:
            UnknownModelError: the catalog does not hold them.
        """
        if self.prices is None:
            raise UnknownModelError(
                phrase("The price of {model} is not known. Choose another model.", model=self.title)
            )
        return self.prices

    def find_size(self, text: str) -> FoundSize:
        """The size that this model makes for what somebody wrote: see `bot.services.catalog.written_sizes.find_size`.

        Raises:
            UnsupportedOptionError: it is no size, or this model makes none that is near.
        """
        return find_size(text, self.sizes, self.suggested_sizes)

    def nearest_size(self, text: str) -> FoundSize:
        """As `find_size`, also where nothing near is made. Raises UnsupportedOptionError if it is no size."""
        return nearest_size(text, self.sizes, self.suggested_sizes)

    def main_model(self, name: str) -> MainModel:
        """The main model of this id, with its price.

        Raises:
            UnknownModelError: it is not in the catalog, or without a price.
        """
        main = self.main_models.get(name)
        if main is None or main.prices is None:
            known = tuple(each.id for each in self.main_models.values() if each.prices is not None)
            raise UnknownModelError(
                phrase(
                    "{what} is no model for conversations whose price I know. I know: {known}.",
                    what=quoted(name),
                    known=", ".join(known) or "—",
                )
            )
        return main

    def check_size(self, text: str) -> str:
        """``WIDTHxHEIGHT`` in pixels of what `find_size` finds. Raises as it does."""
        return self.find_size(text).size

    def dimensions(self, size: str) -> tuple[int, int]:
        """Width and height in pixels of a size that this model makes. Raises as `check_size` does."""
        legal = self.check_size(size)
        if legal != size:
            raise UnsupportedOptionError(
                phrase("{model} does not make {size}. Choose {legal}.", model=self.title, size=size, legal=legal)
            )
        return dimensions(size)

    def check_quality(self, text: str) -> str:
        """The quality that somebody means.

        Raises:
            UnsupportedOptionError: this model does not have it, or it is ``auto``, whose price nobody knows.
        """
        return self._choose(text, self.qualities, phrase("a quality"))

    def check_format(self, text: str) -> str:
        """The format that somebody means; ``jpg`` is ``jpeg``. Raises UnsupportedOptionError."""
        wanted = text.strip().lower()
        if wanted in self.early.makers and wanted not in self.formats:
            raise UnsupportedOptionError(self.early.refusal(wanted, self.title, self.formats))
        return self._choose("jpeg" if text.strip().lower() == "jpg" else text, self.formats, phrase("a format"))

    def check_background(self, text: str) -> str:
        """The background that somebody means. Raises UnsupportedOptionError."""
        return self._choose(text, self.backgrounds, phrase("a background"))

    def _choose(self, text: str, choices: tuple[str, ...], kind: str) -> str:
        wanted = text.strip().lower()
        if wanted not in choices:
            raise UnsupportedOptionError(
                phrase(
                    "{what} is not {kind} of {model}. Choose {choices}.",
                    what=quoted(text),
                    kind=kind,
                    model=self.title,
                    choices=listed(choices),
                )
            )
        return wanted


_ENTRY, _AUTHOR, _MAIN = TypeAdapter(Model), TypeAdapter(SvgAuthor), TypeAdapter(MainModel)


class Catalog:
    """Every model that Atelier knows.

    Attributes:
        default_id: the model of a server that has chosen none.
        models: all of them, also those that were shut down, best first.
    """

    def __init__(self, default_id: str, models: Iterable[Model]) -> None:
        self.default_id = default_id
        self.models = tuple(models)
        self._by_name = {name: model for model in self.models for name in (model.id, *model.snapshots)}

    @classmethod
    def load(cls) -> Self:
        """The catalog that comes with Atelier. Raises CatalogError if its file has a fault."""
        return cls.parse(resources.files("bot.services.catalog").joinpath("models.toml").read_text("utf-8"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read TOML as in models.toml.

        Raises:
            CatalogError: a field lacks or is wrong, or the entries do not fit each other.
        """
        try:
            content = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise CatalogError(f"models.toml cannot be read: {error}") from error
        families = content.get("families", {})
        models = [
            read_entry(_ENTRY, with_family(entry, "family", families, name_of(entry)))
            for entry in content.get("models", [])
        ]
        authors = [read_entry(_AUTHOR, entry) for entry in content.get("svg_authors", [])]
        makers = {
            each: titles
            for each in (GIF, SVG)
            if (titles := tuple(model.title for model in models if each in model.early_formats))
        }
        early = EarlyFormats(makers, (), {author.id: author for author in authors})
        mains = [read_entry(_MAIN, entry) for entry in content.get("main_models", [])]
        check_main_models(mains)
        by_id = {main.id: main for main in mains}
        catalog = cls(content.get("default", ""), [replace(model, early=early, main_models=by_id) for model in models])
        catalog._check()
        return catalog

    def opened(self, *, gif: bool, svg_author: str | None) -> Self:
        """The same catalog with the early formats that the operator has switched on.

        Args:
            gif: whether gif may be chosen of the models that make it.
            svg_author: the text model that writes svg drawings; None leaves them off.

        Raises:
            UnknownModelError: the author is not in the catalog, or its price is not.
        """
        opened = tuple(each for each, is_on in ((GIF, gif), (SVG, svg_author is not None)) if is_on)

        def with_early_formats(model: Model) -> Model:
            author = None if svg_author is None else model.early.author_of(svg_author).id
            formats = (*model.formats, *(each for each in opened if each in model.early_formats))
            return replace(model, formats=formats, early=replace(model.early, opened=opened, author=author))

        return type(self)(self.default_id, map(with_early_formats, self.models))

    def model(self, model_id: str) -> Model:
        """The model of this name, which may be a dated snapshot and may be shut down.

        Raises:
            UnknownModelError: no model has this name; the sentence lists those that one may choose.
        """
        model = self._by_name.get(model_id.strip().lower())
        if model is None:
            lasting = tuple(model.id for model in self.models if model.shutdown is None)
            known = phrase(
                "{what} is not a model that I know. Choose {choices}.", what=quoted(model_id), choices=listed(lasting)
            )
            raise UnknownModelError(known)
        return model

    def title_of(self, name: str) -> str:
        """What people call a model; its bare name if it left the catalog, as old pictures' models may."""
        model = self._by_name.get(name) or self.models[0].main_models.get(name)
        return name if model is None else model.title

    def offered(self, today: date) -> tuple[Model, ...]:
        """The models that may be chosen today, best first, those with an announced end last."""
        usable = (model for model in self.models if model.prices is not None and not model.is_retired(today))
        return tuple(sorted(usable, key=lambda model: model.shutdown is not None))

    def serves(self, model: Model, today: date | None) -> bool:
        """Whether a model can be had: priced, and not retired by this day; None where retired ones are served too."""
        return model.prices is not None and (today is None or not model.is_retired(today))

    def successor(self, model: Model, today: date | None) -> Model | None:
        """The next after a model that can be had: a successor may be retired itself. None if there is none."""
        seen = {model.id}
        while model.successor is not None and model.successor not in seen:
            seen.add(model.successor)
            model = self.model(model.successor)
            if self.serves(model, today):
                return model
        return None

    def _check(self) -> None:
        if len(self._by_name) != sum(1 + len(model.snapshots) for model in self.models):
            raise CatalogError("models.toml names a model twice")
        if self.default_id not in self._by_name:
            raise CatalogError(f"models.toml: the default {self.default_id!r} is not one of its models")
        for model in self.models:
            fault = _fault(model, self._by_name)
            if fault is not None:
                raise CatalogError(f"models.toml, {model.id}: {fault}")


def _fault(model: Model, names: Mapping[str, Model]) -> str | None:
    """What does not fit within an entry, or to the others."""
    if model.default_quality not in model.qualities:
        return f"the default quality {model.default_quality!r} is not one of its qualities"
    if model.prices is not None and min(astuple(model.prices)[:3]) <= 0:
        return "a price is not above zero, so that pictures would be free"
    if model.prices is not None and model.prices.text_output < 0:
        return "a price is below zero"
    if model.shutdown is not None and model.successor not in names:
        return f"its successor {model.successor!r} is not one of the models"
    for suggestion in model.suggested_sizes:
        try:
            width, height = model.dimensions(suggestion.size)
            for quality in model.qualities:
                model.output.tokens(width, height, quality)
        except (KeyError, UnsupportedOptionError) as error:
            return f"no tokens are known for {suggestion.size} in some quality: {error}"
    return None


def open_catalog(
    default_model: str,
    *,
    gif: bool,
    svg_author: str | None,
    retired_on: date | None,
    names: Iterable[str] = (),
) -> Catalog:
    """The catalog that comes with Atelier, with the early formats that are switched on.

    Args:
        default_model: the model of the settings.
        gif: whether gif may be chosen.
        svg_author: the text model that writes svg drawings; None leaves them off.
        names: models that the endpoint calls otherwise.
        retired_on: today, in UTC, where models that were shut down are not served; None where they may be.

    Raises:
        ConfigurationError: the default model, one of the names or the author cannot be had.
    """
    catalog = Catalog.load()
    try:
        model = catalog.model(default_model)
        model.priced()
    except UnknownModelError as error:
        raise ConfigurationError([f"ATELIER_MODEL: {error.sentence}"]) from None
    for name in names:
        try:
            catalog.model(name)
        except UnknownModelError as error:
            raise ConfigurationError([f"ATELIER_MODEL_NAMES: {error.sentence}"]) from None
    if retired_on is not None and model.is_retired(retired_on):
        instead = model.successor or catalog.default_id
        raise ConfigurationError([f"ATELIER_MODEL: {model.id} was shut down on {model.shutdown}. Use {instead}."])
    try:
        return catalog.opened(gif=gif, svg_author=svg_author)
    except UnknownModelError as error:
        raise ConfigurationError([f"ATELIER_SVG_AUTHOR: {error.sentence}"]) from None
