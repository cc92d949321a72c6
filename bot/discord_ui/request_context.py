"""What a request came by: an interaction that wants an answer within seconds, or a member's reply to a picture."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import discord
import structlog

from bot.delivery.ladder import Spot, why_refused
from bot.delivery.languages import language_of_reader, language_of_server, locale_of, locale_of_server, translated
from bot.delivery.notices import no_buttons
from bot.delivery.replies import BEGUN, send_below
from bot.discord_limits import ALREADY_ACKNOWLEDGED, INTERACTION_GONE, TOKEN_LIFE
from bot.discord_retries import DROPPED, PROBLEMS, is_refusal, remove_quietly
from bot.errors import RequestRefused
from bot.language import language_of, phrase
from bot.services.ledger import Destination
from bot.services.policy import Requester

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what the leads' rules want to know of them.

    Attributes:
        joined_at: when they joined the server, in seconds since 1970 (UTC); None if Discord does not say.
    """

    requester: Requester
    joined_at: int | None


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request came by.

    Attributes:
        id: of the interaction or the message; the request's id, so that the same one again does nothing new.
        asker: whoever acts.
        destination: where it is answered.
        acknowledge: shows that it begins, once, and returns the id of the message that will show progress.
        answer_in_time: what Discord waits for, whether or not anything comes of it; it may be called before the
            database knows of the request, when a sign of progress would be left for ever if the process died.
        say: lets what Discord waited for say something meanwhile; never fails.
        withdraw: takes that back where nothing comes of it, so that whoever answers instead finds nothing in the way.
    """

    id: str
    asker: Asker
    destination: Destination
    acknowledge: Callable[[], Awaitable[int | None]]
    answer_in_time: Callable[[], Awaitable[object]]
    say: Callable[[str], Awaitable[None]]
    withdraw: Callable[[], Awaitable[None]]


def by_interaction(interaction: discord.Interaction, *, private: bool, asker: Asker | None = None) -> RequestContext:
    """A command, a button, a menu or a dialog. The asker is whoever acts, unless given.

    A refusal stands where the acknowledgement did: that is not withdrawn but edited.
    """
    destination = Destination(
        application_id=interaction.application_id,
        interaction_token=interaction.token,
        expires_at=int(time.time()) + TOKEN_LIFE,  # by our clock: Discord's, in its ids, may be another
        message_id=None,
        private=private,
        locale=locale_of(interaction, private=private),
    )
    acknowledge = Acknowledgement(interaction, private=private)
    return RequestContext(
        id=str(interaction.id),
        asker=asker or asker_of(interaction),
        destination=destination,
        acknowledge=acknowledge,
        answer_in_time=acknowledge,
        say=acknowledge.say,
        withdraw=_do_nothing,
    )


def by_reply(
    message: discord.Message,
    asker: Asker | None = None,
    make: Callable[[], discord.ui.View | None] = no_buttons,
) -> RequestContext:
    """A member's message, whose words are the request. The asker is who wrote it, unless given.

    `make` makes what stands under the progress from its beginning.

    What comes of it hangs below the message. There is no interaction, so that all is sent by the bot's own token, and
    nothing of it can be private but in direct messages.
    """
    destination = Destination(
        application_id=0,  # only needed to use an interaction's token
        interaction_token="",
        expires_at=0,
        message_id=None,
        private=message.guild is None,
        reply_to=message.id,
        locale="" if message.guild is None else locale_of_server(message.guild),
    )
    sign = ProgressSign(message, make)
    return RequestContext(
        id=str(message.id),
        asker=asker or author_of(message),
        destination=destination,
        acknowledge=sign.give,
        answer_in_time=_do_nothing,
        say=sign.say,
        withdraw=sign.withdraw,
    )


def fields_of(interaction: discord.Interaction) -> dict[str, Mapping[str, Any]]:
    """The fields of a dialog that was sent, by their ids; none where Discord sends another shape than it does today."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    rows: Sequence[Mapping[str, Any]] = data.get("components") or ()
    fields: list[Mapping[str, Any]] = [row.get("component") or {} for row in rows]
    return {field["custom_id"]: field for field in fields if "custom_id" in field}


