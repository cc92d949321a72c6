"""What every cog inherits: the interaction's type, the spoken answer to a failure, the button that never dies."""

from __future__ import annotations

import secrets
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands
from typing_extensions import override

from bot.errors import LimitReachedError, PictureGoneError, UserFacingError
from bot.services.deciding import Lead

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable, Sequence

    from bot.errors import Shortfall
    from bot.intake import Intake
    from bot.services.delivery import Result
    from bot.services.ledger import OpenRequest
    from bot.wiring import Services

LEADS_ONLY = "Only members who may manage this server can do this. Ask one of them."
ACKNOWLEDGED_BEFORE = 40060  # Discord's code for a second first answer
TOO_LATE = frozenset({10015, 10062, 50027})  # Discord's codes of an interaction that cannot be answered any more

_log = structlog.stdlib.get_logger(__name__)


class AtelierClient(commands.Bot):
    """What buttons, which discord.py builds itself, may ask of the bot."""

    services: Services
    intake: Intake
    buttons: ResultButtons


Interaction = discord.Interaction[AtelierClient]


async def answer_failure(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Tell the member what went wrong: privately while that is possible, else in place of the progress.

    A `UserFacingError` says its sentence; under that of a limit stands the button to ask leads for more. Anything else
    gets a reference number, and the log gets the traceback.
    """
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, discord.HTTPException) and error.code in TOO_LATE:
        _log.warning("too late to answer", interaction=interaction.id, reason=str(error))
        return
    text = f"❌ {_sentence(interaction, error)}"
    try:
        view = await _way_out(interaction, error)
        if interaction.response.is_done():
            await interaction.edit_original_response(content=text, attachments=[], view=view)
        else:
            await _answer_first(interaction, text, view)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as problem:
        _log.warning("failure not told", interaction=interaction.id, reason=str(problem))


async def _answer_first(interaction: discord.Interaction[Any], text: str, view: discord.ui.View | None) -> None:
    try:
        await interaction.response.send_message(
            text, ephemeral=True, view=discord.utils.MISSING if view is None else view
        )
    except discord.HTTPException as error:
        if error.code != ACKNOWLEDGED_BEFORE:
            raise
        # It was deferred, and only the receipt was lost on the way.
        await interaction.edit_original_response(content=text, attachments=[], view=view)


async def _way_out(interaction: discord.Interaction[Any], error: Exception) -> discord.ui.View | None:
    """What stands under a refusal. The sentence is said in any case."""
    if not isinstance(error, LimitReachedError) or interaction.guild_id is None:
        return None
    try:
        client: AtelierClient = interaction.client
        return await client.buttons.of_refusal(interaction.guild_id, error.shortfall)
    except Exception:  # noqa: BLE001 - a button that cannot be made must not hide why the request was refused
        _log.exception("refusal without a button", interaction=interaction.id)
        return None


def _sentence(interaction: discord.Interaction[Any], error: Exception) -> str:
    if isinstance(error, UserFacingError):
        return error.sentence
    if isinstance(error, LeadsOnlyError):
        return LEADS_ONLY
    if isinstance(error, app_commands.CheckFailure):
        return "You may not use this command here. Ask whoever runs this server."
    reference = secrets.token_hex(4)
    _log.error("unexpected failure", reference=reference, interaction=interaction.id, exc_info=error)
    return f"Something went wrong on my side. Please tell whoever runs me, with the reference {reference}."


async def order_behind(interaction: Interaction, number: int) -> OpenRequest:
    """The request behind a picture of this server; in direct messages, behind a picture of the member's own.

    Raises:
        PictureGoneError: there is no such picture here, or it was deleted.
    """
    requests = interaction.client.services.requests
    if interaction.guild_id is None:
        order = await requests.of_own_picture(number, interaction.user.id)
    else:
        order = await requests.of_picture(number, interaction.guild_id)
    if order is None or all(job.picture is None or job.picture.deleted for job in order.jobs):
        raise PictureGoneError("This picture was deleted. Ask for a new one with /imagine.")
    return order


class LeadsOnlyError(app_commands.CheckFailure):
    """Somebody used a command of leads whose server shows it to more people than those who manage it."""


def is_lead(interaction: discord.Interaction[Any]) -> bool:
    """Whether who acts may manage the server: they alone decide about money and rules."""
    return interaction.guild_id is not None and interaction.permissions.manage_guild


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
        if not is_lead(interaction):
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
            offered = is_here and (is_lead(interaction) or not _is_for_leads(interaction.command))
            if not offered:
                await interaction.response.autocomplete([])
            return offered
        if not is_here:
            raise app_commands.CheckFailure("the bot is not on this server")
        return True

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError
    ) -> None:  # discord.py calls it after a command's own handlers, of which we have none
        """Answer."""
        await answer_failure(interaction, error)


def _is_for_leads(command: object) -> bool:
    return isinstance(getattr(command, "binding", None), LeadCog)


class LastingButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A button that is made anew for every click, from its `custom_id` alone, and says so if it fails.

    discord.py swallows what the callback of such a button raises.
    """

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button is for; say so if that fails."""
        try:
            await self.pressed(interaction)
        except Exception as error:  # noqa: BLE001 - it is spoken and logged
            await answer_failure(interaction, error)

    @abstractmethod
    async def pressed(self, interaction: Interaction) -> None:
        """What the button is for; raises a `UserFacingError` to whom it is not."""


class AtelierButton(LastingButton, template=r"(?!)"):
    """A button that remembers nothing but an id, so that it works after any number of restarts.

    Subclasses name their action, which with the id makes the `custom_id`: ``class AgainButton(AtelierButton,
    action="again")``.
    """

    label: ClassVar[str]
    emoji: ClassVar[str | None] = None
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    _action: ClassVar[str]

    def __init_subclass__(cls, *, action: str) -> None:
        """Give the class the pattern by which discord.py finds it."""
        cls._action = action
        super().__init_subclass__(template=rf"{action}:(?P<id>[0-9]{{1,20}})")

    def __init__(self, subject: int) -> None:
        """Args: `subject` is a picture's number, or whatever id the action is about."""
        super().__init__(
            discord.ui.Button(
                label=self.label, emoji=self.emoji, style=self.style, custom_id=f"{self._action}:{subject}"
            )
        )
        self.subject = subject

    @classmethod
    @override
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew for every click."""
        return cls(int(match["id"]))


class ResultButtons:
    """The rows under results and refusals; cogs add to them, and each message gets items of its own."""

    def __init__(self) -> None:
        self._of_result: list[tuple[int, Callable[[int], AtelierButton]]] = []
        self._of_late: Callable[[int], AtelierButton] | None = None
        self._of_refusal: Callable[[int, Shortfall], Awaitable[LastingButton | None]] | None = None

    def add(self, place: int, make: Callable[[int], AtelierButton]) -> None:
        """Offer a button under results: `make` takes the first picture's number; the lowest place stands first."""
        self._of_result.append((place, make))
        self._of_result.sort(key=lambda offered: offered[0])

    def set_late(self, make: Callable[[int], AtelierButton]) -> None:
        """Offer the button with which a late private result can be fetched: `make` takes the request's id."""
        self._of_late = make

    def set_refusal(self, make: Callable[[int, Shortfall], Awaitable[LastingButton | None]]) -> None:
        """Offer a button under the refusals of limits: `make` takes the server's id and what is missing."""
        self._of_refusal = make

    def of_result(self, result: Result) -> discord.ui.View | None:
        """A new view for one message."""
        picture, _ = result.files[0]
        return _view([make(picture.number) for _, make in self._of_result])

    def of_late(self, request_id: str) -> discord.ui.View | None:
        """A new view for one message."""
        return _view([] if self._of_late is None else [self._of_late(int(request_id))])

    async def of_refusal(self, server_id: int, shortfall: Shortfall) -> discord.ui.View | None:
        """A new view for one message."""
        button = None if self._of_refusal is None else await self._of_refusal(server_id, shortfall)
        return _view([] if button is None else [button])


def _view(items: Sequence[LastingButton]) -> discord.ui.View | None:
    if not items:
        return None
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
