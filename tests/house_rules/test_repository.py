"""The repository at a glance: what lies on top, and what the README and the example settings must name."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter

import pytest

from bot.config import SECRETS, Settings
from tests.house_rules.sources import ROOT

ON_TOP = {"pyproject.toml", "bot", "cogs", "tests", "deploy", "README.md", "LICENSE"}
MADE_BY_RUNNING = re.compile(r"atelier-data|demo|__pycache__|build|dist|.+\.egg-info")  # never committed
SETTINGS = [
    "ATELIER_SECRETS_DIR",
    *(f"{name}_FILE" for name in SECRETS),
    *(str(field.validation_alias) for field in Settings.model_fields.values()),
]


def test_only_what_belongs_there_lies_on_top() -> None:
    names = {name for name in on_top() if not name.startswith(".")}

    assert names - ON_TOP == set()
    assert ON_TOP - names == set()


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("page", ["README.md", "deploy/env.example"])
def test_every_setting_is_explained(page: str, setting: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")

    assert re.search(rf"(?<![A-Z_]){setting}(?![A-Z_])", text), f"{page} does not name {setting}"


@pytest.mark.parametrize("what", ["pip install", "-m pytest"])
def test_what_the_readme_says_is_what_is_checked(what: str) -> None:
    """Whoever types the README's command lines does what `.ci/run` does: it repeats them, or reads them there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    fenced = [
        line.strip()
        for block in re.findall(r"^```\w*\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    lines = [line for line in fenced if what in line]

    assert lines, f"the README has no command line with {what!r}"
    assert "README.md" in script or any(line in script for line in lines)


def test_the_check_can_be_run_as_it_lies() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_no_change_is_told_twice() -> None:
    """Two branches that reword an entry leave it twice where their lines are joined."""
    entries = Counter(re.findall(r"^- .{40}", (ROOT / "deploy/CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE))

    assert [entry for entry, count in entries.items() if count > 1] == []


def on_top() -> set[str]:
    """What is committed; where nothing is, or git is not there, what lies in the directory."""
    git = shutil.which("git")
    if git is not None:
        listed = subprocess.run(  # noqa: S603 - a fixed command
            [git, "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False, timeout=300
        )
        if listed.returncode == 0 and listed.stdout:
            return {name.split("/")[0] for name in listed.stdout.split("\0") if name}
    return {path.name for path in ROOT.iterdir() if not MADE_BY_RUNNING.fullmatch(path.name)}
