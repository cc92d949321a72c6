"""What is often wrong with bytes that should be a picture."""

from __future__ import annotations

from bot.services.jobs import UnreadablePictureError

_USUAL_ADVICE = "Send a PNG, JPEG, WEBP or GIF picture."
_ADVICE = {
    "HEIC picture": "On an iPhone: Settings, Camera, Formats, Most Compatible; or share it as JPEG.",
    "video or other media file": "Send a picture of it: a screenshot of the moment that you mean.",
    **{
        f"{kind} picture": "Save it as PNG or JPEG and attach that."
        for kind in ("AVIF", "BMP", "TIFF", "JPEG XL", "JPEG 2000", "JPEG XR", "HDR", "OpenEXR", "QOI", "Netpbm")
    },
    "Photoshop file": "Export it as PNG or JPEG and attach that.",
    "camera's raw picture": "Export it as JPEG and attach that.",
    "SVG drawing": "Export it as PNG and attach that.",
    "PDF": "Save the page as PNG or JPEG and attach that.",
}


class CutOffError(UnreadablePictureError):
    """The end of a file is missing."""


def cut_off() -> CutOffError:
    """The fault of a file whose end is missing."""
    return CutOffError("is cut off: its end is missing", "Attach it again.")


def of_another_kind(kind: str | None) -> UnreadablePictureError:
    """The fault of a file that is none of the kinds that are taken, with what to do; None is one we do not know."""
    if kind is None:
        return UnreadablePictureError("is no picture that I know", _USUAL_ADVICE)
    article = "an" if kind.startswith(("AVIF", "SVG", "HDR", "OpenEXR", "icon", "audio", "Apple")) else "a"
    return UnreadablePictureError(f"is {article} {kind}", _ADVICE.get(kind, _USUAL_ADVICE))


def damaged() -> UnreadablePictureError:
    """The fault of a file whose parts do not fit together."""
    return UnreadablePictureError("is damaged")


def too_intricate() -> UnreadablePictureError:
    """The fault of a file made of so many parts that reading them would take long."""
    return UnreadablePictureError("is built of too many parts")
