"""What each image model takes and costs: the sandbox's own table, independent of the product's catalog.

Sources: the OpenAI model pages, the image guide and the docstrings of openai 3.52 (`image_generate_params.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

LONGEST_EDGE = 3840  # pixels
FEWEST_PIXELS = 655_360
MOST_PIXELS = 8_294_400
STANDARD_SIZES = ("1024x1024", "1536x1024", "1024x1536")
THREE = ("low", "medium", "high")
FIVE = (*THREE, "xhigh", "max")


@dataclass(frozen=True, slots=True)
class Family:
    """Models with the same rules and prices.

    Attributes:
        free_size: takes any WIDTHxHEIGHT within the size rule, else only `STANDARD_SIZES`.
        qualities: accepted besides ``auto``.
        fidelities: values of ``input_fidelity``; none means that the parameter must be left out.
        markup: takes a markup overlay.
        complexity: takes ``complexity``.
        previews: output formats for projects with access.
        text_in: nano-dollars per input text token.
        image_in: nano-dollars per input image token.
        text_cached: nano-dollars per input text token that the cache gave; the Image API reports none.
        image_cached: the same of an image token.
        image_out: nano-dollars per output token.
    """

    name: str
    free_size: bool
    qualities: tuple[str, ...]
    fidelities: tuple[str, ...] = ()
    markup: bool = False
    complexity: bool = False
    previews: tuple[str, ...] = ()
    text_in: int = 5_000
    image_in: int = 8_000
    text_cached: int = 1_250
    image_cached: int = 2_000
    image_out: int = 30_000


@dataclass(frozen=True, slots=True)
class Model:
    """A model id, as `GET /v1/models` lists it. On its shutdown date it is gone."""

    id: str
    family: Family
    released: date
    shutdown: date | None = None

    def retired(self, today: date) -> bool:
        """Whether the model answers no more on this day."""
        return self.shutdown is not None and self.shutdown <= today

    def listing(self) -> dict[str, object]:
        """The model object of the models endpoint."""
        released = datetime(self.released.year, self.released.month, self.released.day, tzinfo=UTC)
        return {
            "id": self.id,
            "object": "model",
            "created": int(released.timestamp()),
            "owned_by": "system",
            "shutdown_date": self.shutdown.isoformat() if self.shutdown else None,
        }


F26 = Family("2.6", free_size=True, qualities=FIVE, markup=True, complexity=True, previews=("gif", "svg"))
F25 = Family("2.5", free_size=True, qualities=FIVE, markup=True)
F2 = Family("2", free_size=True, qualities=THREE)
F15 = Family("1.5", free_size=False, qualities=THREE, fidelities=("high", "low"), image_out=32_000)
MINI = Family(
    "1-mini", free_size=False, qualities=THREE, fidelities=("low",), text_in=2_000, image_in=2_500, image_out=8_000,
    text_cached=200, image_cached=250,
)  # fmt: skip
GONE = Family("gone", free_size=False, qualities=THREE)

AUTUMN_END = date(2026, 12, 1)
DALLE_END = date(2026, 5, 12)

MODELS: dict[str, Model] = {
    model.id: model
    for model in (
        Model("gpt-image-2.6-flare", F26, date(2026, 11, 4)),
        Model("gpt-image-2.6-sunburst", F26, date(2026, 11, 4)),
        Model("gpt-image-2.5-flare", F25, date(2026, 9, 8)),
        Model("gpt-image-2.5-flare-2026-09-08", F25, date(2026, 9, 8)),
        Model("gpt-image-2.5-sunburst", F25, date(2026, 9, 8)),
        Model("gpt-image-2.5-sunburst-2026-09-08", F25, date(2026, 9, 8)),
        Model("gpt-image-2", F2, date(2026, 4, 21)),
        Model("gpt-image-2-2026-04-21", F2, date(2026, 4, 21)),
        Model("gpt-image-1.5", F15, date(2025, 12, 16), AUTUMN_END),
        Model("gpt-image-1.5-2025-12-16", F15, date(2025, 12, 16), AUTUMN_END),
        Model("chatgpt-image-latest", F15, date(2025, 12, 16), AUTUMN_END),
        Model("gpt-image-1-mini", MINI, date(2025, 10, 6), AUTUMN_END),
        Model("gpt-image-1", GONE, date(2025, 4, 23), date(2026, 10, 23)),
        Model("dall-e-3", GONE, date(2023, 11, 6), DALLE_END),
        Model("dall-e-2", GONE, date(2022, 11, 3), DALLE_END),
    )
}


def size_fault(family: Family, width: int, height: int) -> str | None:
    """Why this family does not draw this size (pixels), as the API words it; None if it does.

    The rule of the 2, 2.5 and 2.6 models: https://developers.openai.com/api/docs/guides/image-generation
    """
    if not family.free_size:
        if f"{width}x{height}" in STANDARD_SIZES:
            return None
        return "Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'."
    long_edge, short_edge = max(width, height), min(width, height)
    rules = (
        (width % 16 or height % 16 or not short_edge, "Width and height must both be divisible by 16."),
        (long_edge > LONGEST_EDGE, f"The longest edge must be at most {LONGEST_EDGE} pixels."),
        (long_edge > 3 * short_edge, "The aspect ratio must be between 1:3 and 3:1."),
        (width * height < FEWEST_PIXELS, f"The image must have at least {FEWEST_PIXELS} pixels."),
        (width * height > MOST_PIXELS, f"The image must have at most {MOST_PIXELS} pixels."),
    )
    return next((sentence for broken, sentence in rules if broken), None)
