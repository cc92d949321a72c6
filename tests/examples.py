"""Values to begin with: a request, its job, picture, result. Say only what the test is about."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from PIL import Image, ImageDraw

from bot.config import GivenSettings
from bot.services.calendar import Window
from bot.services.catalog import Catalog
from bot.services.jobs import Result
from bot.services.ledger import ChargeState, Destination, Job, LimitStatus, Order, Picture
from bot.services.policy import Limit, Metric, Requester, Scope
from bot.services.requests import ImageRequest, StoredImage

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = Catalog.load()
MODEL = CATALOG.model("gpt-image-2.5-flare")
NOW = 1_795_000_000  # a second in November 2026
REQUESTER = Requester(server_id=11, channel_id=22, user_id=33)
REQUEST = ImageRequest("a red fox in snow", MODEL.id, "1024x1024", "medium", partial_images=2)
DESTINATION = Destination(application_id=99, interaction_token="token", expires_at=2**40, message_id=44, private=False)
STORED = StoredImage("0" * 64, "image/png", 1024, 1024, 1_234_567)


def examples(of_hundred: int) -> int:
    """How many examples a costly property is held to where others are held to a hundred; fewer where they are."""
    return max(1, of_hundred * settings().max_examples // 100)


def settings_for(directory: Path, **given: Any) -> GivenSettings:  # noqa: ANN401 - by their names in the environment
    """Settings that keep everything in this directory, and come from nowhere else."""
    values: dict[str, Any] = {"DISCORD_TOKEN": "token", "OPENAI_API_KEY": "key", "ATELIER_DATA_DIR": directory}
    return GivenSettings(**values | given)


def png(width: int = 16, height: int = 16, colour: str = "red") -> bytes:
    """A small picture file."""
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def drawn_upon(content: bytes) -> bytes:
    """A picture file with a green circle on it."""
    image = Image.open(BytesIO(content)).convert("RGB")
    width, height = image.size
    circle = (width // 4, height // 4, 3 * width // 4, 3 * height // 4)
    ImageDraw.Draw(image).ellipse(circle, outline="lime", width=max(2, width // 40))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def noisy_png(edge: int) -> bytes:
    """A picture file of about three bytes a pixel: nothing in it can be compressed."""
    file = BytesIO()
    bands = [Image.effect_noise((edge, edge), spread) for spread in (90, 100, 110)]
    Image.merge("RGB", bands).save(file, "PNG", compress_level=1)
    return file.getvalue()


def picture(number: int = 4821, **changes: Any) -> Picture:  # noqa: ANN401 - any field of a picture
    made = Picture(number, f"81:{number}", STORED, cost_nano=19_000_000, seconds=7.25, created_at=NOW)
    return replace(made, **changes)


def job(index: int = 1, made: Picture | None = None, **changes: Any) -> Job:  # noqa: ANN401 - any field of a job
    """A job that made this picture; without one, a job that waits."""
    state = ChargeState.RESERVED if made is None else ChargeState.SETTLED
    actual = None if made is None else made.cost_nano
    made_job = Job(f"81:{index}", "81", index, state, 20_000_000, actual, MODEL.priced(), None, made)
    return replace(made_job, **changes)


def failed_job(index: int, sentence: str, state: ChargeState = ChargeState.RELEASED) -> Job:
    return job(index, state=state, failure=sentence)


def order(*jobs: Job, request: ImageRequest = REQUEST, **changes: Any) -> Order:  # noqa: ANN401 - any field of it
    """A request that is kept; with one finished picture if nothing else is said."""
    ended = jobs or (job(1, picture()),)
    kept = Order("81", replace(request, count=len(ended)), REQUESTER, DESTINATION, NOW, None, ended)
    return replace(kept, **changes)


def result(kept: Order | None = None, *limits: LimitStatus, content: bytes | None = None) -> Result:
    """The result of an order, each picture with the same bytes."""
    kept = kept or order()
    made = [each.picture for each in kept.jobs if each.picture is not None]
    return Result(kept, tuple((each, content or png()) for each in made), limits)


def budget(maximum_nano: int, used_nano: int, window: Window = Window.MONTH) -> LimitStatus:
    limit = Limit(Scope.INSTALLATION, 0, 0, Metric.USD, window, maximum_nano, "this bot's monthly budget")
    return LimitStatus(limit, used_nano, NOW + 3600, began_at=NOW - 60)


def allowance(maximum: int, used: int, window: Window = Window.DAY) -> LimitStatus:
    limit = Limit(Scope.MEMBER, 11, 33, Metric.IMAGES, window, maximum, "your daily allowance")
    return LimitStatus(limit, used, NOW + 3600)
