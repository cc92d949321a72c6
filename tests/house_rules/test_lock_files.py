"""The lock files: whole, hashed, and free of where they were resolved."""

from __future__ import annotations

import re

import pytest

from tests.house_rules.sources import ROOT

LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"
REQUIREMENT = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>\S+)( ; (?P<marker>.+))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
ADDRESSES = ("://", "--index", "--extra-index", "--find-links", "@ ")


@pytest.mark.parametrize("name", [LOCK, DEV_LOCK])
def test_a_lock_file_names_no_index(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")

    assert [address for address in ADDRESSES if address in text] == []


@pytest.mark.parametrize("name", [LOCK, DEV_LOCK])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    for head, *hashes in requirements(name):
        assert REQUIREMENT.fullmatch(head), head
        assert hashes, f"{head} has no hash"
        assert all(HASH.fullmatch(line) for line in hashes), head


def test_the_development_lock_holds_what_is_deployed_in_the_same_versions() -> None:
    deployed, developed = ({lines[0] for lines in requirements(name)} for name in (LOCK, DEV_LOCK))

    assert deployed - developed == set()


def test_every_dependency_of_the_product_is_locked() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert listed is not None
    wanted = {normalised(name) for name in re.findall(r'^\s+"([A-Za-z0-9._-]+)', listed[1], re.MULTILINE)}

    locked = {normalised(lines[0].split("==")[0]) for lines in requirements(LOCK)}

    assert wanted
    assert wanted - locked == set()


def requirements(name: str) -> list[list[str]]:
    """Each requirement with its hashes, as lines without their continuation signs."""
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    joined = re.sub(r"\s*\\\n\s*", "\n\t", text)
    found: list[list[str]] = []
    for line in joined.splitlines():
        if line.startswith("\t"):
            found[-1].append(line.strip())
        elif line.strip() and not line.startswith("#"):
            found.append([line.strip()])
    return found


def normalised(name: str) -> str:
    """As in https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower()
