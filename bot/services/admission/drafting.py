"""The one way from what somebody wants done to a request: permits, usual choices, the picture before it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.errors import RequestRefused, UnknownModelError, UnsupportedOptionError
from bot.services.catalog import (
    DEAREST_SHAPES,
    GIF,
    MOST_PIXELS,
    USUAL_GIF_SIZE,
    USUAL_PIXELS,
    FoundSize,
    dimensions,
    strain,
)
from bot.services.policy import Permit
from bot.services.requests import (
    TRANSPARENT_FORMATS,
    Change,
    Installation,
    Origin,
    StoredImage,
    Wishes,
    build_request,
    canvas_size,
    check_layout,
    estimate_output,
    fitting_size,
    keeps_shape,
    layout_for,
    pricing,
    shape_size,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from bot.services.admission.admission import Admission
    from bot.services.catalog import Catalog, Model
    from bot.services.ledger import Order, Picture
    from bot.services.policy import Requester
    from bot.services.requests import ImageRequest

KEPT_FORMATS = ("png", "jpeg", "webp")  # whoever changes an animation or an SVG has to ask for another one
STRETCH = 1.05  # by which two shapes may differ that are called the same
MOST_DRAFTS = 1000  # that are remembered; each takes a kilobyte or two
FINISHED = {"low": "high", "medium": "high", "high": "xhigh", "xhigh": "max"}  # the quality that *Finish* asks for


@dataclass(frozen=True, slots=True)
class Start:
    """What is changed: a picture of ours with the request that made it, or the shape of another people's picture.

    Attributes:
        order: the request that made the picture; None for other people's.
        picture: the picture of it that is meant.
        shape: width and height in pixels of other people's, as far as they are known.
    """

    order: Order | None = None
    picture: Picture | None = None
    shape: tuple[int, int] | None = None

    @property
    def measured(self) -> tuple[int, int] | None:
        """Width and height in pixels of what is changed, as far as they are known."""
        return self.shape if self.picture is None else (self.picture.image.width, self.picture.image.height)

    @property
    def name(self) -> str:
        """What people call it, to begin a sentence with."""
        return "The picture" if self.picture is None else f"#{self.picture.number}"


@dataclass(frozen=True)
class Drafting:
    """Drafts requests. Nothing is downloaded, reserved or sent here.

    Attributes:
        default_model: the installation's.
        most_partials: the most previews per picture.
        _drafts: for the prices on buttons, of which every result has a dozen: most pictures look alike but for the
            words, and those change nothing of a draft.
    """

    catalog: Catalog
    admission: Admission
    default_model: str
    most_partials: int
    _drafts: dict[tuple[object, ...], ImageRequest | None] = field(
        default_factory=dict[tuple[object, ...], "ImageRequest | None"], init=False, repr=False, compare=False
    )

    async def draft(
        self, requester: Requester, change: Change, wishes: Wishes, start: Start | None = None
    ) -> ImageRequest:
        """A request for what is wished, with the usual choices, as far as the requester may use them, for the rest.

        A change keeps model, quality, size and format of the picture before it where they can still be had. The files
        that it starts from come later: see `bot.inputs`.

        Raises:
            RequestRefused: or one of its family.
        """
        permit = await self.admission.permit(requester)
        request = self._drafted(permit, change, wishes, start or Start())
        return replace(request, moderation=await self.admission.moderation(requester))

    @property
    def installation(self) -> Installation:
        """How this installation makes pictures today."""
        return Installation(self.default_model, self.most_partials, self.admission.today, self.admission.allow_retired)

    def price_of(self, order: Order, picture: Picture, change: Change) -> int | None:
        """What a change without words holds for a picture, in nano-dollars; None where it is not to be had.

        By the catalog's price table, for somebody whom no rule binds: for the button, which everybody sees alike.
        """
        before, image = order.request, picture.image
        bare = replace(before, prompt="", story=(), parent=None, references=(), notes=(), count=1)
        unsaid = replace(bare, mask=None, markup=None, base=None)
        seen = (unsaid, image.width, image.height, change, self.admission.today)
        if seen not in self._drafts:
            if len(self._drafts) >= MOST_DRAFTS:
                self._drafts.clear()
            self._drafts[seen] = self._drafted_like(replace(order, request=unsaid), picture, change)
        request = self._drafts[seen]
        if request is None:
            return None
        model = self.catalog.model(request.model)
        return pricing.estimate(model, replace(request, story=told(before.whole_story), references=(image,))).nano

    def _drafted_like(self, order: Order, picture: Picture, change: Change) -> ImageRequest | None:
        """A change without words, for somebody whom no rule binds; None where it is not to be had."""
        try:
            return self._drafted(Permit(), change, Wishes(), Start(order, picture))
        except RequestRefused:
            return None

    def most(self, request: ImageRequest, shapes: Sequence[tuple[int, int] | None]) -> int:
        """What a drafted request holds at most, all of its pictures, in nano-dollars.

        `shapes` are width and height in pixels of the files that it will start from; None where that is not known,
        which counts as the dearest.
        """
        model = self.catalog.model(request.model)
        sizes = (DEAREST_SHAPES[model.input_rule] if shape is None else shape for shape in shapes)
        files = [StoredImage("", "image/png", *size, byte_size=0) for size in sizes]
        return pricing.estimate(model, request.with_references(files)).nano * request.count

    def again_price(self, request: ImageRequest) -> int | None:
        """What the same request once more holds, all of its pictures; in nano-dollars, as `price_of` counts them."""
        if not self._serves(Permit(), request.model):
            return None
        return pricing.estimate(self.catalog.model(request.model), request).nano * request.count

    def _drafted(self, permit: Permit, change: Change, wishes: Wishes, start: Start) -> ImageRequest:
        before = None if start.order is None else start.order.request
        name = wishes.model or self._model(permit, change, before)
        model = self.catalog.model(name)
        if change is Change.CUT_OUT and "transparent" not in model.backgrounds:
            raise UnsupportedOptionError(f"{model.title} makes no transparent background. Choose another model.")
        looks = _look(wishes, model, change, before)
        usual = USUAL_GIF_SIZE if looks.output_format == GIF else _size(permit, model, change, start)
        asked = FoundSize(usual, usual) if not wishes.size else model.find_size(wishes.size)
        filled = replace(
            looks,
            model=name,
            size=asked.size,
            quality=wishes.quality or _quality(permit, model, change, before),
            input_fidelity=wishes.input_fidelity or _kept(before, lambda it: it.input_fidelity, model.input_fidelity),
            complexity=wishes.complexity or _kept(before, lambda it: it.complexity, model.complexity),
        )
        origin = Origin(
            change,
            None if start.picture is None else start.picture.number,
            () if before is None else before.whole_story,
        )
        request = build_request(self.catalog, filled, self.installation, origin)
        if change.extends and start.measured is not None:
            check_layout(change, layout_for(change, *start.measured, request.size), start.name)
        return replace(request, notes=(asked.note,)) if asked.note else request

    def _model(self, permit: Permit, change: Change, before: ImageRequest | None) -> str:
        """The model of the picture before, while it may be used; else the usual one."""
        today = self.admission.today
        name = usual_model(self.catalog, permit, self.default_model, today)
        if before is not None and self._serves(permit, before.model):
            name = before.model
        if change is Change.CUT_OUT and "transparent" not in self.catalog.model(name).backgrounds:
            able = (each for each in self.catalog.offered(today) if "transparent" in each.backgrounds)
            return next((each.id for each in able if permit.allows_model(each.id)), name)
        return name

    def _serves(self, permit: Permit, name: str) -> bool:
        """Whether a model that was used before can still be had."""
        try:
            model = self.catalog.model(name)
        except UnknownModelError:
            return False
        served = self.admission.allow_retired or not model.is_retired(self.admission.today)
        return served and model.prices is not None and permit.allows_model(model.id)


def _size(permit: Permit, model: Model, change: Change, start: Start) -> str:
    shaped = shape_size(model, change)
    if start.measured is None:
        return shaped or usual_size(permit, model)
    if change.extends:
        return _canvas(permit, model, change, start.measured, shaped)
    if start.order is None or start.picture is None:
        most = USUAL_PIXELS if permit.most_pixels is None else min(USUAL_PIXELS, permit.most_pixels)
        return fitting_size(model, *start.measured, most)
    # What was asked for before, rather than what it has become: that may be larger, where a mask kept the rest.
    before, picture = start.order.request, start.picture.image
    wanted = (before.width, before.height) if keeps_shape(picture, before.width, before.height) else start.measured
    own = f"{wanted[0]}x{wanted[1]}"
    if model.sizes.fault(*wanted) is None and permit.allows_size(own):
        return own
    return fitting_size(model, *wanted, permit.most_pixels or max(wanted[0] * wanted[1], USUAL_PIXELS))


def _canvas(permit: Permit, model: Model, change: Change, picture: tuple[int, int], shaped: str | None) -> str:
    """A permitted canvas of the shape asked for; if none is, one of that shape, which the check refuses."""
    size = canvas_size(model, change, *picture, permit.most_pixels or MOST_PIXELS)
    if shaped is None:
        return size
    return size if strain(dimensions(size), dimensions(shaped)) < STRETCH else shaped


def _quality(permit: Permit, model: Model, change: Change, before: ImageRequest | None) -> str:
    if before is None:
        return usual_quality(permit, model)
    if change is Change.FINISH:
        better = FINISHED.get(before.quality)
        if better not in model.qualities:
            raise UnsupportedOptionError(f"{model.title} has no better quality than {before.quality}.")
        return better
    if before.quality in model.qualities and permit.allows_quality(before.quality):
        return before.quality
    return usual_quality(permit, model)


def _look(wishes: Wishes, model: Model, change: Change, before: ImageRequest | None) -> Wishes:
    """The wishes, with a background, a format and its compression that go together, as they were if nothing is said.

    A picture that loses its background becomes transparent; one whose new format cannot be so does not stay it.
    """
    asked = None if wishes.output_format is None else model.check_format(wishes.output_format)
    output_format = asked or _kept(before, lambda it: it.output_format, model.formats, KEPT_FORMATS)
    background = wishes.background and model.check_background(wishes.background)
    if change is Change.CUT_OUT:
        background = "transparent"
    elif background is None:
        background = _kept(before, lambda it: it.background, model.backgrounds)
        if background == "transparent" and asked not in {None, *TRANSPARENT_FORMATS}:
            background = None
    if background == "transparent" and asked is None and output_format not in TRANSPARENT_FORMATS:
        output_format = TRANSPARENT_FORMATS[0]
    compression = wishes.compression
    if compression is None and before is not None and output_format == before.output_format:
        compression = before.compression
    return replace(wishes, background=background, output_format=output_format, compression=compression)


def _kept(
    before: ImageRequest | None, read: Callable[[ImageRequest], str | None], *choices: tuple[str, ...]
) -> str | None:
    """What was chosen for the picture before, if all of these choices have it still."""
    value = None if before is None else read(before)
    return value if all(value in some for some in choices) else None


def usual_model(catalog: Catalog, permit: Permit, default: str, today: date) -> str:
    """The name of the model for who names none.

    `default`, if the permit has it. Else the first of the models offered today that is permitted and costs no more than
    the default, each in its usual quality and size; else the cheapest permitted one: nobody gets a dearer picture
    unasked than is needed. If nothing is permitted, `default`, which the check then refuses with a sentence.
    """
    model = catalog.model(default)
    if permit.allows_model(model.id):
        return default
    permitted = [each for each in catalog.offered(today) if permit.allows_model(each.id)]
    if not permitted:
        return default
    most = _usual_cost(permit, model)
    affordable = (each for each in permitted if _usual_cost(permit, each) <= most)
    cheapest = min(permitted, key=lambda each: _usual_cost(permit, each))
    return next(affordable, cheapest).id


def usual_quality(permit: Permit, model: Model) -> str:
    """The quality for who names none.

    The model's default, if the permit has it. Else the dearest permitted one that is cheaper than the default; else
    the cheapest permitted one. If none is permitted, the default, which the check then refuses with a sentence.
    """
    default = model.qualities.index(model.default_quality)
    permitted = [place for place, quality in enumerate(model.qualities) if permit.allows_quality(quality)]
    cheaper = [place for place in permitted if place <= default]
    return model.qualities[(cheaper[-1:] or permitted[:1] or [default])[0]]


def usual_size(permit: Permit, model: Model) -> str:
    """The size, ``WIDTHxHEIGHT`` in pixels, for who names none.

    The model's default, if it is not larger than the permit has it. Else the largest of the suggested sizes that are
    permitted. If none is, the default, which the check then refuses with a sentence.
    """
    permitted = [each.size for each in model.suggested_sizes if permit.allows_size(each.size)]
    if not permitted or permit.allows_size(model.default_size):
        return model.default_size
    return max(permitted, key=_pixels)


def _usual_cost(permit: Permit, model: Model) -> int:
    """Nano-dollars for one picture without previews."""
    return estimate_output(model, usual_size(permit, model), usual_quality(permit, model))


def _pixels(size: str) -> int:
    width, height = dimensions(size)
    return width * height
