"""What must hold of a soak, seen from outside: the books beside the bill, what Discord shows, and who still waits."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import closing
from operator import le
from typing import TYPE_CHECKING, NamedTuple

from bot.presentation.result import number_in
from bot.sandbox.discord import InvocationKind
from bot.services.jobs.generation import safety_identifier
from bot.storage.database.sqlite import sqlite3
from bot.wiring import SAFETY_KEY
from tests.wire.autopsy import CHECKSUM, Findings
from tests.wire.house import PROGRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.sandbox.discord import Channel, Invocation, Message
    from bot.sandbox.images import Call
    from tests.wire.house import House

PANELS = ("⏸️ Picture making", "⏸️ **Picture making")  # begin what leads read of a pause
PENDING = ("reserved", "dispatched")
REFERENCE = "with the reference"  # in what is said of a failure that nobody foresaw
FONTS = "atelier-charts-"  # begin folders for matplotlib's list of them
SAMPLE = 5  # of a kind of fault that are told
TABLES = (
    *("requests", "jobs", "events", "pictures", "state", "errands", "audit"),
    *("presets", "preset_files", "stars", "gallery_posts", "publications"),
)
JOBS = """
SELECT request_id, user_id, state, hold_nano, actual_nano, provider_request_id,
    dispatched_at IS NOT NULL, deadline_at IS NOT NULL, is_estimated
FROM jobs JOIN requests ON requests.id = request_id
"""
OPEN = "SELECT id, kept_at FROM requests WHERE delivered_at IS NULL ORDER BY created_at"
NEEDED = """
SELECT digest FROM pictures WHERE deleted_at IS NULL
UNION
SELECT digest FROM request_inputs JOIN requests ON requests.id = request_id
WHERE delivered_at IS NULL OR EXISTS (
    SELECT 1 FROM jobs JOIN pictures ON pictures.job_id = jobs.id
    WHERE jobs.request_id = requests.id AND pictures.deleted_at IS NULL
)
UNION
SELECT preset_files.digest FROM preset_files LEFT JOIN pictures ON pictures.number = picture_number
WHERE deleted_at IS NULL
"""


HIDDEN = """
SELECT pictures.number FROM pictures JOIN jobs ON jobs.id = job_id JOIN requests ON requests.id = request_id
LEFT JOIN publications ON picture_number = pictures.number AND posted_at IS NOT NULL
WHERE private AND picture_number IS NULL
"""


class Booked(NamedTuple):
    """A job in the books; amounts in nano-dollars.

    Attributes:
        caller: by which the image API knows its member.
        was_unknown: whether nobody knew, at some time, what had come of it.
        is_estimated: whether it was charged although the provider did not say what it took.
    """

    request: str
    caller: str
    state: str
    hold_nano: int
    actual_nano: int | None
    provider_id: str | None
    was_sent: bool
    was_unknown: bool
    is_estimated: bool


class Books(Findings):
    """A copy of the house's database, and every job in it."""

    def __init__(self, house: House, folder: Path) -> None:
        super().__init__(house, folder)
        with closing(sqlite3.connect(folder / "atelier.sqlite3")) as connection:
            ((key,),) = connection.execute("SELECT value FROM state WHERE key = ?", (SAFETY_KEY,))
            self.jobs = [
                Booked(request, safety_identifier(bytes.fromhex(key), user_id), *rest)
                for request, user_id, *rest in connection.execute(JOBS)
            ]
            self.open_requests = connection.execute(OPEN).fetchall()
            self.hidden = {number for (number,) in connection.execute(HIDDEN)}
            self.needed = {digest for (digest,) in connection.execute(NEEDED)}
            self.rows = {
                table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - its own names
                for table in TABLES
            }


def after_a_death(house: House, books: Books, budget_nano: int) -> Iterator[str]:
    """What is wrong in the books that a bot left behind, whatever it was about to do."""
    yield from (f"damaged: {row}" for row in books.damage)
    yield from (f"{name}: {rows[:SAMPLE]}" for name, rows in books.faults.items())
    if books.events != books.last_event:
        yield f"there are {books.events} events, and the last is {books.last_event}"
    if books.used > budget_nano + books.overshoot:
        yield f"{books.used} of {budget_nano} nano-dollars are used"
    yield from _calls_without_dispatch(house, books)
    yield from posted_twice(house)


def _calls_without_dispatch(house: House, books: Books) -> Iterator[str]:
    """More calls for one member, those left aside that were refused free, than jobs of theirs that were sent."""
    free = {line.call_id for line in house.images.bill.lines if not line.cost_nano}
    calls = Counter(_caller(call) for call in house.images.calls if call.id not in free)
    sent = Counter(job.caller for job in books.jobs if job.was_sent)
    for caller in calls - sent:
        yield f"{caller} was called for {calls[caller]} times and dispatched {sent[caller]} times"


def _caller(call: Call) -> str:
    return str(call.fields.get("safety_identifier"))


