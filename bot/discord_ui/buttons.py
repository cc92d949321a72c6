"""Buttons and dialogs that never die: each remembers no more than its `custom_id` says, so any restart is survived."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

import discord
from typing_extensions import override

from bot.delivery.ladder import NoWayError, Sentences, climb
from bot.discord_ui.interactions import AtelierClient, Interaction, OwnAnswer, answer_failure, order_behind
from bot.discord_ui.questions import label_of, sheet_of
from bot.discord_ui.request_context import Asker, asker_of, joined_at_of, requester_of, role_ids_of, take_press
from bot.discord_ui.rows import view_of
from bot.errors import NotYoursError, PictureGoneError, UserFacingError
from bot.language import joined, phrase
from bot.services.requests import format_price
from bot.services.text import number_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.discord_ui.rows import Price
    from bot.services.admission import Drafting
    from bot.services.jobs import Result
    from bot.services.ledger import Order, Picture
    from bot.services.policy import Requester

ItemT = TypeVar("ItemT", bound=discord.ui.Item[Any])

# What ends the id of a button, or of a dialog that one opened, that means exactly this picture of a result.
CHOSEN, CHOSEN_IN_PRIVATE = "!", "!!"  # where the result is for everybody; where only one member sees it
ALONE = "~"  # the same, where one picture of several is shown by itself, as often as somebody likes
_OPENED = re.compile(r"^(?:dialog:[a-z]+|(?!dialog)[a-z]+):[a-z0-9-]+(?::[0-9]+)?:(?P<by>[0-9]{1,20})!{1,2}$")
WHICH = phrase("which picture?")
NOT_SAID_WHICH = phrase("I could not ask you which picture is meant")


class LastingItem(discord.ui.DynamicItem[ItemT], template=r"(?!)"):
    """A button or select that is made anew for every use, from its `custom_id` alone, and says so if it fails.

    discord.py swallows what the callback of such an item raises.
    """

    @classmethod
    @override
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew for every use."""
        return cls.read(match)

    @classmethod
    @abstractmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The item whose `custom_id` the template found."""

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what it is for, once; say so if that fails."""
        await once(interaction, self.pressed)

    @abstractmethod
    async def pressed(self, interaction: Interaction) -> None:
        """What it is for; raises a `UserFacingError` to whom it is not."""


class LastingButton(LastingItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A lasting button with a `custom_id` of its own making."""


class LastingSelect(LastingItem[discord.ui.Select[Any]], template=r"(?!)"):
    """A lasting menu of which one thing is chosen.

    A client goes on showing what was chosen, and does not send the same choice twice, until the message is edited or
    drawn anew: https://github.com/discord/discord-api-docs/issues/4801. That nothing may be chosen gives it the ✕ with
    which people reset it themselves, at no cost.
    """

    def __init__(self, custom_id: str, placeholder: str, options: list[discord.SelectOption]) -> None:
        super().__init__(
            discord.ui.Select[Any](
                placeholder=placeholder, options=options, min_values=0, required=False, custom_id=custom_id
            )
        )

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Do what was chosen; nothing where a choice was taken back."""
        if self.item.values:
            await self.chosen(interaction, self.item.values[0])
        else:
            await take_press(interaction)

    @abstractmethod
    async def chosen(self, interaction: Interaction, value: str) -> None:
        """What the option of that value is for; raises as `pressed`."""


class LastingDialog(discord.ui.Modal):
    """A dialog that may be sent after any restart, and by several members, for its `custom_id` says what it is about.

    Subclasses give the pattern of their ids; what does as they say is added to the client's `Routes`.
    """

    template: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str) -> None:
        """Args: `template` is that of the whole `custom_id`."""
        cls.template = re.compile(template)
        super().__init_subclass__()

    def __init__(self, title: str, custom_id: str) -> None:
        super().__init__(title=title, timeout=None, custom_id=custom_id)
        self.stop()  # discord.py would wait for it in this process only, and for one member


async def once(interaction: discord.Interaction[Any], act: Callable[[Interaction], Awaitable[None]]) -> None:
    """Do what an interaction is for, unless that was done; say so if it fails."""
    if not await interaction.client.desk.takes(interaction):
        return
    try:
        await act(interaction)
    except Exception as error:  # noqa: BLE001 - it is spoken and logged
        await answer_failure(interaction, error)


