"""No sentence is said in English alone but those that are still listed, and so nothing new escapes the translators."""

from __future__ import annotations

from pathlib import Path

from tests.house_rules.sources import ROOT
from tests.language.texts import texts
from tests.language.unspoken import unspoken, unspoken_of_rooms

# How many of a module are not told by `phrase` yet, or are read by nobody in Discord. The numbers only go down.
LISTED = Path(__file__).with_name("unspoken.txt")


def listed() -> dict[str, int]:
    lines = [line.split() for line in LISTED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {path: int(count) for count, path in lines}


def test_no_sentence_escapes_that_is_not_listed() -> None:
    most = listed()
    escaped = {path: said for path, said in unspoken_of_rooms().items() if len(said) > most.get(path, 0)}

    assert escaped == {}, f"tell them by phrase() or plural(), and translate them; {LISTED.name} lists the others"


def test_no_module_is_listed_that_says_nothing_in_english_alone() -> None:
    assert sorted(set(listed()) - set(unspoken_of_rooms())) == []


def test_sentences_are_found_wherever_they_stand_and_what_nobody_reads_is_not(tmp_path: Path) -> None:
    source = tmp_path / "said.py"
    source.write_text(
        '"""A text about the module."""\n'
        'GONE = "This is gone by now."\n'
        "def said(name: 'str of the name') -> str:\n"
        '    """Say it to people."""\n'
        '    log.info("this is logged only")\n'
        '    raise ValueError("this is for developers")\n'
        '    send(f"{name} has left this place.", label="Try it again", value=phrase("This is told in all."))\n'
        '    return phrase("{who} has left.", who=name)\n',
        encoding="utf-8",
    )

    assert sorted(unspoken(source)) == [
        (2, "This is gone by now."),
        (7, "Try it again"),
        (7, "{} has left this place."),
    ]


def test_all_texts_are_listed_with_where_they_stand() -> None:
    found = texts()

    assert any(place.startswith("bot/errors.py:") for place in found["Nothing was charged."])
    assert any(said.startswith("! ") for said in found)
    assert all((ROOT / place.partition(":")[0]).is_file() for places in found.values() for place in places)
