"""From an interaction or a reply to the studio: acknowledged in time, refused in private while that is possible."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.delivery import MessageDelivery
from bot.delivery.place import Place
from bot.errors import LimitReachedError
from bot.inputs import Gatherer, Sources
from bot.occasions import Asker, Occasion, by_interaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import discord

    from bot.delivery import Buttons
    from bot.services.admission import Admission
    from bot.services.alerts import Watch
    from bot.services.catalog import Catalog
    from bot.services.delivery import Delivery
    from bot.services.holdings import Holdings
    from bot.services.keeping import Requests
    from bot.services.ledger import Destination, OpenRequest, Requester
    from bot.services.requests import ImageRequest
    from bot.services.studio import Studio

CLOSING = 10.0  # seconds that a shutdown waits for requests that are being accepted
GRACE = 1.5  # seconds in which a refusal can still be private; Discord waits 3 for the first answer
NOTHING = Sources()

_log = structlog.stdlib.get_logger(__name__)


class Intake:
    """Takes requests and hands them to the studio."""

    def __init__(
        self,
        client: discord.Client,
        studio: Studio,
        admission: Admission,
        catalog: Catalog,
        requests: Requests,
        holdings: Holdings,
        buttons: Buttons,
        watch: Watch,
    ) -> None:
        self._client = client
        self._studio = studio
        self._admission = admission
        self._catalog = catalog
        self._gatherer = Gatherer(client, catalog, requests, holdings)
        self._buttons = buttons
        self._watch = watch
        self._at_work: set[asyncio.Task[None]] = set()

    async def take(
        self,
        interaction: discord.Interaction,
        request: ImageRequest,
        sources: Sources = NOTHING,
        *,
        private: bool,
        asker: Asker | None = None,
    ) -> None:
        """Ask the leads' rules, gather what the request starts from, reserve, acknowledge, queue.

        The asker is whoever acts, unless given. What is known within `GRACE` seconds is refused before the deferral, so
        that only the member sees it: the rules are, for policies are in memory.

        Raises:
            UserFacingError: nothing was reserved.
        """
        await self.take_by(by_interaction(interaction, private=private, asker=asker), request, sources)

    async def take_by(self, occasion: Occasion, request: ImageRequest, sources: Sources = NOTHING) -> None:
        """As `take`, by whatever occasion.

        Raises:
            UserFacingError: nothing was reserved.
        """
        work = asyncio.create_task(self._take(occasion, request, sources))
        self._at_work.add(work)  # never cancelled: what it has reserved it hands on or gives back itself
        work.add_done_callback(self._ended)
        await asyncio.wait({work}, timeout=GRACE)
        if not work.done():
            await occasion.answer_in_time()
        await asyncio.shield(work)

    async def close(self) -> None:
        """Wait until what is being accepted was handed on or given back."""
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=CLOSING)

    def reopen(self, request: OpenRequest) -> Delivery:
        """The delivery of a request that an earlier process left behind."""
        return self._delivery(request.id, request.request, request.requester, request.destination)

    async def _take(self, occasion: Occasion, request: ImageRequest, sources: Sources) -> None:
        """Submit; whatever was shown of it is withdrawn where nothing comes of it."""
        try:
            await self._submit(occasion, request, sources)
        except BaseException as error:
            if isinstance(error, LimitReachedError):
                self._watch.request_refused(occasion.asker.requester, error.shortfall)
            await occasion.withdraw()
            raise

    async def _submit(self, occasion: Occasion, request: ImageRequest, sources: Sources) -> None:
        requester = occasion.asker.requester
        await self._admit(occasion.asker, request, sources.count or len(request.references))
        self._gatherer.check_declared(request, sources)
        if sources.downloads:  # what is refused anyway is not downloaded first
            await self._studio.check(request.with_references(sources.foreseen), requester)
        async with self._gatherer.gather(request, sources) as gathered:
            ready = replace(gathered.request, moderation=await self._admission.moderation(requester))
            await self._admit(occasion.asker, ready, len(ready.references))  # its size may have followed the picture
            delivery = self._delivery(
                occasion.id, ready, requester, occasion.destination, occasion.acknowledge, gathered.notes
            )
            await self._studio.submit(occasion.id, ready, requester, delivery)

    async def _admit(self, asker: Asker, request: ImageRequest, references: int) -> None:
        await self._admission.check(request, asker.requester, references=references, joined_at=asker.joined_at)

    def _ended(self, work: asyncio.Task[None]) -> None:
        self._at_work.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:  # told by `take`, unless that failed first
            _log.debug("request not taken", reason=repr(error))

    def _delivery(
        self,
        request_id: str,
        request: ImageRequest,
        requester: Requester,
        destination: Destination,
        acknowledge: Callable[[], Awaitable[int | None]] | None = None,
        notes: Sequence[str] = (),
    ) -> MessageDelivery:
        return MessageDelivery(
            Place(self._client, requester, destination, request_id, maybe_sent=acknowledge is None),
            request_id,
            request=request,
            model_title=self._catalog.title_of(request.model),
            buttons=self._buttons,
            acknowledge=acknowledge,
            notes=notes,
        )
