"""The one way from what somebody wants done to a request: permits, usual choices, the picture before it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from bot.errors import RequestRefused, UnsupportedOptionError
from bot.language import phrase
from bot.services.admission.usual_choices import Usual, UsualChoice, usual_size
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
from bot.services.policy import Aspect, LayeredDefaults
from bot.services.requests import (
    TRANSPARENT_FORMATS,
    Change,
    ImageRequest,
    Installation,
    Origin,
    StoredImage,
    Wishes,
    build_request,
    canvas_size,
    check_layout,
    fitting_size,
    keeps_shape,
    layout_for,
    pricing,
    shape_size,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.services.admission.admission import Admission
    from bot.services.catalog import Catalog, Model
    from bot.services.ledger import Order, Picture
    from bot.services.policy import MemberDefaults, Permit, Requester

KEPT_FORMATS = ("png", "jpeg", "webp")  # whoever changes an animation or an SVG has to ask for another one
STRETCH = 1.05  # by which two shapes may differ that are called the same
MOST_DRAFTS = 1000  # that are remembered; each takes a kilobyte or two
_BARE: Mapping[str, Any] = {  # words, files and number, which change nothing of a draft of a change without words
    "prompt": "", "story": (), "parent": None, "references": (), "mask": None, "markup": None, "base": None,
    "notes": (), "count": 1,
}  # fmt: skip
_looks_of = attrgetter(*(each.name for each in fields(ImageRequest) if each.name not in _BARE))
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
        return phrase("The picture") if self.picture is None else f"#{self.picture.number}"


@dataclass(frozen=True)
class Drafting:
    """Drafts requests. Nothing is downloaded, reserved or sent here.

    Attributes:
        default_model: the installation's.
        most_partials: the most previews per picture.
        member_defaults: what members have chosen for whenever they say nothing else.
        _drafts: for the prices on buttons, of which every result has a dozen: most pictures look alike but for the
            words, and those change nothing of a draft.
    """

    catalog: Catalog
    admission: Admission
    default_model: str
    most_partials: int
    member_defaults: MemberDefaults
    _drafts: dict[tuple[object, ...], ImageRequest | None] = field(
        default_factory=dict[tuple[object, ...], "ImageRequest | None"], init=False, repr=False, compare=False
    )

    async def draft(
        self, requester: Requester, change: Change, wishes: Wishes, start: Start | None = None
    ) -> ImageRequest:
        """A request for what is wished, with the usual choices, as far as the requester may use them, for the rest.

        What is usual is by their own defaults, else by their server's, else by the catalog. A change keeps model,
        quality, size and format of the picture before it where they can still be had, and the shape of other people's;
        one that has no words, whose price stands on a button for everybody, goes by nobody's defaults but for previews.
        The files that it starts from come later: see `bot.inputs`.

        Raises:
            RequestRefused: or one of its family.
        """
        request = self.drafted(await self.usual(requester), change, wishes, start)
        return replace(request, moderation=await self.admission.moderation(requester))

    async def usual(self, requester: Requester) -> Usual:
        """What is usual for somebody."""
        policy = await self.admission.policies.of(requester.server_id)
        own = self.member_defaults.of(requester.server_id, requester.user_id)
        permit = await self.admission.permit(requester)
        return replace(self._usual, permit=permit, defaults=LayeredDefaults(own, policy.defaults))

    async def is_private(self, requester: Requester, *, said: bool | None = None) -> bool:
        """Whether only they see the result, by what they said or else by what is usual for them.

        To be asked before anything is answered: an answer cannot become private later.
        """
        return (await self.usual(requester)).private().value if said is None else said

    async def again(self, requester: Requester, request: ImageRequest) -> ImageRequest:
        """The same request once more, for whoever asks: with no more previews than they want, and no word to others."""
        most = (await self.usual(requester)).previews(self.most_partials).value
        return replace(request, partial_images=min(request.partial_images, most), notes=())

    @property
    def _usual(self) -> Usual:
        """What is usual for somebody whom no rule binds, and who has chosen nothing."""
        return Usual(self.catalog, self.default_model, self.admission.today, self.admission.allow_retired)

    @property
    def installation(self) -> Installation:
        """How this installation makes pictures today."""
        return Installation(self.default_model, self.most_partials, self.admission.today, self.admission.allow_retired)

    def price_of(self, order: Order, picture: Picture, change: Change) -> int | None:
        """What a change without words holds for a picture, in nano-dollars; None where it is not to be had.

        By the catalog's price table, for somebody whom no rule binds: for the button, which everybody sees alike.
        """
        before, image = order.request, picture.image
        seen = (_looks_of(before), image.width, image.height, change, self.admission.today)
        if seen not in self._drafts:
            if len(self._drafts) >= MOST_DRAFTS:
                self._drafts.clear()
            self._drafts[seen] = self._drafted_like(replace(order, request=replace(before, **_BARE)), picture, change)
        request = self._drafts[seen]
        if request is None:
            return None
        model = self.catalog.model(request.model)
        return pricing.estimate(model, replace(request, story=told(before.whole_story), references=(image,))).nano

    def _drafted_like(self, order: Order, picture: Picture, change: Change) -> ImageRequest | None:
        """A change without words, for somebody whom no rule binds; None where it is not to be had."""
        try:
            return self.drafted(self._usual, change, Wishes(), Start(order, picture))
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
        if not self._usual.serves(request.model):
            return None
        return pricing.estimate(self.catalog.model(request.model), request).nano * request.count

    def drafted(self, usual: Usual, change: Change, wishes: Wishes, start: Start | None = None) -> ImageRequest:
        """As `draft`, for somebody of whom it is known what is usual for them; screened as usual."""
        start = start or Start()
        before = None if start.order is None else start.order.request
        most_partials = usual.previews(self.most_partials).value
        if before is not None and change is not Change.EDIT:
            usual = replace(usual, defaults=LayeredDefaults())
        named = UsualChoice(wishes.model) if wishes.model else self._model(usual, change, before)
        model = self.catalog.model(named.value)
        if change is Change.CUT_OUT and "transparent" not in model.backgrounds:
            raise UnsupportedOptionError(
                phrase("{model} makes no transparent background. Choose another model.", model=model.title)
            )
        looks, format_note = _look(usual, wishes, model, change, before)
        size = _size(usual, model, change, start, looks) if not wishes.size else _said(model.find_size(wishes.size))
        quality = UsualChoice(wishes.quality) if wishes.quality else _quality(usual, model, change, before)
        count = usual.count() if wishes.count is None else UsualChoice(wishes.count)
        filled = replace(
            looks,
            model=named.value,
            size=size.value,
            quality=quality.value,
            count=count.value,
            input_fidelity=wishes.input_fidelity or _kept(before, lambda it: it.input_fidelity, model.input_fidelity),
            complexity=wishes.complexity or _kept(before, lambda it: it.complexity, model.complexity),
        )
        origin = Origin(
            change,
            None if start.picture is None else start.picture.number,
            () if before is None else before.whole_story,
        )
        installation = replace(self.installation, most_partials=most_partials)
        request = build_request(self.catalog, filled, installation, origin)
        if change.extends and start.measured is not None:
            check_layout(change, layout_for(change, *start.measured, request.size), start.name)
        notes = (named.note, size.note, quality.note, format_note, count.note)
        return replace(request, notes=tuple(note for note in notes if note))

    def _model(self, usual: Usual, change: Change, before: ImageRequest | None) -> UsualChoice[str]:
        """The model of the picture before, while it may be used; else the usual one."""
        is_kept = before is not None and _may_go_on(usual, before.model)
        found = UsualChoice(before.model) if before is not None and is_kept else usual.model()
        if change is Change.CUT_OUT and "transparent" not in self.catalog.model(found.value).backgrounds:
            able = (each for each in self.catalog.offered(usual.today) if "transparent" in each.backgrounds)
            return UsualChoice(next((each.id for each in able if usual.permit.allows_model(each.id)), found.value))
        return found


def _may_go_on(usual: Usual, name: str) -> bool:
    """Whether somebody can still have a model that was used before."""
    return usual.serves(name) and usual.permit.allows_model(usual.catalog.model(name).id)


def _said(found: FoundSize) -> UsualChoice[str]:
    """The size that somebody said."""
    return UsualChoice(found.size, note=found.note)


def _size(usual: Usual, model: Model, change: Change, start: Start, looks: Wishes) -> UsualChoice[str]:
    is_usual = start.measured is None and change is Change.NEW
    if looks.output_format == GIF:
        return usual.gif_size(model) if is_usual else UsualChoice(USUAL_GIF_SIZE)
    if is_usual:
        return usual.size(model)
    return UsualChoice(_changed_size(usual.permit, model, change, start))


def _changed_size(permit: Permit, model: Model, change: Change, start: Start) -> str:
    """The size of what is made of a picture."""
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


def _quality(usual: Usual, model: Model, change: Change, before: ImageRequest | None) -> UsualChoice[str]:
    if before is None:
        return usual.quality(model)
    if change is Change.FINISH:
        better = FINISHED.get(before.quality)
        if better not in model.qualities:
            raise UnsupportedOptionError(
                phrase("{model} has no better quality than {quality}.", model=model.title, quality=before.quality)
            )
        return UsualChoice(better)
    if before.quality in model.qualities and usual.permit.allows_quality(before.quality):
        return UsualChoice(before.quality)
    return usual.quality(model)


def _look(
    usual: Usual, wishes: Wishes, model: Model, change: Change, before: ImageRequest | None
) -> tuple[Wishes, str]:
    """The wishes, with a background, a format and its compression that go together, as they were if nothing is said.

    A picture that loses its background becomes transparent; one whose new format cannot be so does not stay it. Beside
    them stands a sentence about a default that could not be kept.
    """
    asked = None if wishes.output_format is None else model.check_format(wishes.output_format)
    kept = asked or _kept(before, lambda it: it.output_format, model.formats, KEPT_FORMATS)
    default = usual.output_format(model, None if change is Change.NEW else KEPT_FORMATS)
    output_format, note = (kept, "") if kept else (default.value, default.note)
    background = wishes.background and model.check_background(wishes.background)
    if change is Change.CUT_OUT:
        background = "transparent"
    elif background is None:
        background = _kept(before, lambda it: it.background, model.backgrounds)
        if background == "transparent" and asked not in {None, *TRANSPARENT_FORMATS}:
            background = None
    if background == "transparent" and asked is None and output_format not in TRANSPARENT_FORMATS:
        if output_format is not None and kept is None:
            named = default.whose.named(Aspect.FORMAT, output_format)
            note = phrase("{default} cannot be transparent: I used png.", default=named)
        output_format = TRANSPARENT_FORMATS[0]
    compression = wishes.compression
    if compression is None and before is not None and output_format == before.output_format:
        compression = before.compression
    looks = replace(wishes, background=background, output_format=output_format, compression=compression)
    return looks, note


def _kept(
    before: ImageRequest | None, read: Callable[[ImageRequest], str | None], *choices: tuple[str, ...]
) -> str | None:
    """What was chosen for the picture before, if all of these choices have it still."""
    value = None if before is None else read(before)
    return value if all(value in some for some in choices) else None
