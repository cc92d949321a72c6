"""Faults on demand: the next requests of a kind fail, are cut off, or take their time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from bot.sandbox.discord.wire.json_values import Json, as_object
from bot.sandbox.discord.wire.refusals import sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.discord.wire.traffic import SentFile
    from bot.sandbox.discord.world.model import Channel


class Way(Enum):
    """A way in which a bot says something: the method, and what the path below ``/api/v10`` looks like."""

    MESSAGE = ("POST", r"^/channels/(?P<channel>\d+)/messages$")
    EDIT = ("PATCH", r"^/channels/(?P<channel>\d+)/messages/\d+$")
    FIRST_ANSWER = ("POST", r"^/interactions/\d+/[^/]+/callback$")
    RESPONSE_EDIT = ("PATCH", r"^/webhooks/\d+/[^/]+/messages/@original$")
    FOLLOW_UP = ("POST", r"^/webhooks/\d+/[^/]+$")
    FOLLOW_UP_EDIT = ("PATCH", r"^/webhooks/\d+/[^/]+/messages/\d+$")
    DIRECT_CHANNEL = ("POST", r"^/users/@me/channels$")


@dataclass(eq=False)
class Fault:
    """What should go wrong, and how often.

    Attributes:
        method: ``GET``, ``POST`` …; None for any.
        path: a regular expression, searched in the path below ``/api/v10``, such as ``/messages/@original$``.
        status: answer with this status; with 429, `retry_after` goes with it.
        retry_after: seconds that a 429 names.
        code: Discord's code in the answer.
        errors: what the answer says about the parts of a body, beside code 50035.
        having: it meets only bodies with one of these, not empty: ``files``, or a field such as ``components``,
            ``embeds`` or ``content``; any body if empty. In a first answer, the fields are those of its ``data``.
        drop: cut the connection instead of answering.
        delay: seconds to wait first.
        after_effect: do what was asked before failing, so that only the answer is lost.
        times: how many requests it meets; None for all.
    """

    path: str = ""
    method: str | None = None
    status: int | None = None
    retry_after: float | None = None
    code: int = 0
    errors: Json | None = None
    having: tuple[str, ...] = ()
    drop: bool = False
    delay: float = 0.0
    after_effect: bool = False
    times: int | None = 1

    @property
    def spoils_the_answer(self) -> bool:
        """Whether the client gets no proper answer (a mere delay does not spoil it)."""
        return self.drop or self.status is not None

    def matches(self, method: str, path: str, body: object = None, files: Sequence[SentFile] = ()) -> bool:
        """Whether it is meant for this request."""
        fields = as_object(body)
        fields = as_object(fields.get("data")) or fields
        held = {key for key, value in fields.items() if value} | ({"files"} if files else set[str]())
        is_meant = not self.having or not held.isdisjoint(self.having)
        return is_meant and self.method in {None, method} and re.search(self.path, path) is not None

    def to_json(self) -> Json:
        """The body of the answer."""
        body: Json = {"message": sentence_of(self.code) or f"{self.status}: asked for by a fault", "code": self.code}
        return body | {"errors": self.errors} if self.errors else body


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let it happen; the first one added that matches is used."""
        self._waiting.append(fault)
        return fault

    def refuse(
        self,
        way: Way,
        code: int,
        *,
        status: int = 403,
        channel: Channel | None = None,
        having: tuple[str, ...] = (),
        errors: Json | None = None,
        times: int | None = None,
    ) -> Fault:
        """Refuse what is said in one way, for good unless `times` says how often.

        Args:
            way: which.
            code: Discord's code: 20009, 50001, 50007, 50013, 50035, 50083, 10003 …
            status: the status beside it.
            channel: only in this channel, which may be somebody's direct messages; only where the path names it.
            having: only bodies with one of these: see `Fault`.
            errors: what the answer says about the parts of a body.
            times: how often; None for always.
        """
        method, path = way.value
        if channel is not None:
            path = path.replace(r"(?P<channel>\d+)", str(channel.id))
        return self.add(Fault(path, method, status=status, code=code, errors=errors, having=having, times=times))

    def remove(self, fault: Fault) -> None:
        """Let this not go wrong any more."""
        self._waiting = [one for one in self._waiting if one is not fault]

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that are still to happen."""
        return tuple(self._waiting)

    def take(self, method: str, path: str, body: object = None, files: Sequence[SentFile] = ()) -> Fault | None:
        """The fault that meets this request, used once."""
        for fault in self._waiting:
            if fault.matches(method, path, body, files):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                return fault
        return None
