"""What must be found in a database that a killed bot left behind, beside what the two sandboxes saw of it."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.storage.database.sqlite import sqlite3
from tests.storage.invariants import faults
from tests.wire.house import PROGRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.sandbox.discord import Invocation, Message
    from bot.sandbox.images import BillLine
    from tests.wire.house import House

CHECKSUM = 10  # digits of the nonce of what answers no request
GRACE = 1.4  # seconds; what takes longer to be reserved is acknowledged before


@dataclass(frozen=True)
class Press:
    """A use of /imagine; nobody else used the same prompt."""

    prompt: str
    invocation: Invocation


@dataclass
class Asked:
    """A request in the database.

    Attributes:
        jobs: state, hold, cost and the provider's id of each.
    """

    prompt: str
    delivered: bool
    jobs: list[tuple[str, int, int | None, str | None]] = field(
        default_factory=list[tuple[str, int, int | None, str | None]]
    )
    dispatches: int = 0

    def count(self, state: str) -> int:
        """Jobs in this state."""
        return sum(job[0] == state for job in self.jobs)


class Findings:
    """The tables of a copy of the house's database, so that the next bot finds all as the dead one left it.

    A file that was being written cannot be read without being mended, which is for the bot to do.
    """

    def __init__(self, house: House, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path in house.data_dir.glob("atelier.sqlite3*"):
            shutil.copy(path, folder)
        with closing(sqlite3.connect(folder / "atelier.sqlite3")) as connection:
            self.damage = connection.execute(
                "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"
            ).fetchall()
            self.faults = faults(connection)
            ((self.last_event, self.events),) = connection.execute("SELECT coalesce(max(seq), 0), count(*) FROM events")
            ((self.used, self.overshoot),) = connection.execute(
                """SELECT coalesce(sum(settled_nano + held_nano), 0),
                    (SELECT coalesce(sum(overshoot_nano), 0) FROM jobs)
                FROM buckets WHERE scope = 'installation' AND period = 'month'"""
            )
            self.requests = {
                request: Asked(prompt, delivered)
                for request, prompt, delivered in connection.execute(
                    "SELECT id, json_extract(request, '$.prompt'), delivered_at IS NOT NULL FROM requests"
                )
            }
            for request, dispatched, *job in connection.execute(
                """SELECT request_id, (SELECT count(*) FROM events WHERE job_id = jobs.id AND kind = 'dispatch'),
                state, hold_nano, actual_nano, provider_request_id FROM jobs"""
            ):
                asked = self.requests[request]
                asked.dispatches += dispatched
                asked.jobs.append((job[0], job[1], job[2], job[3]))


def autopsy(
    house: House, presses: list[Press], budget_nano: int, last_event: int, folder: Path
) -> tuple[list[str], int]:
    """What is wrong after a death, and the number of the newest event. `last_event` was read before it."""
    found = Findings(house, folder)
    wrong = [f"damaged: {row}" for row in found.damage]
    wrong += [f"{name}: {rows}" for name, rows in found.faults.items()]
    if found.last_event < last_event or found.events != found.last_event:
        wrong.append(f"event {last_event} was read; now there are {found.events}, the last is {found.last_event}")
    if found.used > budget_nano + found.overshoot:
        wrong.append(f"{found.used} of {budget_nano} nano-dollars are used")
    wrong += _calls_without_dispatch(house, found)
    wrong += _answers_without_rows(presses, found)
    wrong += _untrue_results(house, found)
    return wrong, found.last_event


def _calls_without_dispatch(house: House, found: Findings) -> Iterator[str]:
    calls = Counter(call.prompt for call in house.images.calls)
    calls -= Counter(line.prompt for line in house.images.bill.lines if line.outcome == "rate_limit")
    dispatches = Counter({asked.prompt: asked.dispatches for asked in found.requests.values()})
    for prompt in calls - dispatches:
        yield f"{prompt!r} was sent {calls[prompt]} times and dispatched {dispatches[prompt]} times"


def _answers_without_rows(presses: list[Press], found: Findings) -> Iterator[str]:
    for press in presses:
        if _shows_progress(press.invocation) and str(press.invocation.id) not in found.requests:
            yield f"{press.prompt!r} was taken and is not in the database"


def _shows_progress(invocation: Invocation) -> bool:
    """Whether the member was told that a picture is being made; who waited too long was told before it was sure."""
    original = invocation.original
    if original is None or original.history[0].at - invocation.began_at > GRACE:
        return False
    return invocation.deferred or original.content.startswith(PROGRESS)


def _untrue_results(house: House, found: Findings) -> Iterator[str]:
    for request, messages in _posted(house).items():
        asked = found.requests.get(request)
        shown = messages[0].attachments
        if asked is None or len(messages) > 1 or len(shown) != asked.count("settled"):
            yield f"request {request} ({asked}) was answered with {[message.content for message in messages]}"


def _posted(house: House) -> dict[str, list[Message]]:
    """The bot's messages by the requests that they answer."""
    found: dict[str, list[Message]] = defaultdict(list)
    servers = house.discord.servers
    channels = [channel for server in servers for channel in server.channels]
    channels += [member.direct_channel for server in servers for member in server.members.values()]
    for channel in channels:
        for message in channel.messages:
            request = str(message.nonce or "").removesuffix("w")  # words alone have a nonce of their own
            if message.author is house.discord.bot and len(request) > CHECKSUM:
                found[request].append(message)
    return found


