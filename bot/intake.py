"""From an interaction to the studio: acknowledged in time, refused in private while that is possible."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.delivery import MessageDelivery
from bot.delivery.place import Place
from bot.errors import InputPictureError, LimitReachedError
from bot.pictures import prepare, shown_name
from bot.services.ledger import Destination, Requester
from bot.services.requests import StoredImage, check_references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.delivery import Buttons
    from bot.services.admission import Admission
    from bot.services.alerts import Watch
    from bot.services.catalog import Catalog
    from bot.services.delivery import Delivery
    from bot.services.keeping import BlobStore, Requests
    from bot.services.ledger import OpenRequest
    from bot.services.requests import ImageRequest
    from bot.services.studio import Studio

CLOSING = 10.0  # seconds that a shutdown waits for requests that are being accepted
DOWNLOADS = 4  # files in memory at once, however many members attach some
GRACE = 1.5  # seconds in which a refusal can still be private; Discord waits 3 for the first answer
ALREADY_ACKNOWLEDGED = 40060  # Discord's code
LARGEST_INPUT = 50_000_000  # bytes; the image API's limit

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what the leads' rules want to know of them.

    Attributes:
        joined_at: when they joined the server, in seconds since 1970 (UTC); None if Discord does not say.
    """

    requester: Requester
    joined_at: int | None


class Acknowledgement:
    """Defers an interaction once, whoever comes first."""

    def __init__(self, interaction: discord.Interaction, *, private: bool) -> None:
        self._interaction = interaction
        self._private = private
        self._lock = asyncio.Lock()
        self._given = False
        self._message_id: int | None = None

    async def __call__(self) -> int | None:
        """Defer, if that has not been done, and return the id of the response."""
        async with self._lock:
            if not self._given:
                self._message_id = await self._defer()
                self._given = True
            return self._message_id

    async def _defer(self) -> int | None:
        try:
            return await self._defer_once()
        except (aiohttp.ClientError, OSError):
            _log.info("connection lost while deferring", interaction=self._interaction.id)
        try:
            return await self._defer_once()
        except discord.HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
        # The first attempt had arrived; only its receipt was lost.
        return (await self._interaction.original_response()).id

    async def _defer_once(self) -> int | None:
        response = await self._interaction.response.defer(ephemeral=self._private, thinking=True)
        return None if response is None else response.message_id


