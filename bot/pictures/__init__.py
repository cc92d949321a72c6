"""Pictures as files and pixels: checked, prepared, shrunk. Off the event loop; knows no Discord and no database."""

from bot.pictures.anatomy import UnreadablePictureError
from bot.pictures.decode import CheckedResult, check_result
from bot.pictures.fit import Fitted, fit
from bot.pictures.inspect import Inspected, inspect
from bot.pictures.names import shown_name
from bot.pictures.pool import pool
from bot.pictures.prepare import Prepared, prepare
from bot.pictures.preview import contact_sheet, shrink

__all__ = [
    "CheckedResult",
    "Fitted",
    "Inspected",
    "Prepared",
    "UnreadablePictureError",
    "check_result",
    "contact_sheet",
    "fit",
    "inspect",
    "pool",
    "prepare",
    "shown_name",
    "shrink",
]
