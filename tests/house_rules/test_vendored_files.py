"""What others wrote lies here unchanged, with its licence and its sums."""

from __future__ import annotations

import hashlib

import pytest

from tests.house_rules.sources import ROOT

FOLDERS = ("bot/sandbox/page/static/lit", "tests/page/axe")


@pytest.mark.parametrize("folder", FOLDERS)
def test_vendored_files_are_as_they_came(folder: str) -> None:
    place = ROOT / folder
    sums = dict(line.split()[::-1] for line in (place / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    found = {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in place.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }

    assert found == sums
    assert "LICENSE" in found


def test_the_page_asks_nobody_else_and_makes_no_markup_of_text() -> None:
    """The policy forbids it too; here it is seen before a browser is."""
    own = [path for path in (ROOT / "bot/sandbox/page/static").rglob("*.*") if "lit" not in path.parts]
    texts = {path.name: path.read_text(encoding="utf-8") for path in own if path.suffix in {".js", ".css", ".html"}}

    assert len(texts) > 20
    for name, text in texts.items():
        assert "innerHTML" not in text, name
        assert "insertAdjacentHTML" not in text, name
        assert "@import" not in text, name
        assert not any(f'="{scheme}' in text for scheme in ("http://", "https://", "//")), name