def written_in(interaction: discord.Interaction, field_id: str) -> str:
    """What was written in a dialog's field; empty if nothing was."""
    return str(fields_of(interaction).get(field_id, {}).get("value") or "")


def uploaded_in(interaction: discord.Interaction, field_id: str) -> tuple[discord.Attachment, ...]:
    """The files of a dialog's field, in the order in which the member added them; discord.py would give another."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    sent: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    ids: Sequence[str] = fields_of(interaction).get(field_id, {}).get("values") or ()
    return tuple(attachment_of(interaction, sent[each]) for each in ids if each in sent)


def attachment_of(interaction: discord.Interaction, file: Any) -> discord.Attachment:  # noqa: ANN401 - as Discord sends it
    """A file of which Discord has told, or that was kept as it was told."""
    known: Any = interaction
    state = known._state  # noqa: SLF001 - discord.py makes the files only of dialogs that it remembers
    return discord.Attachment(data=file, state=state)


async def answer_double(interaction: discord.Interaction) -> None:
    """Let Discord know that the press has arrived; what comes of it is shown by the first."""
    if interaction.message is not None:
        await interaction.response.defer()
    else:
        twice = phrase("You sent this twice within a second; it counts once.")
        await interaction.response.send_message(language_of_reader(interaction).translate(twice), ephemeral=True)


async def think(interaction: discord.Interaction[Any]) -> None:
    """Let whoever asks, and nobody else, see that an answer comes."""
    await _certainly(interaction, lambda: interaction.response.defer(ephemeral=True, thinking=True))


async def take_press(interaction: discord.Interaction[Any]) -> None:
    """Let Discord know that a press has arrived, where what was pressed will change."""
    await _certainly(interaction, interaction.response.defer)


async def show_press(interaction: discord.Interaction[Any], **changes: Any) -> None:  # noqa: ANN401 - as discord.py takes them
    """Let the message that was pressed show what came of it: the first answer, so that nothing may fail behind it."""
    await _certainly(interaction, lambda: interaction.response.edit_message(**changes))


async def _certainly(interaction: discord.Interaction[Any], defer: Callable[[], Awaitable[object]]) -> None:
    """Once more if the connection is lost on the way; then it may be that only the receipt of the first was lost."""
    dropped = False
    try:
        try:
            await defer()
        except DROPPED:
            dropped = True
            await defer()
    except discord.HTTPException as error:
        if not is_ours(interaction, error, dropped=dropped):
            raise


def is_ours(interaction: discord.Interaction[Any], error: discord.HTTPException, *, dropped: bool = False) -> bool:
    """Whether Discord refuses a first answer because an earlier attempt of ours has arrived.

    `dropped` is whether we have made one whose receipt was lost.
    """
    return error.code == ALREADY_ACKNOWLEDGED and (dropped or interaction.id in interaction.client.repeats)


async def _do_nothing() -> None:
    """Nothing is waited for, or nothing is taken back."""


class AnsweredBeforeError(Exception):
    """Discord dispatched an interaction once more, and whoever had it first answers it. Nothing is to be said of it."""


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

    async def say(self, text: str) -> None:
        """Let the response say this, once there is one."""
        if self._given:
            language = language_of(locale_of(self._interaction, private=self._private))
            try:
                await self._interaction.edit_original_response(content=language.translate(text))
            except PROBLEMS as error:
                _log.info("not said meanwhile", reason=repr(error))

    async def _defer(self) -> int | None:
        dropped = False
        try:
            try:
                return await self._defer_once()
            except DROPPED:
                dropped = True
                _log.info("connection lost while deferring", interaction=self._interaction.id)
                return await self._defer_once()
        except discord.HTTPException as error:
            if not is_ours(self._interaction, error, dropped=dropped):
                if error.code == ALREADY_ACKNOWLEDGED:
                    raise AnsweredBeforeError from error
                raise unheard(error, self._interaction.channel_id or 0) from error
        # The first attempt had arrived; only its receipt was lost.
        return (await self._interaction.original_response()).id

    async def _defer_once(self) -> int | None:
        response = await self._interaction.response.defer(ephemeral=self._private, thinking=True)
        return None if response is None else response.message_id


def unheard(error: discord.HTTPException, channel_id: int) -> Exception:
    """Why a request that Discord does not let us acknowledge is not made, in words where they may be told.

    Who came too late is told so by Discord itself, and what may pass is no refusal: they stay as they are.
    """
    if not is_refusal(error) or error.code in INTERACTION_GONE:
        return error
    why = why_refused(Spot.CHANNEL, error.status, error.code, channel_id)
    return RequestRefused(
        phrase("I could not answer you there, because {why}. Nothing was made, and nothing was charged.", why=why)
    )


class ProgressSign:
    """The message below a member's that will show progress: sent once, whoever comes first, and perhaps taken back."""

    def __init__(self, message: discord.Message, make: Callable[[], discord.ui.View | None] = no_buttons) -> None:
        self._message = message
        self._make = make
        self._lock = asyncio.Lock()
        self._sent: discord.Message | None = None
        self._said = ""
        self._withdrawn = False

    async def give(self) -> int | None:
        """Send it, if that has not been done, and return its id; None if it was withdrawn before."""
        async with self._lock:
            try:
                await self._show(BEGUN, self._make())
            except discord.HTTPException as error:
                raise unheard(error, self._message.channel.id) from error
            return None if self._sent is None else self._sent.id

    async def say(self, text: str) -> None:
        """Let it say something before it begins."""
        async with self._lock:
            try:
                await self._show(text, None)
            except PROBLEMS as error:
                _log.info("not said meanwhile", reason=repr(error))

    async def _show(self, text: str, view: discord.ui.View | None) -> None:
        if self._withdrawn or text == self._said:
            return
        try:
            self._sent = await self._shown(text, view)
        except discord.HTTPException as error:
            if view is None or error.status != HTTPStatus.BAD_REQUEST:
                raise
            self._sent = await self._shown(text, None)  # it may be the buttons that are refused
        self._said = text

    async def _shown(self, text: str, view: discord.ui.View | None) -> discord.Message:
        """Its nonce differs from the result's, which else Discord would drop as the same message again."""
        language = language_of_server(self._message.guild)
        text, view = language.translate(text), translated(view, language)
        if self._sent is not None:
            return await self._sent.edit(content=text, view=view)
        channel, nonce = self._message.channel, f"{self._message.id}p"
        return await send_below(channel, self._message.id, text, nonce, view=view)

    async def withdraw(self) -> None:
        """Delete it, or never send it. What cannot be deleted stays, and that is all."""
        async with self._lock:
            self._withdrawn = True
            sent, self._sent = self._sent, None
            if sent is not None:
                await remove_quietly(sent)


