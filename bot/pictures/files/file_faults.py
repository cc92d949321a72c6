"""What is often wrong with bytes that should be a picture."""

from __future__ import annotations

from bot.language import phrase
from bot.services.jobs import UnreadablePictureError

ATTACH_AGAIN = phrase("Attach it again.")
VIDEO = "video or other media file"
RAW = "camera's raw picture"

_USUAL_ADVICE = phrase("Send a PNG, JPEG, WEBP or GIF picture.")
_SAVE_PICTURE = phrase("Save it as PNG or JPEG and attach that.")
_ADVICE = {
    "HEIC picture": phrase("On an iPhone: Settings, Camera, Formats, Most Compatible; or share it as JPEG."),
    VIDEO: phrase("Send a picture of it: a screenshot of the moment that you mean."),
    **{
        f"{kind} picture": _SAVE_PICTURE
        for kind in ("AVIF", "BMP", "TIFF", "JPEG XL", "JPEG 2000", "JPEG XR", "HDR", "OpenEXR", "QOI", "Netpbm")
    },
    "Photoshop file": phrase("Export it as PNG or JPEG and attach that."),
    RAW: phrase("Export it as JPEG and attach that."),
    "SVG drawing": phrase("Export it as PNG and attach that."),
    "PDF": phrase("Save the page as PNG or JPEG and attach that."),
}
_SAID = {
    VIDEO: phrase("is a video or other media file"),
    RAW: phrase("is a camera's raw picture"),
    "Photoshop file": phrase("is a Photoshop file"),
    "PostScript file": phrase("is a PostScript file"),
    "SVG drawing": phrase("is an SVG drawing"),
    "PDF": phrase("is a PDF"),
    "icon file": phrase("is an icon file"),
    "audio file": phrase("is an audio file"),
    "text file": phrase("is a text file"),
    "picture packed for an iPhone app": phrase("is a picture packed for an iPhone app"),
}
_VOWELS = ("AVIF", "HDR", "OpenEXR")  # that English begins with one


class CutOffError(UnreadablePictureError):
    """The end of a file is missing."""


def cut_off() -> CutOffError:
    """The fault of a file whose end is missing."""
    return CutOffError(phrase("is cut off: its end is missing"), ATTACH_AGAIN)


def of_another_kind(kind: str | None) -> UnreadablePictureError:
    """The fault of a file that is none of the kinds that are taken, with what to do; None is one we do not know."""
    if kind is None:
        return UnreadablePictureError(phrase("is no picture that I know"), _USUAL_ADVICE)
    return UnreadablePictureError(_said(kind), _ADVICE.get(kind, _USUAL_ADVICE))


def _said(kind: str) -> str:
    if kind in _SAID:
        return _SAID[kind]
    form, _, what = kind.rpartition(" ")
    if what == "archive":
        return phrase("is a {format} archive", format=form)
    if form in _VOWELS:
        return phrase("is an {format} picture", format=form)
    return phrase("is a {format} picture", format=form)


def damaged() -> UnreadablePictureError:
    """The fault of a file whose parts do not fit together."""
    return UnreadablePictureError(phrase("is damaged"))


def too_intricate() -> UnreadablePictureError:
    """The fault of a file made of so many parts that reading them would take long."""
    return UnreadablePictureError(phrase("is built of too many parts"))