class AtelierButton(LastingButton, template=r"(?!)"):
    """A button that remembers nothing but an id.

    Subclasses name their action, which with the id makes the `custom_id`: ``class AgainButton(AtelierButton,
    action="again")``.
    """

    label: ClassVar[str]
    emoji: ClassVar[str | None] = None
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    _action: ClassVar[str]

    def __init_subclass__(cls, *, action: str, ending: str = "") -> None:
        """Give the class the pattern by which discord.py finds it."""
        cls._action = action
        super().__init_subclass__(template=rf"{action}:(?P<id>[0-9]+){ending}")

    def __init__(self, subject: int, label: str | None = None, ending: str = "") -> None:
        """Args: `subject` is a picture's number, or whatever id the action is about."""
        super().__init__(
            discord.ui.Button(
                label=label or self.label,
                emoji=self.emoji,
                style=self.style,
                custom_id=f"{self._action}:{subject}{ending}",
            )
        )
        self.subject = subject

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(number_of(match["id"]))


class PictureButton(AtelierButton, action="(?!)"):
    """A button about one picture: under several, it asks which, by buttons like itself.

    Subclasses name their action as those of `AtelierButton` do, and write `act`.
    """

    makes: ClassVar[bool] = False  # a picture at once, at somebody's expense: then the question is answered once

    def __init_subclass__(cls, *, action: str) -> None:
        """Give the class the pattern by which discord.py finds it."""
        super().__init_subclass__(action=action, ending=rf"(?P<chosen>!{{0,2}}|{ALONE})")

    def __init__(self, subject: int, label: str | None = None, ending: str = "") -> None:
        """Args: `subject` is a picture's number; `ending` is there if exactly that one is meant, not its result."""
        super().__init__(subject, label, ending)
        self._ending = ending

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(number_of(match["id"]), ending=match["chosen"])

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Do it to the picture, or ask to which."""
        order = await order_behind(interaction, self.subject)
        if self._ending:
            await self.act(interaction, order, picture_of(order, self.subject))
            if self.makes:
                chosen = phrase("You chose {number}.", number=f"#{self.subject}")
                await interaction.client.questions.close(interaction, chosen)
        elif len(order.pictures) == 1:
            await self.act(interaction, order, order.pictures[0])
        else:
            await ask_which(
                interaction,
                order,
                type(self),
                type(self).label,
                makes=self.makes,
                price=lambda order, picture: self.price(interaction.client.services.drafting, order, picture),
            )

    def price(self, drafting: Drafting, order: Order, picture: Picture) -> int | None:  # noqa: ARG002 - for who makes something
        """What it makes of a picture holds, in nano-dollars; None where nothing is made at once."""
        return None

    @abstractmethod
    async def act(self, interaction: Interaction, order: Order, picture: Picture) -> None:
        """What the button is for. The interaction is not answered yet: a dialog may open.

        Args:
            interaction: of the button, or of that by which the picture was chosen: see `is_private`.
            order: the request behind the picture.
            picture: not deleted.
        """


def ending_of(result: Result) -> str:
    """What ends the ids of the buttons under a result: under one picture that is shown out of several, it is meant."""
    is_alone = len(result.request.jobs) < result.request.request.count
    return ALONE if is_alone else ""


async def ask_which(
    interaction: Interaction,
    order: Order,
    make: Callable[[int, str, str], LastingButton],
    title: str,
    *,
    makes: bool,
    price: Price | None = None,
) -> None:
    """Ask privately which of a result's pictures is meant.

    Args:
        interaction: not answered yet.
        order: with pictures.
        make: a button from a picture's number, its label, and the ending of its `custom_id`, which `is_private` reads.
        title: what is to be done with it.
        makes: see `Choice`.
        price: the same.
    """
    ending = CHOSEN_IN_PRIVATE if is_private(interaction) else CHOSEN
    labels = {
        picture.number: with_price(label_of(order, picture), None if price is None else price(order, picture))
        for picture in order.pictures
    }
    asked = phrase("{title}: {question}", title=title, question=WHICH)
    by_reply = phrase(
        "Discord refused my buttons for it. Reply to the result, and begin your words with a number, "
        "like {number} make it snowy.",
        number=f"#{order.pictures[-1].number}",
    )
    question = Sentences(
        asked,
        lambda: view_of([make(number, label, ending) for number, label in labels.items()]),
        joined(" ", [asked, by_reply]),
        await sheet_of(interaction.client.services, order.pictures),
    )
    await ask_privately(interaction, question, NOT_SAID_WHICH, closes=makes)


async def ask_privately(interaction: Interaction, question: Sentences, what: str, *, closes: bool) -> None:
    """Show a question with buttons to whoever acts, in whatever way Discord takes.

    Args:
        interaction: not answered yet.
        question: with what is said without the buttons.
        what: is said where it is taken in no way, as the beginning of a sentence: *I could not ask you*.
        closes: it is closed once it was answered.

    Raises:
        UserFacingError: it is taken in no way.
    """
    answer = OwnAnswer(interaction)
    try:
        await climb(answer.ways, question, interaction.channel_id or 0)
    except NoWayError as nowhere:
        raise UserFacingError(phrase("{what}, because {why}.", what=what, why=nowhere.why)) from nowhere
    if closes and answer.message_id is not None:
        interaction.client.questions.keep(answer.message_id, interaction)


def with_price(label: str, nano: int | None) -> str:
    """What stands on a button: *Vary · $0.017*; the price is in nano-dollars, None where it is not known."""
    return label if nano is None else joined(" · ", [label, format_price(nano)])


def picture_of(order: Order, number: int) -> Picture:
    """One of a result's pictures.

    Raises:
        PictureGoneError: it was deleted.
    """
    picture = next((each for each in order.pictures if each.number == number), None)
    if picture is None:
        raise PictureGoneError
    return picture


def is_private(interaction: discord.Interaction[Any]) -> bool:
    """Whether what a button, a select or a dialog of theirs makes is for who used it alone, as the result above it is.

    The question which picture is meant is always private: there, and in dialogs, the end of the `custom_id` tells how
    the result is.
    """
    if interaction.guild_id is None:
        return True
    data = cast("Mapping[str, object]", interaction.data or {})
    custom_id = str(data.get("custom_id", ""))
    if custom_id.endswith(CHOSEN):
        return custom_id.endswith(CHOSEN_IN_PRIVATE)
    return interaction.message is not None and interaction.message.flags.ephemeral


async def makes_privately(interaction: Interaction, asker: Asker | None = None) -> bool:
    """Whether only who acts sees what is made now: as `is_private`, or because that is usual for them."""
    requester = requester_of(interaction) if asker is None else asker.requester
    return is_private(interaction) or await interaction.client.services.drafting.is_private(requester)


def offer_of(interaction: discord.Interaction[Any]) -> int | None:
    """The id of the private question or the dialog that is answered, which promised one payment; None if it is neither.

    A button under a result may be pressed as often as somebody likes. The id of a dialog tells which interaction opened
    it; those of earlier versions do not.
    """
    data = cast("Mapping[str, object]", interaction.data or {})
    custom_id = str(data.get("custom_id", ""))
    if interaction.type is discord.InteractionType.modal_submit:
        opened = _OPENED.search(custom_id)
        return None if opened is None else number_of(opened["by"])
    if interaction.message is None or not custom_id.endswith(CHOSEN):
        return None
    return interaction.message.id


def opened_by(interaction: discord.Interaction[Any]) -> str:
    """What ends the `custom_id` of a dialog: for `offer_of`, and for `is_private`."""
    return f":{interaction.id}{CHOSEN_IN_PRIVATE if is_private(interaction) else CHOSEN}"


async def asker_for(interaction: Interaction, order: Order) -> Asker:
    """Whose rules and limits count for what is made from this result: those of whoever acts, as on servers.

    In direct messages there are no roles and no server: it counts where the result was asked for.

    Raises:
        NotYoursError: they, or the bot, have left that server.
    """
    if interaction.guild_id is not None:
        return asker_of(interaction)
    return await still_member(interaction.client, order.requester)


async def still_member(client: AtelierClient, requester: Requester) -> Asker:
    """Who asked then, with the roles they have now, whom that server's rules bind.

    Raises:
        NotYoursError: they, or the bot, have left that server.
    """
    guild = client.get_guild(requester.server_id)
    try:
        member = None if guild is None else await guild.fetch_member(requester.user_id)
    except discord.NotFound:
        member = None
    if member is None:
        raise NotYoursError(phrase("You are not a member of the server where this was made any more."))
    return Asker(replace(requester, role_ids=role_ids_of(member)), joined_at_of(member))
