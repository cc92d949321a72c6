"""What is kept beside the money, as the services see it: requests, pictures, messages, errands, and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger.orders import Destination, Order
    from bot.services.policy import Requester


class Requests(Protocol):
    """Keeps requests and pictures: what a restart and an old button need."""

    async def get(self, request_id: str) -> Order | None:
        """The request with its jobs, or None."""
        ...

    async def undelivered(self) -> Sequence[Order]:
        """Every request that has not been answered to its end, oldest first."""
        ...

    async def acknowledged(self, request_id: str, destination: Destination) -> None:
        """Remember where progress is shown. A request that is answered already stays as it is."""
        ...

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
        """Remember what was told, and the messages that show it; see `Posted`.

        Messages without a channel are in the request's own. A second time adds the messages that are new.
        The interaction's token is forgotten if nothing is left for it to do.
        """
        ...

    async def keep(self, request_id: str, at: int) -> None:
        """Remember that Discord takes the answer in no way: its member fetches it, or the next start tries again."""
        ...

    async def fetched(self, request_id: str, at: int) -> None:
        """The member has seen what was kept for them."""
        ...

    async def kept_for(self, user_id: int) -> Sequence[Order]:
        """What is kept for a member to fetch, oldest first."""
        ...

    async def with_progress_left(self) -> Sequence[Order]:
        """Every request that is answered, and whose progress message may say still that it goes on; oldest first."""
        ...

    async def tidied(self, request_id: str) -> None:
        """No progress is left; the interaction's token is forgotten."""
        ...

    async def of_picture(self, number: int, server_id: int) -> Order | None:
        """The request that made this picture, if it belongs to this server; also when the picture is deleted."""
        ...

    async def of_own_picture(self, number: int, user_id: int) -> Order | None:
        """The request that made this picture, if this member asked for it, on whatever server."""
        ...

    async def of_message(self, message_id: int) -> Order | None:
        """The request whose result this message shows, or None."""
        ...

    async def messages(self, request_id: str) -> Sequence[tuple[int, int]]:
        """(channel id, message id) of every message that shows the result, oldest first."""
        ...

    async def delete_pictures(self, request_id: str, at: int) -> Sequence[str]:
        """Mark the request's pictures as deleted; return the digests that nothing else uses.

        They are those of its pictures and of its inputs. A second time returns them again, so that a deletion that
        was cut off before the files were gone can be finished. The messages that show them are outdated then.
        """
        ...

    async def delete_picture(self, number: int, at: int) -> Sequence[str]:
        """Mark one picture as deleted; return the digests of its request that nothing else uses, as above."""
        ...

    async def unused(self, digests: Sequence[str]) -> Sequence[str]:
        """Those of the files that no picture shows, no request will send, and no preset starts from."""
        ...


class Notes(Protocol):
    """Keeps small texts by name, over restarts."""

    async def get(self, key: str) -> str | None:
        """The text kept under `key`, or None."""
        ...

    async def put(self, key: str, value: str) -> None:
        """Keep `value` under `key`, instead of what was there."""
        ...

    async def forget(self, beginning: str, before: int) -> None:
        """Forget names that begin so and end in an id of Discord's below `before`: ids rise with time.

        The id of a request that is not answered yet stays, however old.
        """
        ...


class Journal(Protocol):
    """Keeps a few lines beside the books, which may take nothing just then. They are durable at once."""

    async def add(self, entry: str) -> None:
        """Keep one more line.

        Raises:
            OSError: the disk does not take it.
        """
        ...

    async def entries(self) -> Sequence[str]:
        """What is kept, in its order."""
        ...

    async def clear(self) -> None:
        """Keep nothing of it any more."""
        ...


class BlobStore(Protocol):
    """Keeps image files by the SHA-256 of their bytes, unchanged."""

    async def put(self, content: bytes) -> str:
        """Store durably and return the digest in hex. The same bytes are kept once."""
        ...

    async def get(self, digest: str) -> bytes | None:
        """The bytes, or None if they are not kept."""
        ...

    async def delete(self, digest: str) -> None:
        """Forget the bytes; nothing happens if they are not kept."""
        ...


class Leftovers(Protocol):
    """The side of the file store that a sweep sees. Times are in seconds since 1970 (UTC), by the file system."""

    async def untouched(self, since: float, after: str, most: int) -> Sequence[str]:
        """Up to `most` digests of files that were last put before `since`: in order, from the first behind `after`.

        With `after` empty, from the very first.
        """
        ...

    async def delete_untouched(self, digest: str, since: float) -> bool:
        """Forget the bytes, unless they were put again since then; whether they are gone by this call.

        Raises:
            ValueError: `digest` is not one.
        """
        ...

    async def delete_unfinished(self, since: float) -> int:
        """Remove what was left by writes that broke off before `since`; how many files that were."""
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """A command, a button, a dialog, or a member's reply.

    Attributes:
        id: of the interaction or the message, as text.
        at: when it arrived, in seconds since 1970 (UTC).
        words: what was asked for, so that it can be said back; empty where nothing was written.
    """

    id: str
    requester: Requester
    destination: Destination
    at: int
    words: str = ""


class Errands(Protocol):
    """Keeps errands."""

    async def begin(self, errand: Errand) -> bool:
        """Write it down; False, and nothing is written, if it was before."""
        ...

    async def answered(self, errand_id: str, at: int) -> None:
        """Somebody was told, or a request is kept that sees to it: its words and its token are forgotten."""
        ...

    async def unanswered(self) -> Sequence[Errand]:
        """Those that nobody was told of and of which no request is kept, oldest first."""
        ...

    async def forget(self, before: int) -> None:
        """Forget what arrived before: Discord does not repeat it any more."""
        ...
