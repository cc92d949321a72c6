"""What every cog inherits: the interaction's type, the spoken answer to a failure, who may do what."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import discord
import structlog
from discord import app_commands
from discord.ext import commands
from typing_extensions import override

from bot.delivery.ladder import NoWayError, Sentences, Spot, Way, climb, sparing
from bot.delivery.languages import language_of_reader, translated
from bot.delivery.uploads import files_of
from bot.discord_limits import ALREADY_ACKNOWLEDGED, INTERACTION_GONE, LONGEST_MESSAGE
from bot.discord_retries import DROPPED, PROBLEMS, is_refusal, steadily
from bot.discord_ui.mentions import Names
from bot.discord_ui.request_context import AnsweredBeforeError, is_ours, role_ids_of
from bot.errors import DatabaseError, LimitReachedError, PictureGoneError, UserFacingError
from bot.language import joined, phrase
from bot.services.jobs import Posted
from bot.services.policy import Lead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.delivery.greetings import Greetings
    from bot.delivery.uploads import Upload
    from bot.discord_retries import Repeats
    from bot.discord_ui.commands import CommandLinks
    from bot.discord_ui.front_desk import FrontDesk
    from bot.discord_ui.intake import Intake
    from bot.discord_ui.questions import Questions
    from bot.discord_ui.routes import Routes
    from bot.discord_ui.rows import More, ResultButtons
    from bot.services.ledger import Order
    from bot.wiring import Services

FROM_BEFORE = phrase(
    "I do not know the picture of this message any more: my database was restored or begun anew since. "
    "Attach the picture to /edit to go on with it."
)
LEADS_ONLY = phrase(
    "Only leads can do this: members who may manage this server or have its lead role. Ask one of them."
)

MOST_UNTOLD = 500  # members

_log = structlog.stdlib.get_logger(__name__)


class Untold:
    """Words that Discord took in no way, until their member comes again; not over a restart."""

    def __init__(self) -> None:
        self._words: OrderedDict[int, list[str]] = OrderedDict()

    def keep(self, user_id: int, words: str) -> None:
        """For the member's next command."""
        self._words.setdefault(user_id, []).append(words)
        if len(self._words) > MOST_UNTOLD:
            self._words.popitem(last=False)

    def has(self, user_id: int) -> bool:
        """Whether there is something for this member."""
        return user_id in self._words

    def take(self, user_id: int) -> list[str]:
        """What a member was not told, oldest first; it counts as told now."""
        return self._words.pop(user_id, [])


class AtelierClient(commands.Bot):
    """What buttons, which discord.py builds itself, may ask of the bot."""

    services: Services
    desk: FrontDesk
    intake: Intake
    buttons: ResultButtons
    more: More
    questions: Questions
    routes: Routes
    untold: Untold
    command_links: CommandLinks
    greetings: Greetings
    repeats: Repeats

    @property
    def bot_id(self) -> int:
        """Our own account's id; 0 before the login."""
        return 0 if self.user is None else self.user.id


Interaction = discord.Interaction[AtelierClient]


