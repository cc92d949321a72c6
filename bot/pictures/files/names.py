"""File names of strangers, made safe to be shown."""

from __future__ import annotations

import re
import unicodedata

from bot.language import phrase

_LONGEST = 40  # characters; names are shown inside sentences
_KEPT = frozenset(" .-_()+,&'")  # none of them begins or ends any of Discord's markup in the middle of a sentence
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # `_so_` is set in italics, `IMG_12` is not
_SPACES = re.compile(r"\s+")


def shown_name(name: str) -> str:
    """The name in quotation marks, as it may stand in a sentence; ``“picture”`` when nothing is left of it.

    No markdown, mentions, links, control or bidirectional characters; at most 40 characters, the extension kept.
    """
    normal = unicodedata.normalize("NFKC", name[:400])
    allowed = "".join(c if c in _KEPT or unicodedata.category(c)[0] in "LNM" else " " for c in normal)
    tidy = _SPACES.sub(" ", _LOOSE_UNDERSCORE.sub(" ", allowed)).strip()
    if len(tidy) > _LONGEST:
        stem, dot, extension = tidy.rpartition(".")
        tail = f"{dot}{extension}" if stem and len(extension) <= 5 else ""  # noqa: PLR2004 - as long as "jpeg" or "webp"
        tidy = tidy[: _LONGEST - len(tail) - 1] + "…" + tail
    return phrase("“{text}”", text=tidy or phrase("picture"))
