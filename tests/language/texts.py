"""``python -m tests.language.texts`` prints every text that a person may see, with where it stands."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.language.sources import told
from tests.language.unspoken import unspoken_of_rooms

if TYPE_CHECKING:
    from collections.abc import Mapping


def texts() -> Mapping[str, list[str]]:
    """By what is said, where: those that are translated, and behind them those in English alone, marked with ``!``."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for place, message in told():
        found[message if isinstance(message, str) else " / ".join(message)].append(place)
    for path, sentences in unspoken_of_rooms().items():
        for sentence in sentences:
            found[f"! {sentence}"].append(path)
    return found


if __name__ == "__main__":
    for said, places in sorted(texts().items(), key=lambda entry: entry[1]):
        sys.stdout.write(f"{said}\n    {', '.join(places)}\n")
