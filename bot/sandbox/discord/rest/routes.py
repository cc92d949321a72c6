"""What a route is: a path, who may call it, which bucket it uses, and the function that answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.discord.wire.json_values import Json, as_id, as_object

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bot.sandbox.discord.wire.rate_limits import Turn
    from bot.sandbox.discord.wire.traffic import SentFile


@dataclass(frozen=True)
class Call:
    """A request as a route sees it.

    Attributes:
        path: the whole path.
        body: the parsed JSON, also of ``payload_json``.
        files: what came with it.
        query: the parameters after the question mark.
    """

    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    files: Sequence[SentFile] = ()

    @property
    def fields(self) -> Json:
        """The body as an object."""
        return as_object(self.body)

    def id(self, name: str) -> int | None:
        """An id in the path; None when it is not one."""
        return as_id(self.parameters.get(name))


@dataclass(frozen=True)
class Reply:
    """An answer: JSON, a file's bytes, or nothing (204); `headers` go with it beside those of its kind."""

    body: Any = None
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


NO_CONTENT = Reply(status=204)


@dataclass(frozen=True)
class Route:
    """A route.

    Attributes:
        path: below ``/api/v10``, with ``{names}``.
        needs_token: False where the path itself holds a token.
        bucket: uses the route's rate limit, if it has one.
    """

    method: str
    path: str
    answer: Callable[[Call], Awaitable[Reply]]
    needs_token: bool = True
    bucket: Callable[[Call], Turn | None] | None = None
