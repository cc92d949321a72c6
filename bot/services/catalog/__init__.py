"""What models can do and cost: a model is data, in models.toml."""

from bot.services.catalog.catalog import Catalog, Model, open_catalog
from bot.services.catalog.formats import (
    FEWEST_FRAMES,
    GIF,
    MOST_FRAMES,
    SVG,
    USUAL_FRAME_MS,
    USUAL_FRAMES,
    USUAL_GIF_SIZE,
)
from bot.services.catalog.main_models import MOST_SEEN, MainModel, MainPrices, seen_tokens
from bot.services.catalog.sizes import (
    INPUT_MEDIA_TYPES,
    LARGEST_INPUT,
    LARGEST_MASK,
    LONGEST_EDGE,
    MOST_PIXELS,
    SAME_SHAPE,
    USUAL_PIXELS,
    SuggestedSize,
    dimensions,
    strain,
)
from bot.services.catalog.tokens import (
    DEAREST_SHAPES,
    PARTIAL_IMAGE_TOKENS,
    CachedPrices,
    Prices,
    input_tokens,
    partials_for,
)
from bot.services.catalog.written_sizes import FoundSize, words_like

__all__ = [
    "DEAREST_SHAPES",
    "FEWEST_FRAMES",
    "GIF",
    "INPUT_MEDIA_TYPES",
    "LARGEST_INPUT",
    "LARGEST_MASK",
    "LONGEST_EDGE",
    "MOST_FRAMES",
    "MOST_PIXELS",
    "MOST_SEEN",
    "PARTIAL_IMAGE_TOKENS",
    "SAME_SHAPE",
    "SVG",
    "USUAL_FRAMES",
    "USUAL_FRAME_MS",
    "USUAL_GIF_SIZE",
    "USUAL_PIXELS",
    "CachedPrices",
    "Catalog",
    "FoundSize",
    "MainModel",
    "MainPrices",
    "Model",
    "Prices",
    "SuggestedSize",
    "dimensions",
    "input_tokens",
    "open_catalog",
    "partials_for",
    "seen_tokens",
    "strain",
    "words_like",
]