class Intake:
    """Takes requests from interactions and hands them to the studio."""

    def __init__(
        self,
        client: discord.Client,
        studio: Studio,
        admission: Admission,
        catalog: Catalog,
        requests: Requests,
        blobs: BlobStore,
        buttons: Buttons,
        watch: Watch,
    ) -> None:
        self._client = client
        self._studio = studio
        self._admission = admission
        self._catalog = catalog
        self._requests = requests
        self._blobs = blobs
        self._buttons = buttons
        self._watch = watch
        self._at_work: set[asyncio.Task[None]] = set()
        self._downloads = asyncio.Semaphore(DOWNLOADS)

    async def take(
        self,
        interaction: discord.Interaction,
        request: ImageRequest,
        attachments: Sequence[discord.Attachment] = (),
        *,
        private: bool,
        asker: Asker | None = None,
    ) -> None:
        """Ask the leads' rules, download what is attached, reserve, acknowledge, queue.

        The asker is whoever acts, unless given. What is known within `GRACE` seconds is refused before the deferral, so
        that only the member sees it: the rules are, for policies are in memory.

        Raises:
            UserFacingError: nothing was reserved.
        """
        acknowledge = Acknowledgement(interaction, private=private)
        asker = asker or asker_of(interaction)
        work = asyncio.create_task(self._submit(interaction, request, attachments, asker, acknowledge, private=private))
        self._at_work.add(work)  # never cancelled: what it has reserved it hands on or gives back itself
        work.add_done_callback(self._ended)
        await asyncio.wait({work}, timeout=GRACE)
        if not work.done():
            await acknowledge()
        await asyncio.shield(work)

    async def close(self) -> None:
        """Wait until what is being accepted was handed on or given back."""
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=CLOSING)

    def reopen(self, request: OpenRequest) -> Delivery:
        """The delivery of a request that an earlier process left behind."""
        return self._delivery(request.id, request.request, request.requester, request.destination)

    async def _submit(
        self,
        interaction: discord.Interaction,
        request: ImageRequest,
        attachments: Sequence[discord.Attachment],
        asker: Asker,
        acknowledge: Acknowledgement,
        *,
        private: bool,
    ) -> None:
        requester, number = asker.requester, len(attachments or request.references)
        await self._admission.check(request, requester, references=number, joined_at=asker.joined_at)
        self._check_declared(attachments)
        references: list[StoredImage] = []
        notes: list[str] = []
        try:
            if attachments:  # what is refused anyway is not downloaded first
                await self._studio.check(request, requester)
            for attachment in attachments:
                # One by one: those before a refused one are forgotten below.
                async with self._downloads:
                    references.append(await self._fetch(attachment, notes))
            check_references(self._catalog.model(request.model), references)
            request = request.with_references(references or request.references)
            request_id = str(interaction.id)
            destination = _destination(interaction, private=private)
            delivery = self._delivery(request_id, request, requester, destination, acknowledge, notes)
            await self._studio.submit(request_id, request, requester, delivery)
        except BaseException as error:
            if isinstance(error, LimitReachedError):
                self._watch.request_refused(requester, error.shortfall)
            await self._forget(references)
            raise

    def _ended(self, work: asyncio.Task[None]) -> None:
        self._at_work.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:  # told by `take`, unless that failed first
            _log.debug("request not taken", reason=repr(error))

    async def _forget(self, references: Sequence[StoredImage]) -> None:
        """A refused request's inputs are not kept, unless another request or a picture needs the same file."""
        for digest in await self._requests.unused([reference.digest for reference in references]):
            await self._blobs.delete(digest)

    def _delivery(
        self,
        request_id: str,
        request: ImageRequest,
        requester: Requester,
        destination: Destination,
        acknowledge: Acknowledgement | None = None,
        notes: Sequence[str] = (),
    ) -> MessageDelivery:
        return MessageDelivery(
            Place(self._client, requester, destination, nonce=request_id),
            request_id,
            count=request.count,
            model_title=self._catalog.title_of(request.model),
            buttons=self._buttons,
            acknowledge=acknowledge,
            notes=notes,
        )

    def _check_declared(self, attachments: Sequence[discord.Attachment]) -> None:
        """What Discord says of a file is enough to refuse some before they are downloaded."""
        for attachment in attachments:
            name = shown_name(attachment.filename)
            if attachment.size > LARGEST_INPUT:
                raise InputPictureError(f"{name} is too large: 50 MB is the most. Attach a smaller copy.")
            if attachment.content_type and not attachment.content_type.startswith("image/"):
                raise InputPictureError(f"{name} is not a picture. Attach a PNG, JPEG or WEBP file.")

    async def _fetch(self, attachment: discord.Attachment, notes: list[str]) -> StoredImage:
        """Download at once, for the link dies; keep what will be sent, and note where that has lost pixels."""
        name = attachment.filename
        try:
            content = await attachment.read()
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.info("attachment not downloaded", reason=str(error))
            raise InputPictureError(f"I could not download {shown_name(name)}. Attach it once more.") from None
        prepared = await prepare(content, name)
        if prepared.note:
            notes.append(prepared.note)
        digest = await self._blobs.put(prepared.content)
        return StoredImage(digest, prepared.media_type, prepared.width, prepared.height, len(prepared.content))


def _destination(interaction: discord.Interaction, *, private: bool) -> Destination:
    return Destination(
        application_id=interaction.application_id,
        interaction_token=interaction.token,
        expires_at=int(interaction.expires_at.timestamp()),
        message_id=None,
        private=private,
    )


def requester_of(interaction: discord.Interaction) -> Requester:
    """Who pressed or typed, where, with which roles."""
    channel = interaction.channel
    return Requester(
        server_id=interaction.guild_id or 0,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        role_ids=role_ids_of(interaction.user) if isinstance(interaction.user, discord.Member) else (),
        parent_id=channel.parent_id if isinstance(channel, discord.Thread) else 0,
    )


def asker_of(interaction: discord.Interaction) -> Asker:
    """Who pressed or typed, as the leads' rules see them."""
    member = interaction.user
    return Asker(requester_of(interaction), joined_at_of(member) if isinstance(member, discord.Member) else None)


def role_ids_of(member: discord.Member) -> tuple[int, ...]:
    """The roles that count: all but the one that everybody has."""
    return tuple(role.id for role in member.roles if not role.is_default())


def joined_at_of(member: discord.Member) -> int | None:
    """When a member joined their server, in seconds since 1970 (UTC); None for guests."""
    return None if member.joined_at is None else int(member.joined_at.timestamp())
