"""Working doubles of what the services ask for, and a house in which they meet the real ledger."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from typing_extensions import override

from bot.services.admission import Admission, Clearance
from bot.services.catalog import Catalog, MainTokens, ToolTokens, Usage
from bot.services.gallery import FileHolds
from bot.services.jobs import (
    Answers,
    Begun,
    BufferedBlobs,
    Cancellations,
    CheckedPicture,
    Discards,
    Downtime,
    Drawn,
    FinishedImage,
    Generation,
    InputImage,
    JobRunner,
    Outage,
    Outcomes,
    PartialImage,
    Pausing,
    PendingWrites,
    PictureReceiver,
    Posted,
    Preview,
    ProviderAccount,
    Recovery,
    Reply,
    Result,
    Stores,
    Studio,
    TurnCalls,
    UnreadablePictureError,
    line_of,
)
from bot.services.jobs.live_requests import Recall
from bot.services.ledger import Destination, Order, Picture, Reservation
from bot.services.policy import Decisions, Limit, Requester, buckets_touched
from bot.services.quotas import Accounts
from bot.services.requests import ImageRequest, pricing
from bot.services.turns import GenerationProgress, Measurements, Pace
from bot.storage import Database, SqliteAudit, SqliteLedger, SqlitePolicies, SqliteRequests, State
from bot.storage.database.restoration import SqliteGoneBack
from bot.storage.ledger.durations import SqlitePast

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from bot.errors import ImageFailure, UserFacingError
    from bot.services.jobs.provider_account import Call
    from bot.services.ledger import Bounds, Settlement, WordsSettlement
    from bot.services.policy import Pause

CATALOG = Catalog.load()
NOON = 1_795_176_000  # 2026-11-20 12:00 UTC
USAGE = Usage(text_input=12, image_input=0, image_output=400)
MAIN = MainTokens(1_000, 50)
PAUSED = (-1, 0.0)  # stands in `RecordingDelivery.lines` for a pause
UNREADABLE = b"no picture at all"
MIA = Requester(server_id=1, channel_id=2, user_id=3)
BEN = Requester(server_id=1, channel_id=2, user_id=4)
PLACE = Destination(application_id=9, interaction_token="token", expires_at=NOON + 900, message_id=None, private=False)

# What the provider does in one call, step by step: yield, wait for the event, await the function, or raise.
Step = PartialImage | FinishedImage | asyncio.Event | Exception
Act = tuple[Step, ...]


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so; a test that waits in vain fails."""
    async with asyncio.timeout(300):
        while not true():  # noqa: ASYNC110 - any condition, without an event of its own
            await asyncio.sleep(0.002)


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    """The same for what has to be asked for."""
    async with asyncio.timeout(300):
        while not await true():  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.002)


def finished(content: bytes = b"a fox", usage: Usage | None = USAGE) -> FinishedImage:
    """A completed picture."""
    return FinishedImage(content, usage, "req_1")


class Clock:
    """Seconds since 1970 that pass only when told."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of the provider."""

    request: ImageRequest
    inputs: tuple[InputImage, ...]
    safety_identifier: str