def requester_of(interaction: discord.Interaction) -> Requester:
    """Who pressed or typed, where, with which roles."""
    return _requester(interaction.user, interaction.guild_id, interaction.channel_id, interaction.channel)


def asker_of(interaction: discord.Interaction) -> Asker:
    """Who pressed or typed, as the leads' rules see them."""
    return Asker(requester_of(interaction), _since(interaction.user))


def author_of(message: discord.Message) -> Asker:
    """Who wrote a message, as the leads' rules see them."""
    guild_id = None if message.guild is None else message.guild.id
    return Asker(_requester(message.author, guild_id, message.channel.id, message.channel), _since(message.author))


def _requester(
    user: discord.User | discord.Member, guild_id: int | None, channel_id: int | None, channel: object
) -> Requester:
    return Requester(
        server_id=guild_id or 0,
        channel_id=channel_id or 0,
        user_id=user.id,
        role_ids=role_ids_of(user) if isinstance(user, discord.Member) else (),
        parent_id=channel.parent_id if isinstance(channel, discord.Thread) else 0,
    )


def _since(user: discord.User | discord.Member) -> int | None:
    return joined_at_of(user) if isinstance(user, discord.Member) else None


def role_ids_of(member: discord.Member) -> tuple[int, ...]:
    """The roles that count: all but the one that everybody has."""
    return tuple(role.id for role in member.roles if not role.is_default())


def joined_at_of(member: discord.Member) -> int | None:
    """When a member joined their server, in seconds since 1970 (UTC); None for guests."""
    return None if member.joined_at is None else int(member.joined_at.timestamp())
