"""Pictures as files and pixels: checked, prepared, shrunk, masked, composed. Off the event loop; knows no Discord."""

from bot.pictures.canvas import Extended, extend
from bot.pictures.decode import CheckedResult, check_result
from bot.pictures.drawing import Meaning, Overlay, mask_of_drawing, meaning_of, overlay_of
from bot.pictures.faults import UnreadablePictureError
from bot.pictures.fit import Fitted, fit
from bot.pictures.masks import FittedMask, fit_mask
from bot.pictures.names import shown_name
from bot.pictures.pool import pool
from bot.pictures.prepare import Prepared, prepare
from bot.pictures.preview import contact_sheet, shrink
from bot.pictures.retouch import retouch
from bot.pictures.stills import as_input
from bot.pictures.vector import render_svg

__all__ = [
    "CheckedResult",
    "Extended",
    "Fitted",
    "FittedMask",
    "Meaning",
    "Overlay",
    "Prepared",
    "UnreadablePictureError",
    "as_input",
    "check_result",
    "contact_sheet",
    "extend",
    "fit",
    "fit_mask",
    "mask_of_drawing",
    "meaning_of",
    "overlay_of",
    "pool",
    "prepare",
    "render_svg",
    "retouch",
    "shown_name",
    "shrink",
]