async def answer_failure(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Tell the member what went wrong: privately while that is possible, else in place of the progress.

    A `UserFacingError` says its sentence; under that of a limit stands the button to ask leads for more. Anything else
    gets a reference number, and the log gets the traceback. Where Discord takes no answer there, it goes by direct
    message, and else waits for the member's next command. Nothing is said of what somebody else has answered already.
    """
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, AnsweredBeforeError) or _code_of(error) == ALREADY_ACKNOWLEDGED:
        _log.info("answered before", interaction=interaction.id)
        return
    if _code_of(error) in INTERACTION_GONE:  # Discord has told the member that nothing came
        _log.warning("too late to answer", interaction=interaction.id, reason=str(error))
        return
    text, view = await spoken(interaction.client, error, interaction.guild_id, interaction=interaction.id)
    answer = OwnAnswer(interaction, may_have_arrived=isinstance(error, PROBLEMS) and not is_refusal(error))
    try:
        await climb(answer.ways, Sentences(text, lambda: view), interaction.channel_id or 0)
    except AnsweredBeforeError:
        _log.info("answered before", interaction=interaction.id)
    except NoWayError as nowhere:
        _log.warning("failure told at the next command", interaction=interaction.id, reason=str(nowhere))
        interaction.client.untold.keep(interaction.user.id, text)
    except PROBLEMS as problem:
        _log.warning("failure not told", interaction=interaction.id, reason=str(problem))
        interaction.client.untold.keep(interaction.user.id, text)


class OwnAnswer:
    """The ways to answer an interaction with words for its member alone.

    Args:
        interaction: answered or not.
        may_have_arrived: whether a first answer was sent whose receipt was lost on the way.

    Attributes:
        message_id: of the first answer, once there is one.
    """

    def __init__(self, interaction: discord.Interaction[Any], *, may_have_arrived: bool = False) -> None:
        self.message_id: int | None = None
        self._interaction = interaction
        self._language = language_of_reader(interaction)
        self._may_have_arrived = may_have_arrived

    @property
    def ways(self) -> Sequence[Way]:
        """The best first."""
        return [Way(Spot.RESPONSE, sparing(self._answer)), Way(Spot.DIRECT, sparing(self._directly), bare=True)]

    async def _answer(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        told, shown = self._language.translate(text)[:LONGEST_MESSAGE], translated(view, self._language)
        await steadily(lambda: self._answer_once(told, uploads, shown))
        return Posted()

    async def _answer_once(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> None:
        if self._interaction.response.is_done():
            await self._edit(text, uploads, view)
            return
        files = files_of(uploads, self._language)
        try:
            sent = await self._interaction.response.send_message(
                text, files=files, ephemeral=True, view=discord.utils.MISSING if view is None else view
            )
            self.message_id = sent.message_id
        except DROPPED:
            self._may_have_arrived = True
            raise
        except discord.HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
            if not is_ours(self._interaction, error, dropped=self._may_have_arrived):
                raise AnsweredBeforeError from error
            await self._edit(text, uploads, view)  # only the receipt of the deferral or the answer was lost on the way

    async def _edit(self, text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> None:
        files = files_of(uploads, self._language)
        await self._interaction.edit_original_response(content=text, attachments=files, view=view)

    async def _directly(self, text: str, uploads: Sequence[Upload], _: discord.ui.View | None) -> Posted:
        content, nonce = self._language.translate(text)[:LONGEST_MESSAGE], f"{self._interaction.id}f"
        language, user = self._language, self._interaction.user
        await steadily(lambda: user.send(content, files=files_of(uploads, language), nonce=nonce))
        return Posted()


def _code_of(error: Exception) -> int:
    """Discord's code of its refusal; 0 if it is none."""
    return error.code if isinstance(error, discord.HTTPException) else 0


async def spoken(
    client: AtelierClient, error: Exception, server_id: int | None, **fields: int
) -> tuple[str, discord.ui.View | None]:
    """A failure as it is said, and what stands under it.

    Args:
        client: whose buttons they are.
        error: any; what is not worded for a person gets a reference number and is logged.
        server_id: None in direct messages.
        fields: name in the log what failed.
    """
    return joined(" ", ["❌", _sentence(error, fields)]), await _way_out(client, error, server_id, fields)


async def _way_out(
    client: AtelierClient, error: Exception, server_id: int | None, fields: dict[str, int]
) -> discord.ui.View | None:
    """What stands under a refusal. The sentence is said in any case."""
    if not isinstance(error, LimitReachedError) or server_id is None:
        return None
    try:
        return await client.buttons.of_refusal(server_id, error.shortfall)
    except Exception:  # noqa: BLE001 - a button that cannot be made must not hide why the request was refused
        _log.exception("refusal without a button", **fields)
        return None


def _sentence(error: Exception, fields: dict[str, int]) -> str:
    if isinstance(error, UserFacingError):
        return error.sentence
    if isinstance(error, DatabaseError):
        _log.error("books not at hand", reason=str(error), **fields)
        # A command may have come halfway, and been written although nothing could be read any more.
        return phrase(
            "{reason}, so I could not finish this. Look first whether it was done. {cure}",
            reason=error.reason,
            cure=error.cure,
        )
    if isinstance(error, LeadsOnlyError):
        return LEADS_ONLY
    if isinstance(error, app_commands.CheckFailure):
        return phrase("You may not use this command here. Ask whoever runs this server.")
    if isinstance(error, PROBLEMS) and not is_refusal(error):
        _log.warning("Discord not reached", reason=repr(error), **fields)
        return phrase("I lost my connection to Discord, so I could not finish this. Look first whether it was done.")
    reference = secrets.token_hex(4)
    _log.error("unexpected failure", reference=reference, exc_info=error, **fields)
    return phrase(
        "Something went wrong on my side. Please tell whoever runs me, with the reference {reference}.",
        reference=reference,
    )


async def read_words(interaction: Interaction, typed: str) -> str:
    """Somebody's words as they were meant, with names where Discord writes numbers: each of those begins with ``<``."""
    if "<" not in typed:
        return typed
    policy = await interaction.client.services.policies.of(interaction.guild_id or 0)
    names = await Names.of_interaction(interaction, policy.time_zone).with_strangers(typed)
    return names.read(typed).text


async def order_behind(interaction: Interaction, number: int) -> Order:
    """The request behind a picture of this server; in direct messages, behind a picture of the member's own.

    What only its requester sees is there for nobody else: the number may come from an id that somebody made up.

    Raises:
        PictureGoneError: there is no such picture here for whoever acts, or it was deleted; or what they acted upon
            is older than the picture, which so is another one than they see.
    """
    requests = interaction.client.services.requests
    if interaction.guild_id is None:
        order = await requests.of_own_picture(number, interaction.user.id)
    else:
        order = await requests.of_picture(number, interaction.guild_id)
    if order is None or not order.pictures:
        raise PictureGoneError
    if interaction.message is not None and order.id.isdigit() and interaction.message.id < int(order.id):
        raise PictureGoneError(FROM_BEFORE)
    return await _as_read(interaction, _seen_by(interaction, order))


async def order_shown_by(interaction: Interaction, message: discord.Message) -> Order | None:
    """The request of this server whose result a message shows; None if it shows none of ours.

    Raises:
        PictureGoneError: nothing of it is there any more for whoever acts.
    """
    order = await interaction.client.services.requests.of_message(message.id)
    if order is None or order.requester.server_id != interaction.guild_id:
        return None
    return _seen_by(interaction, order)


def _seen_by(interaction: Interaction, order: Order) -> Order:
    """What whoever acts may see of a request with pictures.

    Raises:
        PictureGoneError: nothing.
    """
    seen = order.seen_by(interaction.user.id)
    if not seen.pictures:
        raise PictureGoneError
    return seen


async def _as_read(interaction: Interaction, order: Order) -> Order:
    """The request with its words read: earlier versions kept Discord's numbers in them."""
    before = order.request
    prompt, *story = [await read_words(interaction, words) for words in (before.prompt, *before.story)]
    return replace(order, request=replace(before, prompt=prompt, story=tuple(story)))


class LeadsOnlyError(app_commands.CheckFailure):
    """Somebody used a command of leads whose server shows it to more people than its leads."""


def may_manage(interaction: discord.Interaction[Any]) -> bool:
    """Whether who acts may manage the server; they alone choose the lead role."""
    return interaction.guild_id is not None and interaction.permissions.manage_guild


async def is_lead(interaction: discord.Interaction[Any]) -> bool:
    """Whether who acts may manage the server or has its lead role: they alone decide about money and rules."""
    if may_manage(interaction):
        return True
    if interaction.guild_id is None or not isinstance(interaction.user, discord.Member):
        return False
    policy = await interaction.client.services.policies.of(interaction.guild_id)
    return policy.lead_role_id in role_ids_of(interaction.user)


async def check_lead(interaction: discord.Interaction[Any]) -> None:
    """Of buttons: who was a lead when they were posted may be none any more.

    Raises:
        LeadsOnlyError: who acts is none.
    """
    if not await is_lead(interaction):
        raise LeadsOnlyError


def lead_of(interaction: discord.Interaction[Any]) -> Lead:
    """Who decides, for which server."""
    return Lead(interaction.guild_id or 0, interaction.user.id)


class LeadCog(commands.GroupCog):
    """A group of commands for leads.

    Discord shows it to those who may manage the server, unless the server changes that: so it is checked here too.
    """

    @override
    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Leads only."""
        try:
            allowed = await is_lead(interaction)
        except DatabaseError as error:  # of a check, discord.py hands the tree only errors of its own
            command = cast("app_commands.Command[Any, ..., Any]", interaction.command)
            raise app_commands.CommandInvokeError(command, error) from error
        if not allowed:
            raise LeadsOnlyError
        return True


class AtelierTree(app_commands.CommandTree[AtelierClient]):
    """The command tree: only for servers that the bot is in, and every failure ends in `answer_failure`."""

    @override
    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """No server that never invited the bot spends its budget, and what leads may choose is offered to them alone.

        discord.py asks no cog before it lets a command offer choices, and choices can be answered by choices only.
        """
        is_here = interaction.guild_id is not None and interaction.client.get_guild(interaction.guild_id) is not None
        if interaction.type is discord.InteractionType.autocomplete:
            if not interaction.client.desk.is_new(interaction.id):
                return False
            offered = is_here and (not _is_for_leads(interaction.command) or await _is_surely_lead(interaction))
            if not offered:
                await interaction.response.autocomplete([])
            return offered
        if not await interaction.client.desk.takes(interaction):
            return False
        if not is_here:
            raise app_commands.CheckFailure("the bot is not on this server")
        return True

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError
    ) -> None:  # discord.py calls it after a command's own handlers, of which we have none
        """Answer."""
        await answer_failure(interaction, error)


async def _is_surely_lead(interaction: Interaction) -> bool:
    """Whether who acts is a lead, and the books could be asked."""
    with suppress(DatabaseError):
        return await is_lead(interaction)
    return False


def _is_for_leads(command: object) -> bool:
    return isinstance(getattr(command, "binding", None), LeadCog)
