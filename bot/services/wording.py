"""How a sentence may repeat what somebody typed."""

from __future__ import annotations

import re

_HARMLESS = re.compile(r"[A-Za-z0-9 .:×-]{1,40}")


def quoted(text: str) -> str:
    """The text in quotation marks, or "That" if it is long or could mean something to Discord.

    Made for the start of a sentence: ``f"{quoted(size)} is not a size."``
    """
    text = text.strip()
    return f"“{text}”" if _HARMLESS.fullmatch(text) else "That"


def listed(choices: tuple[str, ...], last: str = "or") -> str:
    """The choices as a person would list them: ``low, medium or high``."""
    *most, final = choices
    return f"{', '.join(most)} {last} {final}" if most else final
