"""What is wrong with bytes that should be a picture."""

from __future__ import annotations


class UnreadablePictureError(Exception):
    """These bytes are no picture that can be used.

    Attributes:
        what: the fault, as the end of a sentence that begins with the file's name ("is cut off").
        advice: a sentence that says what to do.
    """

    def __init__(self, what: str, advice: str = "Save it anew as PNG or JPEG and attach it again.") -> None:
        super().__init__(f"The picture {what}. {advice}")
        self.what = what
        self.advice = advice


def cut_off() -> UnreadablePictureError:
    """The fault of a file whose end is missing."""
    return UnreadablePictureError("is cut off: its end is missing", "Attach it again.")


def damaged() -> UnreadablePictureError:
    """The fault of a file whose parts do not fit together."""
    return UnreadablePictureError("is damaged")


def too_intricate() -> UnreadablePictureError:
    """The fault of a file made of so many parts that reading them would take long."""
    return UnreadablePictureError("is built of too many parts")
