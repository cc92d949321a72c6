"""A responder that records what is shown by it, and deliveries by it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.delivery.ladder import OutOfReachError
from bot.delivery.message import MessageDelivery
from bot.delivery.responder import Responder
from bot.services.jobs import Posted, Result
from bot.services.policy import Pause
from tests.delivery.errors import refused
from tests.examples import DESTINATION, REQUEST, REQUESTER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.delivery.uploads import Upload
    from bot.services.ledger import Destination
    from bot.services.requests import ImageRequest


PAUSE = Pause(1, 5, "the *bill*.")


class RecordingResponder(Responder):
    """A responder that does nothing but remember: (way, text, files, whether there were buttons).

    Attributes:
        problems: by way, raised by the next calls; False for what is out of reach.
        takes_no_buttons: it refuses them for their form.
        quick: cleared, progress is taken only once the last word was.
        most_bytes: what it takes, whatever limit it tells.
    """

    def __init__(self, destination: Destination = DESTINATION) -> None:
        super().__init__(discord.Client(intents=discord.Intents.none()), REQUESTER, destination, "81")
        self.shown: list[tuple[str, str, Sequence[Upload], bool]] = []
        self.problems: dict[str, list[Exception | bool]] = {}
        self.most_bytes = 10**9
        self.takes_no_buttons = False
        self.quick = asyncio.Event()
        self.quick.set()
        self.limit = 10 * 1024 * 1024

    @property
    def ways(self) -> list[str]:
        return [way for way, *_ in self.shown]

    @property
    @override
    def upload_limit(self) -> int:
        return self.limit

    @override
    async def edit(self, text: str, uploads: Sequence[Upload] = (), view: discord.ui.View | None = None) -> Posted:
        self._show("edit", text, uploads, view)
        self.quick.set()
        return Posted() if self.destination.private else Posted(22, (44,))

    @override
    async def edit_once(self, text: str, uploads: Sequence[Upload] = (), view: discord.ui.View | None = None) -> Posted:
        await self.quick.wait()
        self._show("progress", text, uploads, view)
        return Posted()

    @override
    async def reword(self, text: str) -> Posted:
        self._show("reword", text, (), None)
        return Posted()

    @override
    async def send(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        self._show("send", text, uploads, view)
        return Posted(22, (55,))

    @override
    async def send_direct(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        self._show("direct", text, uploads, view)
        return Posted(77, (66,))

    @override
    async def remove(self) -> bool:
        try:
            self._show("remove", "", (), None)
        except OutOfReachError:
            return False
        return True

    def _show(self, way: str, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> None:
        waiting = self.problems.get(way)
        problem = waiting.pop(0) if waiting else True
        if isinstance(problem, Exception):
            raise problem
        if not problem:
            raise OutOfReachError
        if sum(len(upload.content) for upload in uploads) > self.most_bytes:
            raise refused(413, 40005)
        if view is not None and self.takes_no_buttons:
            raise refused(400, 50035)
        self.shown.append((way, text, uploads, view is not None))


class Row:
    """Fulfils `Buttons`: a new view for every message."""

    offers_cancel = False

    def of_result(self, result: Result) -> discord.ui.View | None:
        assert result.files
        return discord.ui.View(timeout=None)

    def of_words(self, result: Result) -> discord.ui.View | None:
        assert result.answers
        return discord.ui.View(timeout=None)

    def of_progress(self, request_id: str) -> discord.ui.View | None:
        assert request_id == "81"
        return discord.ui.View(timeout=None) if self.offers_cancel else None

    def of_late(self, request_id: str) -> discord.ui.View | None:
        assert request_id == "81"
        return discord.ui.View(timeout=None)

    def of_failure(self, request_id: str, request: ImageRequest) -> discord.ui.View | None:
        assert (request_id, request.prompt) == ("81", REQUEST.prompt)
        return discord.ui.View(timeout=None)


def delivery_by(
    responder: Responder,
    *,
    count: int = 1,
    request: ImageRequest = REQUEST,
    notes: Sequence[str] = (),
    acknowledge: Callable[[], Awaitable[int | None]] | None = None,
    clock: Callable[[], float] = time.time,
) -> MessageDelivery:
    return MessageDelivery(
        responder,
        "81",
        request=replace(request, count=count),
        model_title="Flare",
        buttons=Row(),
        acknowledge=acknowledge,
        notes=notes,
        clock=clock,
    )


def private(expires_in: float = 900) -> Destination:
    return replace(DESTINATION, private=True, expires_at=int(time.time() + expires_in))


async def shown(responder: RecordingResponder, count: int) -> None:
    """Wait until so much was shown."""
    async with asyncio.timeout(300):
        while len(responder.shown) < count:  # noqa: ASYNC110 - the responder has no event of its own
            await asyncio.sleep(0.002)
