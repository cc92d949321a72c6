"""How a sandbox image API is set up: one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

SECONDS_PER_PICTURE: Mapping[str, float] = MappingProxyType(
    {"low": 2.5, "medium": 4.0, "high": 7.0, "xhigh": 9.0, "max": 12.0}
)


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """What the sandbox image API does differently from its defaults.

    Attributes:
        port: port on 127.0.0.1; 0 takes a free one.
        api_key: the key that is accepted.
        pace: multiplies `seconds_per_picture`; 0 answers at once.
        seconds_per_picture: seconds from request to result, per quality.
        today: the date that decides which models are retired; None asks the clock.
        blocked_words: words (lower case) in a prompt that are refused before anything is made.
        blocked_output_words: words (lower case) whose picture is made, previewed and then withheld.
        previews: output formats (``gif``, ``svg``) that this project has access to.
        images_per_minute: pictures of one model allowed per `rate_window`; None allows any number.
        input_images_per_minute: edits of one model allowed per `rate_window`; None allows any number.
        rate_window: seconds of the minute of both.
        seed: makes equal requests give equal pictures; None makes each call's picture different.
        most_partials: previews that come at most, as if the picture were ready before the others; a fault that waits
            for some gets them. https://platform.openai.com/docs/api-reference/images/create#images-create-partial_images
        canned_bytes: answer with files of exactly this many bytes that cost no drawing.
        bill: a file in which the bill is kept, so that another start goes on from it; None keeps none.
        remembered_bytes: of the latest calls, with their files, are remembered; None remembers all.
    """

    port: int = 0
    api_key: str = "sk-sandbox"
    pace: float = 1.0
    seconds_per_picture: Mapping[str, float] = field(default_factory=lambda: SECONDS_PER_PICTURE)
    today: date | None = None
    blocked_words: frozenset[str] = frozenset({"forbidden"})
    blocked_output_words: frozenset[str] = frozenset({"forbidden-output"})
    previews: tuple[str, ...] = ()
    images_per_minute: int | None = None
    input_images_per_minute: int | None = None
    rate_window: float = 60.0
    seed: int | None = None
    most_partials: int = 3
    canned_bytes: int | None = None
    bill: Path | None = None
    remembered_bytes: int | None = None