def posted_twice(house: House) -> Iterator[str]:
    """Answers to one request that stand, or stood, more than once among the regular messages."""
    found: dict[str, list[Message]] = defaultdict(list)
    for channel in channels_of(house):
        for message in channel.history:
            if message.author is house.discord.bot and len(str(message.nonce or "")) > CHECKSUM:
                found[str(message.nonce)].append(message)
    for nonce, messages in found.items():
        if len(messages) > 1:
            yield f"{nonce} was posted {len(messages)} times: {[message.content[:80] for message in messages]}"


def at_the_end(house: House, books: Books, is_excused: Callable[[Invocation], bool]) -> Iterator[str]:
    """What is wrong once all is done: the books are not the bill, somebody waits, something was left lying.

    `is_excused` tells of an interaction that nobody could answer.
    """
    if pending := [job for job in books.jobs if job.state in PENDING]:
        yield f"{len(pending)} jobs are still open: {pending[:SAMPLE]}"
    if books.open_requests:
        yield f"{len(books.open_requests)} requests are not answered: {books.open_requests[:SAMPLE]}"
    yield from _unlike_the_bill(house, books)
    yield from _left_waiting(house, is_excused)
    for message in (message for channel in channels_of(house) for message in channel.history):
        if message.author is house.discord.bot and REFERENCE in message.content:
            yield f"nobody foresaw: {message.content!r}"


def _unlike_the_bill(house: House, books: Books) -> Iterator[str]:
    """Each settled job is billed at its cost, to the nano-dollar; what else is billed, an unknown one held."""
    billed = {line.call_id: line for line in house.images.bill.charged}
    for job in books.jobs:
        if job.state != "settled" or job.provider_id is None:
            continue
        line = billed.pop(job.provider_id, None)
        charged = job.actual_nano or 0
        if line is None or (charged < line.cost_nano if job.is_estimated else charged != line.cost_nano):
            yield f"{job} is billed as {line}"
    callers = {call.id: _caller(call) for call in house.images.calls}
    left: dict[str, list[int]] = defaultdict(list)
    for line in billed.values():
        left[callers[line.call_id]].append(line.cost_nano)
    for caller, costs in left.items():
        holds = sorted((job.hold_nano for job in books.jobs if job.was_unknown and job.caller == caller), reverse=True)
        is_held = len(costs) <= len(holds) and all(map(le, sorted(costs, reverse=True), holds))
        if not is_held:
            yield f"{costs} are billed for {caller}, and held are {holds}"


def _left_waiting(house: House, is_excused: Callable[[Invocation], bool]) -> Iterator[str]:
    waiting = [
        f"{channel.name} {message.id} {'thinking' if message.loading else repr(message.content[:100])}"
        for channel in channels_of(house)
        for message in channel.history
        if message.author is house.discord.bot and not message.deleted
        if message.loading or (message.content.startswith(PROGRESS) and not message.content.startswith(PANELS))
    ]
    if waiting:
        yield f"{len(waiting)} messages still say that something comes: {waiting[:SAMPLE]}"
    unanswered = [
        f"{invocation.id} {invocation.name} of {invocation.user.name}"
        for invocation in house.discord.invocations
        if invocation.answer is None and invocation.kind is not InvocationKind.AUTOCOMPLETE
        if not is_excused(invocation)
    ]
    if unanswered:
        yield f"{len(unanswered)} were not answered although all was well: {unanswered[:SAMPLE]}"


def left_lying(house: House, books: Books, temporary: Path) -> Iterator[str]:
    """Files that nobody needs, and needed ones that are gone; after a sweep for which all were old enough."""
    kept = {path.stem for path in house.kept_files() if path.suffix == ".bin"}
    rest = [path.name for path in house.kept_files() if path.suffix != ".bin"]
    if rest:
        yield f"unfinished files: {rest[:SAMPLE]}"
    if kept - books.needed:
        yield f"{len(kept - books.needed)} of {len(kept)} files are needed by nobody"
    if books.needed - kept:
        yield f"{len(books.needed - kept)} of {len(books.needed)} files are gone"
    lying = [path.name for path in temporary.iterdir() if not _is_font_list(path)]
    if lying:
        yield f"temporary files: {lying[:SAMPLE]}"


def _is_font_list(path: Path) -> bool:
    """Whether a folder holds nothing else: a killed bot leaves it to whoever cleans temporary folders."""
    return path.name.startswith(FONTS) and all(each.name.startswith("fontlist") for each in path.iterdir())


def shown_to_all(house: House, books: Books) -> Iterator[str]:
    """Private pictures that stand where others than their owner see them; after a start that has brought all up."""
    for channel in channels_of(house):
        for message in channel.messages:
            shown = {number_in(each.filename) for each in message.attachments}
            is_ours = message.author is house.discord.bot and message.only_for is None and channel.guild is not None
            if is_ours and (wrong := shown & books.hidden):
                yield f"{wrong} are private, and stand in {channel.name}: {message.content[:80]!r}"


def channels_of(house: House) -> Iterator[Channel]:
    """Every place where the bot can say something."""
    for server in house.discord.servers:
        yield from server.channels
        yield from server.guild.threads
        for member in server.members.values():
            yield member.direct_channel
