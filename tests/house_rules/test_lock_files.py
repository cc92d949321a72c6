"""The lock files: whole, hashed, free of where they were resolved, and installed as they are."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import pairwise

import pytest

from tests.house_rules.sources import ROOT, modules, text_of

LOCK = "requirements.lock"
CHARTS_LOCK = "requirements-charts.lock"
TESTS_LOCK = "requirements-tests.lock"
DEV_LOCK = "requirements-dev.lock"
LOCKS = (LOCK, CHARTS_LOCK, TESTS_LOCK, DEV_LOCK)  # each holds the one before it
NO_BUILDS = "--only-binary :all:"  # to build from source would fetch build tools by their newest release
REQUIREMENT = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,._-]+\])?==(?P<version>\S+)( ; (?P<marker>.+))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
ADDRESSES = ("://", "--index", "--extra-index", "--find-links", "@ ")
IMPORT = re.compile(r"^ *(?:from (?=\S+ import\b)|import )([a-zA-Z_]\w*)", re.MULTILINE)
TYPES_ONLY = frozenset({"_typeshed"})  # what a checker of types brings along
INSTALLATION = re.compile(r"pip install (?P<options>[^&`]*)-r (?P<lock>\S+\.lock)")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_index(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")

    assert [address for address in ADDRESSES if address in text] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    for head, *hashes in requirements(name):
        assert REQUIREMENT.fullmatch(head), head
        assert hashes, f"{head} has no hash"
        assert all(HASH.fullmatch(line) for line in hashes), head


@pytest.mark.parametrize("name", LOCKS)
def test_nothing_is_built_from_source(name: str) -> None:
    assert (ROOT / "deploy" / name).read_text(encoding="utf-8").splitlines()[0] == NO_BUILDS


def test_the_larger_locks_hold_what_the_smaller_ones_do_in_the_same_versions() -> None:
    locks = [{lines[0] for lines in requirements(name)} for name in LOCKS]

    for smaller, larger in pairwise(locks):
        assert smaller < larger


def test_an_extra_that_a_package_asks_for_is_kept() -> None:
    """An installer that resolves takes a lock without it for incomplete, and looks for the newest release."""
    asked = {lines[0].split("==")[0] for lines in requirements(DEV_LOCK)}

    assert {"coverage[toml]", "pyright[nodejs]"} <= asked


@pytest.mark.parametrize("place", ["README.md", "deploy/RUNBOOK.md", "deploy/Dockerfile"])
def test_a_lock_is_installed_without_resolving(place: str) -> None:
    installations = list(INSTALLATION.finditer((ROOT / place).read_text(encoding="utf-8")))

    assert installations
    for found in installations:
        assert "--no-deps" in found["options"], found[0]
        assert (ROOT / found["lock"]).is_file(), found[0]


def test_every_dependency_is_locked() -> None:
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = whole["project"], whole["dependency-groups"]
    charts = project["optional-dependencies"]["charts"]

    assert names(project["dependencies"]) - locked(LOCK) == set()
    assert names([*project["dependencies"], *charts]) - locked(CHARTS_LOCK) == set()
    assert names(charts) & locked(LOCK) == set()
    for lock, group in ((LOCK, "build"), (TESTS_LOCK, "tests"), (DEV_LOCK, "dev")):
        assert names([one for one in groups[group] if isinstance(one, str)]) - locked(lock) == set()


@pytest.mark.parametrize(("rooms", "groups"), [(("bot", "cogs"), ()), (("tests",), ("tests",))])
def test_what_is_imported_is_named_as_a_dependency(rooms: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """What only another package brings along goes, or breaks, with that package's next release."""
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = whole["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["charts"]]
    wanted += [one for group in groups for one in whole["dependency-groups"][group] if isinstance(one, str)]
    homes = packages_distributions()

    imported = {name for path in modules(*rooms) for name in IMPORT.findall(text_of(path))}
    others = imported - sys.stdlib_module_names - {"bot", "cogs", "tests"} - TYPES_ONLY
    lacking = {name for name in others if not {normalised(home) for home in homes.get(name, ())} & names(wanted)}

    assert lacking == set()


def names(wanted: list[str]) -> set[str]:
    """The packages that these requirements are of."""
    return {normalised(re.split(r"[^A-Za-z0-9._-]", requirement)[0]) for requirement in wanted}


def locked(name: str) -> set[str]:
    """The packages that a lock file holds."""
    return {normalised(re.split(r"\[|==", lines[0])[0]) for lines in requirements(name)}


def requirements(name: str) -> list[list[str]]:
    """Each requirement with its hashes, as lines without their continuation signs."""
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    joined = re.sub(r"\s*\\\n\s*", "\n\t", text)
    found: list[list[str]] = []
    for line in joined.splitlines():
        if line.startswith("\t"):
            found[-1].append(line.strip())
        elif line.strip() and not line.startswith(("#", "--only-binary")):
            found.append([line.strip()])
    return found


def normalised(name: str) -> str:
    """As in https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower()
