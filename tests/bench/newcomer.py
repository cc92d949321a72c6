"""A newcomer's minute: from `git clone` to the first picture of their own in the browser, by the README's commands."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.figures import SECONDS, Figure
from tests.bench.playing import ROOT, BrokenRunError
from tests.page.browsers import CHROMIUM, MISSING, chromium
from tests.page.windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable

AIM = 60.0  # seconds, on a quiet machine
LONGEST = 600.0  # seconds that one step may take
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S+")


def measure(*, show: Callable[[object], None]) -> list[Figure]:
    """Nothing, and a sentence, where there is no Chromium.

    Raises:
        BrokenRunError: a command of the README does not do what it should.
    """
    if CHROMIUM is None:
        show(f"newcomer: {MISSING}.")
        return []
    with tempfile.TemporaryDirectory(prefix="atelier-newcomer-") as folder:
        here = Path(folder) / "atelier"
        began = time.monotonic()
        _run(["git", "clone", "-q", str(ROOT), str(here)], ROOT)
        _run(["bash", "-c", _installation()], here)
        installed = time.monotonic()
        asyncio.run(_first_picture(here))
        done = time.monotonic()
    note = f"{installed - began:.0f} s of it for git clone and the installation"
    own = "the first own picture"
    return [
        Figure("newcomer.minute", f"git clone to {own}", done - began, None, SECONDS, at_most=AIM, note=note),
        Figure("newcomer.sandbox", f"atelier sandbox to {own}", done - installed, None, SECONDS),
    ]


def _installation() -> str:
    """The README's first command, without the demo at its end."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.endswith("atelier demo")).rpartition(" && ")[0]


def _run(command: list[str], where: Path) -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - commands of the README
            command, cwd=where, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise BrokenRunError(f"{command} took longer than {LONGEST:.0f} s") from None
    if ended.returncode:
        raise BrokenRunError(f"{command} ended with {ended.returncode}: {ended.stderr[-500:]}")


async def _address(process: asyncio.subprocess.Process) -> str:
    """The page's address, which the sandbox prints."""
    said = ""
    while process.stdout is not None and (line := await process.stdout.readline()):
        said += line.decode()
        if found := ADDRESS.search(said):
            return found[0]
    raise BrokenRunError(f"atelier sandbox ended: {said}")


async def _first_picture(here: Path) -> None:
    """Start the sandbox, open its page, ask for a picture by `/imagine`, and wait until it is there."""
    process = await asyncio.create_subprocess_exec(
        *(str(here / ".venv/bin/atelier"), "sandbox", "--port", "0"),
        cwd=here,
        env={"PATH": str(Path(shutil.which("git") or "/usr/bin/git").parent), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LONGEST), chromium() as browser:
            mia = Window(await browser.new_page())
            await mia.page.goto(await _address(process))
            await mia.words.wait_for()
            await mia.imagine("a fox in a meadow")
    finally:
        process.terminate()
        await process.communicate()
