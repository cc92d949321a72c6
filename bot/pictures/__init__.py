"""Pictures as files and pixels: checked, prepared, shrunk, masked, composed. Off the event loop; knows no Discord."""

from bot.pictures.base_files import base_of
from bot.pictures.canvas import extend
from bot.pictures.contact_sheet import ContactSheets, Tile, columns_of
from bot.pictures.decode import check_result
from bot.pictures.files.names import shown_name
from bot.pictures.fit import fit
from bot.pictures.isolated.svg import render_svg
from bot.pictures.masks.masks import FittedMask, fit_mask
from bot.pictures.masks.meanings import Meaning, mask_of_markup, meaning_of, overlay_of, sort_attached
from bot.pictures.pool import close_pools
from bot.pictures.prepare import Prepared, prepare
from bot.pictures.preview import preview_of
from bot.pictures.retouch import retouch
from bot.pictures.split_files import in_parts
from bot.pictures.still_frames import as_input

__all__ = [
    "ContactSheets",
    "FittedMask",
    "Meaning",
    "Prepared",
    "Tile",
    "as_input",
    "base_of",
    "check_result",
    "close_pools",
    "columns_of",
    "extend",
    "fit",
    "fit_mask",
    "in_parts",
    "mask_of_markup",
    "meaning_of",
    "overlay_of",
    "prepare",
    "preview_of",
    "render_svg",
    "retouch",
    "shown_name",
    "sort_attached",
]
