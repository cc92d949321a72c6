"""The one way from what somebody wants done to a request: permits, usual choices, the picture before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import RequestRefused, UnsupportedOptionError
from bot.services import pricing
from bot.services.building import TRANSPARENT_FORMATS, House, Origin, Wishes, build_request
from bot.services.canvases import USUAL_PIXELS, fitting_size, shape_size
from bot.services.changes import Change
from bot.services.choosing import usual_model, usual_quality, usual_size

if TYPE_CHECKING:
    from bot.services.admission import Admission
    from bot.services.catalog import Catalog, Model
    from bot.services.ledger import OpenRequest, Picture, Requester
    from bot.services.permits import Permit
    from bot.services.requests import ImageRequest, StoredImage

FINISHED = {"low": "high", "medium": "high", "high": "xhigh", "xhigh": "max"}  # the quality that *Finish* asks for


@dataclass(frozen=True, slots=True)
class Start:
    """What is changed: a picture of ours with the request that made it, or the shape of another people's picture.

    Attributes:
        order: the request that made the picture; None for other people's.
        picture: the picture of it that is meant.
        shape: width and height in pixels of other people's, as far as they are known.
    """

    order: OpenRequest | None = None
    picture: Picture | None = None
    shape: tuple[int, int] | None = None


@dataclass(frozen=True)
class Drafting:
    """Drafts requests. Nothing is downloaded, reserved or sent here.

    Attributes:
        default_model: the installation's.
        partial_images: the most previews per picture.
    """

    catalog: Catalog
    admission: Admission
    default_model: str
    partial_images: int

    async def draft(
        self, requester: Requester, change: Change, wishes: Wishes, start: Start | None = None
    ) -> ImageRequest:
        """A request for what is wished, with the usual choices, as far as the requester may use them, for the rest.

        A change keeps model, quality, size and format of the picture before it where they can still be had. The files
        that it starts from come later: see `bot.inputs`.

        Raises:
            RequestRefused: or one of its family.
        """
        start = start or Start()
        permit = await self.admission.permit(requester)
        before = None if start.order is None else start.order.request
        name = wishes.model or self._model(permit, before)
        model = self.catalog.model(name)
        background, output_format = _look(wishes, model, change, before)
        filled = replace(
            wishes,
            model=name,
            size=wishes.size or _size(permit, model, change, start),
            quality=wishes.quality or _quality(permit, model, change, before),
            background=background,
            output_format=output_format,
        )
        origin = Origin(
            change,
            None if start.picture is None else start.picture.number,
            () if before is None else before.whole_story,
        )
        return build_request(self.catalog, filled, self.house, origin)

    @property
    def house(self) -> House:
        """How this house makes pictures today."""
        return House(self.default_model, self.partial_images, self.admission.today, self.admission.allow_retired)

    def finish_price(self, order: OpenRequest, picture: Picture) -> int | None:
        """What *Finish* holds for a picture, in nano-dollars; None where no better quality is to be had.

        By the catalog's price table: for the button, which everybody sees alike.
        """
        try:
            model = self.catalog.model(order.request.model)
            quality = _better(model, order.request.quality)
            if quality is None:
                return None
            wishes = Wishes(model=order.request.model, quality=quality, size=_own_size(model, picture.image))
            origin = Origin(Change.FINISH, picture.number, order.request.whole_story)
            request = build_request(self.catalog, wishes, self.house, origin)
            return pricing.estimate(model, request.with_references([picture.image])).nano
        except RequestRefused:  # the model is gone
            return None

    def _model(self, permit: Permit, before: ImageRequest | None) -> str:
        """The model of the picture before, while it may be used; else the usual one."""
        today = self.admission.today
        if before is not None:
            try:
                model = self.catalog.model(before.model)
            except RequestRefused:
                pass
            else:
                served = self.admission.allow_retired or not model.is_retired(today)
                if served and model.prices is not None and permit.allows_model(model.id):
                    return before.model
        return usual_model(self.catalog, permit, self.default_model, today)


def _size(permit: Permit, model: Model, change: Change, start: Start) -> str:
    most = USUAL_PIXELS if permit.most_pixels is None else min(USUAL_PIXELS, permit.most_pixels)
    shaped = shape_size(model, change)
    if shaped is not None and permit.allows_size(shaped):
        return shaped
    if start.picture is not None:
        own = _own_size(model, start.picture.image)
        return own if permit.allows_size(own) else fitting_size(model, *_shape_of(start.picture.image), most)
    if start.shape is not None:
        return fitting_size(model, *start.shape, most)
    return usual_size(permit, model)


def _own_size(model: Model, image: StoredImage) -> str:
    """The size of a picture of ours, or what comes nearest to it."""
    own = f"{image.width}x{image.height}"
    try:
        return model.check_size(own)
    except UnsupportedOptionError:
        return fitting_size(model, *_shape_of(image))


def _shape_of(image: StoredImage) -> tuple[int, int]:
    return image.width, image.height


def _quality(permit: Permit, model: Model, change: Change, before: ImageRequest | None) -> str:
    if before is None:
        return usual_quality(permit, model)
    if change is Change.FINISH:
        better = _better(model, before.quality)
        if better is None:
            raise UnsupportedOptionError(f"{model.title} has no better quality than {before.quality}.")
        return better
    if before.quality in model.qualities and permit.allows_quality(before.quality):
        return before.quality
    return usual_quality(permit, model)


def _better(model: Model, quality: str) -> str | None:
    better = FINISHED.get(quality)
    return better if better in model.qualities else None


def _look(wishes: Wishes, model: Model, change: Change, before: ImageRequest | None) -> tuple[str | None, str | None]:
    """Background and format: as they were; transparent for a picture that loses its background."""
    output_format, background = wishes.output_format, wishes.background
    if output_format is None and before is not None and before.output_format in model.formats:
        output_format = before.output_format
    if background is None and before is not None and before.background in model.backgrounds:
        background = before.background
    if change is Change.CUT_OUT:
        background = "transparent"
    if background == "transparent" and wishes.output_format is None and output_format not in TRANSPARENT_FORMATS:
        output_format = TRANSPARENT_FORMATS[0]
    return background, output_format
