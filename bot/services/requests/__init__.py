"""What is asked for: validated, priced, pure."""

from bot.services.requests import pricing
from bot.services.requests.canvas import canvas_size, check_layout, fitting_size, keeps_shape, layout_for, shape_size
from bot.services.requests.input_checks import check_count, check_inputs, check_together
from bot.services.requests.pricing import (
    NANO_PER_USD,
    AuthorTokens,
    Usage,
    estimate_choice,
    estimate_output,
    format_price,
    format_usd,
)
from bot.services.requests.request import (
    DRAWN,
    MOST_PICTURES,
    THEN,
    TITLES,
    UNSTREAMED_FORMATS,
    Base,
    Change,
    ImageRequest,
    StoredImage,
    cuts_story,
)
from bot.services.requests.validation import (
    MOST_COMPRESSION,
    TRANSPARENT_FORMATS,
    Installation,
    Origin,
    Wishes,
    build_request,
    check_prompt,
    check_request,
)

__all__ = [
    "DRAWN",
    "MOST_COMPRESSION",
    "MOST_PICTURES",
    "NANO_PER_USD",
    "THEN",
    "TITLES",
    "TRANSPARENT_FORMATS",
    "UNSTREAMED_FORMATS",
    "AuthorTokens",
    "Base",
    "Change",
    "ImageRequest",
    "Installation",
    "Origin",
    "StoredImage",
    "Usage",
    "Wishes",
    "build_request",
    "canvas_size",
    "check_count",
    "check_inputs",
    "check_layout",
    "check_prompt",
    "check_request",
    "check_together",
    "cuts_story",
    "estimate_choice",
    "estimate_output",
    "fitting_size",
    "format_price",
    "format_usd",
    "keeps_shape",
    "layout_for",
    "pricing",
    "shape_size",
]
