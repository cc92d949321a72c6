"""What a request starts from: downloaded at once, turned into what the image API takes, kept in the store."""

from bot.inputs.gatherer import Gathered, Gatherer, Kept
from bot.inputs.message_pictures import is_likely_picture, may_be_picture, pictures_of
from bot.inputs.sources import Sources, check_declared

__all__ = [
    "Gathered",
    "Gatherer",
    "Kept",
    "Sources",
    "check_declared",
    "is_likely_picture",
    "may_be_picture",
    "pictures_of",
]