def is_settled(house: House) -> bool:
    """Whether everything that was accepted has been answered, by the database of a bot at work."""
    with closing(_beside(house)) as connection:
        ((left,),) = connection.execute(
            """SELECT (SELECT count(*) FROM requests WHERE delivered_at IS NULL)
            + (SELECT count(*) FROM jobs WHERE state IN ('reserved', 'dispatched'))"""
        )
    return not left


def newest_event(house: House, is_enough: Callable[[int], bool]) -> int:
    """Read the number of the newest event, beside a bot at work, until that is enough. Blocks."""
    newest = 0
    while not is_enough(newest):
        # A file that a dead bot was writing cannot be read before the next one has mended it.
        with suppress(sqlite3.OperationalError), closing(_beside(house)) as connection:
            while not is_enough(newest):
                ((newest,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM events")
    return newest


def _beside(house: House) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)


def unsettled(house: House, presses: list[Press], folder: Path) -> Iterator[str]:
    """What is wrong once the last bot has answered everybody: the books do not match the bill, somebody waits."""
    found = Findings(house, folder)
    for press in presses:
        if press.invocation.response is not None and not house.has_ended(press.invocation):
            yield f"{press.prompt!r} still shows {press.invocation.response.content!r}"
    lines: dict[str, list[BillLine]] = defaultdict(list)
    for line in house.images.bill.charged:
        lines[line.prompt].append(line)
    for asked in found.requests.values():
        if not asked.delivered or asked.count("reserved") or asked.count("dispatched"):
            yield f"{asked} is still open"
        yield from _differences(asked, lines.pop(asked.prompt, []))
    for prompt, without in lines.items():
        yield f"{prompt!r} was billed and not asked for: {without}"


def tally(house: House, presses: list[Press], folder: Path) -> dict[str, int]:
    """How often what is to be tried came about; call it after `unsettled`."""
    found = Findings(house, folder)
    refused = sum("monthly budget" in house.words(press.invocation) for press in presses)
    states = Counter(job[0] for asked in found.requests.values() for job in asked.jobs)
    return {
        "settled": states["settled"],
        "unknown": states["unknown"],
        "posted": len(_posted(house)),
        "refused": refused,
    }


def _differences(asked: Asked, lines: list[BillLine]) -> Iterator[str]:
    """Each settled job is on the bill at its cost, to the nano-dollar; what else is billed, an unknown one holds."""
    billed = {line.call_id: line.cost_nano for line in lines}
    for state, _, cost, provider_id in asked.jobs:
        if state == "settled" and billed.pop(str(provider_id), None) != cost:
            yield f"{asked} is not billed so: {lines}"
    holds = [hold for state, hold, _, _ in asked.jobs if state == "unknown"]
    if len(billed) > len(holds) or any(cost > max(holds) for cost in billed.values()):
        yield f"{asked} does not hold what is billed: {billed}"
