"""``python -m tests.language.texts`` prints every text that a person may see, with where it stands."""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING

from babel.messages.extract import extract_from_dir

from tests.house_rules.sources import ROOT
from tests.language.sources import KEYWORDS, ROOMS
from tests.language.unspoken import unspoken_of_rooms

if TYPE_CHECKING:
    from collections.abc import Mapping


def texts() -> Mapping[str, list[str]]:
    """By what is said, where: those that are translated, and behind them those in English alone, marked with ``!``."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    with warnings.catch_warnings(action="ignore"):  # of f-strings among the values, which are not translated
        for room in ROOMS:
            for file, line, message, _, _ in extract_from_dir(ROOT / room, [("**.py", "python")], keywords=KEYWORDS):
                said = message if isinstance(message, str) else " / ".join(message)
                found[said].append(f"{room}/{file}:{line}")
    for path, sentences in unspoken_of_rooms().items():
        for sentence in sentences:
            found[f"! {sentence}"].append(path)
    return found


if __name__ == "__main__":
    for said, places in sorted(texts().items(), key=lambda entry: entry[1]):
        sys.stdout.write(f"{said}\n    {', '.join(places)}\n")