class Talker:
    """Fulfils `ConversationProvider`: plays one act per turn, and words when the script is at its end.

    Attributes:
        acts: what comes of the next turns, one each.
        asked: every turn.
        found: what became of the turns that are asked for, by their responses' ids; a failure is raised.
    """

    def __init__(self) -> None:
        self.acts: deque[tuple[Begun | PartialImage | Reply | Exception, ...]] = deque()
        self.asked: list[Asked] = []
        self.found: dict[str, Reply | Exception] = {}

    async def answer(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[Begun | PartialImage | Reply]:
        self.asked.append(Asked(request, tuple(inputs), safety_identifier))
        for step in self.acts.popleft() if self.acts else (reply(),):
            if isinstance(step, Exception):
                raise step
            yield step

    async def recover(self, response_id: str) -> Reply:
        found = self.found[response_id]
        if isinstance(found, Exception):
            raise found
        return found


def reply(words: str = "Which one?", *pictures: bytes, **more: Any) -> Reply:  # noqa: ANN401 - fields of a reply
    """How a turn is answered, with what both models report."""
    drawn = tuple(Drawn(content, "a fox, told") for content in pictures)
    tool = ToolTokens(Usage(12, 0, 400 * len(pictures))) if pictures else None
    return replace(Reply("resp_1", words, drawn, MAIN, tool), **more)


class ScriptedProvider:
    """Fulfils `ImageProvider`: plays one act per call, and a fox when the script is at its end.

    Attributes:
        asked: every call.
        running: calls whose stream is open.
    """

    def __init__(self, *acts: Act) -> None:
        self._acts = deque(acts)
        self._streams: list[AsyncGenerator[PartialImage | FinishedImage]] = []
        self.asked: list[Asked] = []
        self.running = 0

    def make(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage]:
        self.asked.append(Asked(request, tuple(inputs), safety_identifier))
        stream = self._play(self._acts.popleft() if self._acts else (finished(),))
        self._streams.append(stream)  # so that nobody closes it by forgetting it
        return stream

    async def _play(self, act: Act) -> AsyncGenerator[PartialImage | FinishedImage]:
        self.running += 1
        try:
            for step in act:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        finally:
            self.running -= 1


class MemoryBlobs:
    """Fulfils `BlobStore` in memory; `trouble` is raised by the next attempts to put, and when it is tried out."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.trouble: deque[Exception] = deque()

    async def try_out(self) -> None:
        if self.trouble:
            raise self.trouble.popleft()

    async def put(self, content: bytes) -> str:
        await self.try_out()
        digest = hashlib.sha256(content).hexdigest()
        self.kept[digest] = content
        return digest

    async def get(self, digest: str) -> bytes | None:
        return self.kept.get(digest)

    async def delete(self, digest: str) -> None:
        self.kept.pop(digest, None)


class MemoryJournal:
    """Fulfils `Journal` in memory; `trouble` is raised by the next attempts to add."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.trouble: deque[OSError] = deque()

    async def add(self, entry: str) -> None:
        if self.trouble:
            raise self.trouble.popleft()
        self.lines.append(entry)

    async def entries(self) -> Sequence[str]:
        return tuple(self.lines)

    async def clear(self) -> None:
        self.lines.clear()


class RecordingDelivery:
    """Fulfils `Delivery` and remembers what it was told.

    Attributes:
        lines: places in line and waits, in seconds, in the order in which they were told; and `PAUSED`.
        pauses: what was told with each `PAUSED`.
        drawings: how far it was, each time that was told.
        left: how often it was left to the next start.
        discards: how often it was told that nobody is to see what comes.
        problems: raised by the next attempts to answer, one each.
        posted: what is told of the next results.
        untidy: how often tidying up does not help; `tidying` is raised before.
        refusal: raised by the acknowledgement.
        held: lets the acknowledgement wait.
    """

    def __init__(self, destination: Destination = PLACE) -> None:
        self.destination_now = destination
        self.acknowledged = 0
        self.lines: list[tuple[int, float]] = []
        self.pauses: list[Pause | Downtime | str] = []
        self.previews: list[Preview] = []
        self.generating_told: list[GenerationProgress] = []
        self.left = self.discards = 0
        self.results: list[Result] = []
        self.renewed: list[tuple[Result, Posted]] = []
        self.errors: list[UserFacingError] = []
        self.attempts = 0
        self.posted: Posted | None = None
        self.tidying: deque[Exception] = deque()
        self.tidied = self.untidy = 0
        self.problems: deque[Exception] = deque()
        self.refusal: BaseException | None = None
        self.held: asyncio.Event | None = None

    @property
    def destination(self) -> Destination:
        return self.destination_now

    @property
    def answered(self) -> bool:
        return bool(self.results or self.errors)

    async def accepted(self) -> Destination:
        if self.held is not None:
            await self.held.wait()
        if self.refusal is not None:
            raise self.refusal
        self.acknowledged += 1
        self.destination_now = replace(self.destination_now, message_id=77)
        return self.destination_now

    def queued(self, position: int, wait: float) -> None:
        self.lines.append((position, wait))

    def generating(self, progress: GenerationProgress) -> None:
        self.generating_told.append(progress)

    def discarded(self) -> None:
        self.discards += 1

    def leave(self) -> None:
        self.left += 1

    def paused(self, pause: Pause | Downtime | str) -> None:
        self.lines.append(PAUSED)
        self.pauses.append(pause)

    async def renew(self, result: Result, posted: Posted) -> None:
        self._try()
        self.renewed.append((result, posted))

    def preview(self, preview: Preview) -> None:
        self.previews.append(preview)

    async def done(self, result: Result) -> Posted:
        self._try()
        self.results.append(result)
        return self.posted or Posted(2, (1000 + len(self.results),))

    async def failed(self, error: UserFacingError) -> Posted:
        self._try()
        self.errors.append(error)
        return Posted()

    async def tidy(self) -> bool:
        if self.tidying:
            raise self.tidying.popleft()
        self.tidied += 1
        return self.tidied > self.untidy

    def _try(self) -> None:
        self.attempts += 1
        if self.problems:
            raise self.problems.popleft()


class TroubledLedger(SqliteLedger):
    """The real ledger; `trouble` names steps and what their next calls raise before anything is written."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.trouble: dict[str, deque[Exception]] = {}
        self.calls: list[str] = []

    @override
    async def reserve(self, order: Reservation) -> Order:
        self._meet_trouble("reserve")
        return await super().reserve(order)

    @override
    async def dispatch(self, job_id: str, at: int, bounds: Bounds | None = None) -> None:
        self._meet_trouble("dispatch")
        await super().dispatch(job_id, at, bounds)

    @override
    async def retract(self, job_id: str, code: str, at: int) -> None:
        self._meet_trouble("retract")
        await super().retract(job_id, code, at)

    @override
    async def settle(self, job_id: str, settlement: Settlement, at: int) -> Picture:
        self._meet_trouble("settle")
        return await super().settle(job_id, settlement, at)

    @override
    async def settle_words(self, job_id: str, settlement: WordsSettlement, at: int) -> None:
        self._meet_trouble("settle_words")
        await super().settle_words(job_id, settlement, at)

    @override
    async def release(self, job_id: str, failure: str, code: str, at: int) -> None:
        self._meet_trouble("release")
        await super().release(job_id, failure, code, at)

    @override
    async def mark_unknown(self, job_id: str, failure: str, code: str, at: int, deadline_at: int) -> None:
        self._meet_trouble("mark_unknown")
        await super().mark_unknown(job_id, failure, code, at, deadline_at)

    @override
    async def charge_overdue(self, at: int) -> Sequence[str]:
        self._meet_trouble("charge_overdue")
        return await super().charge_overdue(at)

    def _meet_trouble(self, step: str) -> None:
        self.calls.append(step)
        waiting = self.trouble.get(step)
        if waiting:
            raise waiting.popleft()


class TroubledRequests(SqliteRequests):
    """The real store of requests, with the same kind of trouble; those in `gone` are not found any more."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.trouble: dict[str, deque[Exception]] = {}
        self.gone: set[str] = set()

    @override
    async def get(self, request_id: str) -> Order | None:
        self._meet_trouble("get")
        return None if request_id in self.gone else await super().get(request_id)

    @override
    async def with_progress_left(self) -> Sequence[Order]:
        self._meet_trouble("with_progress_left")
        return await super().with_progress_left()

    @override
    async def delivered(
        self,
        request_id: str,
        at: int,
        channel_id: int | None,
        message_ids: Sequence[int],
        *,
        kept: bool = False,
        progress_left: bool = False,
    ) -> None:
        self._meet_trouble("delivered")
        await super().delivered(request_id, at, channel_id, message_ids, kept=kept, progress_left=progress_left)

    @override
    async def delete_pictures(self, request_id: str, at: int) -> Sequence[str]:
        self._meet_trouble("delete_pictures")
        return await super().delete_pictures(request_id, at)

    @override
    async def keep(self, request_id: str, at: int) -> None:
        self._meet_trouble("keep")
        await super().keep(request_id, at)

    def _meet_trouble(self, step: str) -> None:
        waiting = self.trouble.get(step)
        if waiting:
            raise waiting.popleft()


def recall(*, paused: bool = False) -> Recall:
    """A way out that nobody closes; or on which no further call may begin."""
    return Recall(lambda: paused)


async def check_picture(content: bytes) -> CheckedPicture:
    """Fulfils `PictureCheck`: everything is a picture but `UNREADABLE`."""
    if content == UNREADABLE:
        raise UnreadablePictureError("has no header")
    return CheckedPicture("image/png", 1024, 1024)


class Brush:
    """Fulfils `Retouch`: what it makes names its files; while `held`, it waits for that.

    Attributes:
        touched: what it was asked for.
        qualities: and in which quality each.
        problem: raised instead.
        result: made instead.
    """

    def __init__(self) -> None:
        self.touched: list[tuple[bytes, bytes, bytes]] = []
        self.qualities: list[int | None] = []
        self.held: asyncio.Event | None = None
        self.problem: Exception | None = None
        self.result: bytes | None = None

    async def __call__(self, base: bytes, mask: bytes, result: bytes, quality: int | None) -> bytes:
        self.touched.append((base, mask, result))
        self.qualities.append(quality)
        if self.held is not None:
            await self.held.wait()
        if self.problem is not None:
            raise self.problem
        return b"|".join((base, mask, result)) if self.result is None else self.result


def a_request(**changes: object) -> ImageRequest:
    """A small request that the catalog allows."""
    request = ImageRequest(prompt="a fox", model="gpt-image-2.5-flare", size="1024x1024", quality="low")
    return replace(request, **changes)  # type: ignore[arg-type]  # fields by name


class FreeLook:
    """Fulfils `FreeCall`.

    Attributes:
        answer: raised by each look, or None: all is well.
        looks: how many there were.
    """

    def __init__(self) -> None:
        self.answer: ImageFailure | None = None
        self.looks = 0

    async def __call__(self) -> Mapping[str, str | None]:
        self.looks += 1
        if self.answer is not None:
            raise self.answer
        return {"gpt-image-2": "2027-03-01"}


class HeldDoor(ProviderAccount):
    """The account, with a door before it: what has left the line waits there, unsent, while it is `held`."""

    held: asyncio.Event | None = None

    def hold(self) -> None:
        """Let nothing through from now on."""
        self.held = asyncio.Event()

    def let_go(self) -> None:
        """Let through whatever comes from now on; what waits already goes on waiting."""
        self.held = None

    @override
    @asynccontextmanager
    async def calling(self, model: str, server_id: int) -> AsyncGenerator[Call]:
        if self.held is not None:
            await self.held.wait()
        async with super().calling(model, server_id) as call:
            yield call


class House:
    """A studio with all that stands behind it; the provider and the deliveries are doubles, the ledger is real.

    Several houses one after another on one database are a bot that is restarted.
    """

    def __init__(
        self,
        database: Database,
        provider: ScriptedProvider,
        *,
        slots: int,
        timeout: float,
        patience: float,
        pauses: tuple[float, ...],
    ) -> None:
        self.database = database
        self.provider = provider
        self.talker = Talker()
        self.ledger = TroubledLedger(database)
        self.requests = TroubledRequests(database)
        self.blobs = MemoryBlobs()
        self.stores = Stores(
            PendingWrites("files", self.blobs.try_out, pauses=pauses, patience=patience),
            PendingWrites("books", self._write_something, pauses=pauses, patience=patience),
        )
        safe = BufferedBlobs(self.blobs, self.stores.files)
        self.clock = Clock()
        self.limits: tuple[Limit, ...] = ()
        self.pace = Pace(None)
        self.measured = Measurements()
        self.queue = line_of(slots, self.measured, self.pace)
        self.policies = SqlitePolicies(database)
        self.accounts = Accounts(self.ledger, self.policies, lambda _policy, _requester, _at: self.limits, self.clock)
        self.brush = Brush()
        self.free_call = FreeLook()
        self.account = HeldDoor(self.free_call, self.policies, self.clock)
        self.outage = Outage(self.free_call, State(database), self.policies, self.clock)
        self.admission = Admission(
            self.policies, CATALOG.opened(gif=True, svg_author="gpt-6-luna"), allow_retired=True, clock=self.clock
        )
        self.generation = Generation(
            outcomes=Outcomes(
                ledger=self.ledger,
                books=self.stores.books,
                blobs=safe,
                receiver=PictureReceiver(check_picture, self.brush, self.blobs),
                catalog=CATALOG,
                notes=State(database),
                clock=self.clock,
            ),
            clearance=Clearance(self.ledger, self.accounts, self.admission, SqliteAudit(database), self.clock),
            books=self.stores.books,
            blobs=safe,
            provider=provider,
            turns=TurnCalls(self.talker, provider, State(database)),
            pace=self.pace,
            account=self.account,
            outage=self.outage,
            safety_key=b"key",
            timeout=timeout,
        )
        self.answers = Answers(self.requests, self.stores.books, safe, self.accounts, self.clock, patience=(0.0, 0.0))
        self.file_holds = FileHolds(self.requests, self.blobs)
        self.journal = MemoryJournal()
        books = self.stores.books
        self.discards = Discards(State(database), self.journal, self.requests, self.file_holds, books, self.clock)
        self.gone_back = SqliteGoneBack(database)
        job_runner = JobRunner(
            self.queue, self.generation, self.answers, self.stores, self.measured, self.discards.carry_out
        )
        self.recovery = Recovery(
            job_runner=job_runner,
            ledger=self.ledger,
            requests=self.requests,
            policies=self.policies,
            generation=self.generation,
            answers=self.answers,
            books=books,
            gone_back=self.gone_back,
            measured=self.measured,
            past=SqlitePast(database),
            discards=self.discards,
            clock=self.clock,
        )
        self.studio = Studio(
            catalog=CATALOG,
            ledger=self.ledger,
            requests=self.requests,
            accounts=self.accounts,
            queue=self.queue,
            generation=self.generation,
            answers=self.answers,
            stores=self.stores,
            job_runner=job_runner,
            recovery=self.recovery,
            clock=self.clock,
        )
        self.pausing = Pausing(Decisions(self.policies, self.clock), self.studio.job_runner)
        self.cancellations = Cancellations(self.studio.job_runner, self.discards, SqliteAudit(database))
        self.reopened: dict[str, RecordingDelivery] = {}

    async def _write_something(self) -> None:
        await State(self.database).put("last_written", "now")

    def reopen(self, request: Order) -> RecordingDelivery:
        """Fulfils `OpenDelivery`."""
        return self.reopened.setdefault(request.id, RecordingDelivery(request.destination))

    async def kept(self, request_id: str) -> Order:
        """The request as the database has it."""
        found = await self.requests.get(request_id)
        assert found is not None
        return found

    async def states(self, request_id: str) -> list[str]:
        """Where the charges of a request's jobs stand."""
        return [job.state.value for job in (await self.kept(request_id)).jobs]

    async def used(self, limit: Limit, requester: Requester = MIA) -> int:
        """What is settled and held of a limit."""
        buckets = buckets_touched(requester, int(self.clock()), ZoneInfo("UTC"))
        (status,) = await self.ledger.limit_status([limit], buckets, int(self.clock()))
        return status.used

    async def reserved(self, request_id: str, request: ImageRequest | None = None, requester: Requester = MIA) -> Order:
        """A request that is kept and waits, as a crash just after the reservation leaves it."""
        wanted, now = request or a_request(), int(self.clock())
        model = CATALOG.model(wanted.model)
        order = Reservation(
            id=request_id,
            request=wanted,
            requester=requester,
            destination=PLACE,
            hold_nano=pricing.estimate(model, wanted).nano,
            prices=model.priced(),
            at=now,
            buckets=buckets_touched(requester, now, ZoneInfo("UTC")),
            limits=self.limits,
        )
        return await self.ledger.reserve(order)


@asynccontextmanager
async def a_house(
    folder: Path,
    *acts: Act,
    slots: int = 3,
    job_timeout: float = 30.0,
    begun: bool = True,
    patience: float = 60.0,
    pauses: tuple[float, ...] = (0.0,),
) -> AsyncGenerator[House]:
    """A house on the database in `folder`; its studio is started unless `begun` is off, and drained at the end.

    `patience` is how many seconds it waits for what cannot be written before it goes on without, and `pauses` how many
    there are between attempts.
    """
    database = await Database.open(folder / "atelier.sqlite3")
    try:
        provider = ScriptedProvider(*acts)
        house = House(database, provider, slots=slots, timeout=job_timeout, patience=patience, pauses=pauses)
        if begun:
            house.studio.start()
        yield house
        await house.studio.drain(0)
        await house.account.close()
    finally:
        await database.close()
