"""Jobs as a report tells them, and their sums by whatever is asked. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.services.calendar import Window, window_edges
from bot.services.ledger import ChargeState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from zoneinfo import ZoneInfo

WORDS = "words"  # the outcome of what was answered in words alone
CLOSED = frozenset({ChargeState.SETTLED.value, ChargeState.RELEASED.value})


class Grouping(StrEnum):
    """By what the jobs of a report are summed."""

    MEMBER = "member"
    MODEL = "model"
    DAY = "day"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class ReportedJob:
    """A job in a report. Ids are text, for many programs round large numbers. Times are seconds since 1970 (UTC).

    Attributes:
        actual_nano: what it was settled at; None if it was not.
        adjusted_nano: the sum of what leads corrected after it was closed; may be negative.
        counted_nano: what counts of it: an open job's hold, a closed one's cost with its adjustments.
        installation_nano: what the installation's budget counts of it: the same, but for adjustments of what the
            provider itself reported, which are the leads' view and leave that budget alone.
        images: pictures that count: held, or made, with adjustments.
        channel_id: where it was asked.
        parent_channel_id: of a thread, the channel that it belongs to; else None.
        outcome: a short word for how it ended, or None.
        picture: the number that people see, or None if there is no picture.
        usage_text_input: tokens that the provider reported, or None; the three below too.
        resolved_by: the lead who closed it, or None.
        adjusted_by: the lead who adjusted it last, or None.
        zone: the name of the time zone that its server has now.
    """

    id: str
    state: str
    hold_nano: int
    actual_nano: int | None
    adjusted_nano: int
    counted_nano: int
    installation_nano: int
    overshoot_nano: int
    images: int
    server_id: str
    channel_id: str
    parent_channel_id: str | None
    user_id: str
    model: str
    size: str
    quality: str
    outcome: str | None
    picture: int | None
    usage_text_input: int | None
    usage_image_input: int | None
    usage_image_output: int | None
    usage_text_output: int | None
    provider_request_id: str | None
    resolved_by: str | None
    adjusted_by: str | None
    reserved_at: int
    closed_at: int | None
    zone: str

    @property
    def is_closed(self) -> bool:
        """Whether it is certain what it cost."""
        return self.state in CLOSED

    @property
    def pool_id(self) -> str:
        """The channel whose budget it draws on: threads draw on their channel's."""
        return self.parent_channel_id or self.channel_id


@dataclass(frozen=True, slots=True)
class Total:
    """All jobs in one state: how many, and what counts of them."""

    jobs: int = 0
    nano: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """What some jobs come to. Charged, held and unknown are apart from each other; budgets count all three together.

    Attributes:
        settled_nano: charged, adjustments included.
        installation_nano: charged, as the installation's budget counts it.
        adjusted_nano: what of that is adjustments; may be negative.
        held_nano: held for jobs that wait or run.
        unknown_nano: held for jobs of which nobody knows whether they are billed.
        job_count: jobs in any state.
        held_count: jobs that wait or run.
        unknown_count: jobs of unknown outcome.
        picture_count: jobs that made a picture, also one that was deleted since.
        unmade_count: closed jobs that made none and were not answered in words.
        words_count: closed jobs that were answered in words alone.
    """

    settled_nano: int
    installation_nano: int
    adjusted_nano: int
    held_nano: int
    unknown_nano: int
    job_count: int
    held_count: int
    unknown_count: int
    picture_count: int
    unmade_count: int
    words_count: int = 0

    @property
    def picture_nano(self) -> int | None:
        """What was charged for each picture on average, rounded half up; None if there is none."""
        if not self.picture_count:
            return None
        return (2 * self.settled_nano + self.picture_count) // (2 * self.picture_count)


@dataclass(frozen=True, slots=True)
class Group:
    """The jobs that share a key: a member's or channel's id, a model's id, or a day (``2026-11-20``)."""

    key: str
    sums: Sums


def grouped(jobs: Iterable[ReportedJob], by: Grouping, zone: ZoneInfo) -> tuple[Group, ...]:
    """The jobs by what they share: days in their order, anything else with the highest charge first."""
    key_of = _key(by, zone)
    shared: defaultdict[str, list[ReportedJob]] = defaultdict(list)
    for job in jobs:
        shared[key_of(job)].append(job)
    groups = [Group(key, sums_of(members)) for key, members in sorted(shared.items())]
    if by is not Grouping.DAY:
        groups.sort(key=lambda group: (-group.sums.settled_nano, -group.sums.held_nano - group.sums.unknown_nano))
    return tuple(groups)


def sums_of(jobs: Sequence[ReportedJob]) -> Sums:
    """What these jobs come to."""
    unknown = [job.counted_nano for job in jobs if job.state == ChargeState.UNKNOWN]
    closed = [job for job in jobs if job.is_closed]
    held = [job.counted_nano for job in jobs if job.state in {ChargeState.RESERVED, ChargeState.DISPATCHED}]
    pictures = sum(job.picture is not None for job in jobs)
    words = sum(job.outcome == WORDS for job in closed)
    return Sums(
        settled_nano=sum(job.counted_nano for job in closed),
        installation_nano=sum(job.installation_nano for job in closed),
        adjusted_nano=sum(job.adjusted_nano for job in closed),
        held_nano=sum(held),
        unknown_nano=sum(unknown),
        job_count=len(jobs),
        held_count=len(held),
        unknown_count=len(unknown),
        picture_count=pictures,
        unmade_count=sum(job.picture is None for job in closed) - words,
        words_count=words,
    )


def sums_in(groups: Iterable[Group]) -> Sums:
    """What some groups come to together."""
    parts = [astuple(group.sums) for group in groups]
    return Sums(*map(sum, zip(*parts, strict=True))) if parts else sums_of(())


def _key(by: Grouping, zone: ZoneInfo) -> Callable[[ReportedJob], str]:
    if by is Grouping.DAY:
        return _Days(zone).name
    keys: dict[Grouping, Callable[[ReportedJob], str]] = {
        Grouping.MEMBER: lambda job: job.user_id,
        Grouping.MODEL: lambda job: job.model,
        Grouping.CHANNEL: lambda job: job.pool_id,
    }
    return keys[by]


class _Days:
    """Names the day in whose window a job is counted; remembers the last, for jobs come in their order."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._start = self._end = 0
        self._name = ""

    def name(self, job: ReportedJob) -> str:
        if not self._start <= job.reserved_at < self._end:
            self._start, self._end = window_edges(Window.DAY, job.reserved_at, self._zone)
            middle = (self._start + self._end) // 2  # far from edges that clocks may have moved
            self._name = datetime.fromtimestamp(middle, self._zone).date().isoformat()
        return self._name
