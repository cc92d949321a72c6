"""From an interaction or a reply to the studio: acknowledged in time, refused in private while that is possible."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import discord
import structlog

from bot.delivery import MessageDelivery
from bot.delivery.responder import Responder
from bot.discord_ui.request_context import Asker, RequestContext, answer_double, by_interaction
from bot.errors import DatabaseError, LimitReachedError, NotAcceptingError, RequestRefused, UserFacingError
from bot.inputs import Gatherer, Sources, check_declared
from bot.language import phrase
from bot.presentation.offers import BEING_TAKEN, TOO_OLD, used_text
from bot.presentation.restart import stopping_text
from bot.services.requests import cuts_story
from bot.services.turns import Member

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from bot.delivery import Buttons
    from bot.inputs import Kept
    from bot.services.admission import Admission
    from bot.services.catalog import Catalog
    from bot.services.gallery import FileHolds
    from bot.services.jobs import Delivery, Studio
    from bot.services.ledger import Destination, Notes, Order, Requests
    from bot.services.policy import Requester
    from bot.services.quotas import BudgetAlerts
    from bot.services.requests import ImageRequest, StoredImage

CLOSING = 10.0  # seconds that a shutdown waits for requests that are being accepted
GRACE = 1.5  # seconds in which a refusal can still be private; Discord waits 3 for the first answer
DOUBLE = timedelta(seconds=1)  # within which the same press is the same wish
MOST_REMEMBERED = 500  # presses
NOTHING = Sources()
STORY_CUT = phrase("What it was made from was said in many words: only a part of them is sent along.")
OFFER = "offer:"  # begins the name of a note; the offer's id follows
# The same, of what was said in the command that opened a preset's dialog, and of what was typed in a refused one.
SAID_BEFORE, DRAFT = "preset-use:", "preset-draft:"
OFFERED_FOR = timedelta(days=30)  # after which an offer is not taken up any more, and nobody remembers whether it was

_log = structlog.stdlib.get_logger(__name__)


def oldest_offer(now: float) -> int:
    """Offers with ids below this are too old."""
    return discord.utils.time_snowflake(datetime.fromtimestamp(now, UTC) - OFFERED_FOR)


class Intake:
    """Takes requests and hands them to the studio."""

    def __init__(
        self,
        client: discord.Client,
        studio: Studio,
        admission: Admission,
        catalog: Catalog,
        requests: Requests,
        file_holds: FileHolds,
        buttons: Buttons,
        budget_alerts: BudgetAlerts,
        notes: Notes,
        clock: Callable[[], float],
    ) -> None:
        """Args: `notes` remember which offers were taken up."""
        self._client = client
        self._studio = studio
        self._admission = admission
        self._catalog = catalog
        self._requests = requests
        self._gatherer = Gatherer(client, catalog, requests, file_holds)
        self._buttons = buttons
        self._budget_alerts = budget_alerts
        self._notes = notes
        self._clock = clock
        self._at_work: set[asyncio.Task[None]] = set()
        self._gathering: set[asyncio.Timeout] = set()
        self._is_closing = False
        self._pressed: OrderedDict[str, datetime] = OrderedDict()
        self._taking: set[int] = set()

    async def take(
        self,
        interaction: discord.Interaction,
        request: ImageRequest,
        sources: Sources = NOTHING,
        *,
        private: bool,
        asker: Asker | None = None,
        offer: int | None = None,
    ) -> None:
        """Ask the leads' rules, gather what the request starts from, reserve, acknowledge, queue.

        The asker is whoever acts, unless given. What is known within `GRACE` seconds is refused before the deferral, so
        that only the member sees it: the rules are, for policies are in memory.

        An `offer` is the id of the question or the dialog that was answered, where that promised one payment: it is
        taken up once, also over restarts.

        Raises:
            UserFacingError: nothing was reserved.
        """
        press = _press_of(interaction)
        if self._is_double(press, interaction.created_at):
            await answer_double(interaction)
            return
        context = by_interaction(interaction, private=private, asker=asker)
        try:
            if offer is None:
                await self.take_by(context, request, sources)
            else:
                await self._take_once(offer, context, request, sources)
        except UserFacingError:
            self._pressed.pop(press, None)  # nothing is being made: who presses once more means it
            raise

    @asynccontextmanager
    async def kept(
        self, interaction: discord.Interaction, sources: Sources, kept: Sequence[StoredImage] = ()
    ) -> AsyncGenerator[Kept]:
        """Pictures for later requests, held until this is left: see `Gatherer.keep`."""
        member = Member(interaction.guild_id or 0, interaction.user.id)
        async with self._gatherer.keep(sources, kept, member) as found:
            yield found

    async def refuse_used(self, request_id: str) -> None:
        """Say what came of a request, where no other is made in its place.

        Raises:
            RequestRefused: there is one.
        """
        order = await self._requests.get(request_id)
        if order is not None:
            raise RequestRefused(used_text(order, await self._requests.messages(order.id)))

    async def take_by(self, context: RequestContext, request: ImageRequest, sources: Sources = NOTHING) -> None:
        """As `take`, whatever the request came by.

        Raises:
            UserFacingError: nothing was reserved.
        """
        work = asyncio.create_task(self._take(context, request, sources))
        self._at_work.add(work)  # never cancelled: what it has reserved it hands on or gives back itself
        work.add_done_callback(self._ended)
        await asyncio.wait({work}, timeout=GRACE)
        if not work.done():
            await context.answer_in_time()
        await asyncio.shield(work)

    async def close(self) -> None:
        """Give up what is being gathered, whose members are told; wait for what is being accepted."""
        self._is_closing = True
        for gathering in self._gathering:
            gathering.reschedule(asyncio.get_running_loop().time())
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=CLOSING)

    def reopen(self, request: Order) -> Delivery:
        """The delivery of a request that an earlier process left behind."""
        return self._delivery(request.id, request.request, request.requester, request.destination)

    async def _take_once(self, offer: int, context: RequestContext, request: ImageRequest, sources: Sources) -> None:
        """Whose request is noted before it is reserved: only one that then is kept has used the offer up."""
        if offer < oldest_offer(self._clock()):
            raise RequestRefused(TOO_OLD)
        if offer in self._taking:
            raise RequestRefused(BEING_TAKEN)
        self._taking.add(offer)
        try:
            taken_by = await self._notes.get(f"{OFFER}{offer}")
            if taken_by is not None:
                await self.refuse_used(taken_by)
            await self._notes.put(f"{OFFER}{offer}", context.id)
            await self.take_by(context, request, sources)
        finally:
            self._taking.discard(offer)

    async def _take(self, context: RequestContext, request: ImageRequest, sources: Sources) -> None:
        """Submit; whatever was shown of it is withdrawn where nothing comes of it."""
        try:
            await self._submit(context, request, sources)
        except BaseException as error:
            if isinstance(error, LimitReachedError):
                self._budget_alerts.request_refused(context.asker.requester, error.shortfall)
            await context.withdraw()
            if isinstance(error, DatabaseError):  # what was reserved by then is given back
                raise NotAcceptingError(
                    phrase(
                        "{reason}, so this was not begun. Nothing was charged. {cure}",
                        reason=error.reason,
                        cure=error.cure,
                    )
                ) from error
            raise

    async def _submit(self, context: RequestContext, request: ImageRequest, sources: Sources) -> None:
        requester = context.asker.requester
        await self._admit(context.asker, request, sources.count + len(request.references))
        check_declared(sources, self._catalog.model(request.model), request.references)
        if sources.downloads:  # what is refused anyway is not downloaded first
            foreseen = request.with_references([*sources.foreseen, *request.references])
            await self._studio.check(foreseen, requester)
        async with AsyncExitStack() as held:
            if sources.downloads:
                held.enter_context(self._studio.room(context.id, request.count, requester))
            member = Member(requester.server_id, requester.user_id)
            async with self._gathering_of(request):
                gathering = self._gatherer.gather(request, sources, member, context.say)
                gathered = await held.enter_async_context(gathering)
            ready = replace(gathered.request, moderation=await self._admission.moderation(requester)).as_drawn
            await self._admit(context.asker, ready, len(ready.references))  # its size may have followed the picture
            notes = [*gathered.notes, *([STORY_CUT] if cuts_story(ready.change, ready.story) else [])]
            delivery = self._delivery(context.id, ready, requester, context.destination, context.acknowledge, notes)
            await self._studio.submit(context.id, ready, requester, delivery)

    @asynccontextmanager
    async def _gathering_of(self, request: ImageRequest) -> AsyncGenerator[None]:
        """While this is done, a shutdown gives it up.

        Raises:
            NotAcceptingError: it did; the sentence gives the words back.
        """
        if self._is_closing:  # since it was looked whether there is room
            raise NotAcceptingError(stopping_text(request.prompt))
        given_up = asyncio.timeout(None)
        try:
            async with given_up:
                self._gathering.add(given_up)
                yield
        except TimeoutError:
            if not given_up.expired():
                raise
            raise NotAcceptingError(stopping_text(request.prompt)) from None
        finally:
            self._gathering.discard(given_up)

    def _is_double(self, press: str, pressed_at: datetime) -> bool:
        """Whether the same was sent a moment ago and is being made: nobody pays twice by a double click."""
        if not press:
            return False
        before = self._pressed.pop(press, None)
        self._pressed[press] = pressed_at
        if len(self._pressed) > MOST_REMEMBERED:
            self._pressed.popitem(last=False)
        return before is not None and abs(pressed_at - before) < DOUBLE

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
            Responder(self._client, requester, destination, request_id, maybe_sent=acknowledge is None),
            request_id,
            request=request,
            model_title=self._catalog.title_of(request.model),
            buttons=self._buttons,
            acknowledge=acknowledge,
            notes=notes,
            clock=self._clock,
        )


def _press_of(interaction: discord.Interaction) -> str:
    """Who has pressed or sent what, and where; nothing for commands, which are typed and so never doubles."""
    if interaction.type not in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
        return ""
    message_id = None if interaction.message is None else interaction.message.id
    return repr((interaction.user.id, message_id, interaction.data))
