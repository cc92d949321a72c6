"""/describe, the menu of a message, and ⋯ under a result: a picture becomes a prompt."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.discord_ui.buttons import (
    CHOSEN,
    CHOSEN_IN_PRIVATE,
    PictureButton,
    ask_privately,
    asker_for,
    offer_of,
    with_price,
)
from bot.discord_ui.interactions import Interaction, order_shown_by
from bot.discord_ui.options import shape_of
from bot.discord_ui.questions import ORDINALS, sheet_of_files
from bot.discord_ui.request_context import asker_of
from bot.discord_ui.rows import view_of
from bot.errors import UserFacingError
from bot.inputs import Sources, check_declared, pictures_of
from bot.language import phrase
from bot.services.admission import Start
from bot.services.requests import Change, Task, Wishes
from bot.services.text import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.discord_ui.interactions import AtelierClient
    from bot.discord_ui.request_context import Asker
    from bot.discord_ui.rows import More
    from bot.services.admission import Drafting
    from bot.services.ledger import Order, Picture
    from bot.services.requests import ImageRequest
    from bot.wiring import Services
    from cogs.edit.open_messages import OpenMessages

NOT_OFFERED_WHY = phrase("I could not offer you that")
TITLE = phrase("Describe")
EMOJI = "🔎"
OFFER = phrase("A prompt for this picture, which only you see: press, and you pay.")
WHICH = phrase("Which picture shall I describe? Only you see the prompt: press, and you pay.")
NOT_OFFERED = phrase("Discord refused the button with the price, so nothing is asked. Nothing was charged.")
NO_PICTURE = phrase("This message has no picture attached. Choose one that has.")
NOT_KEPT = phrase(
    "I do not have that picture at hand any more. Use /describe or Describe image once more. Nothing was charged."
)
DESCRIBED = phrase("You pressed Describe.")  # what the question says then
MOST_OFFERED = len(ORDINALS)  # pictures of a message
OTHERS = re.compile(rf"describe-others:(?P<id>[0-9]{{1,20}}):(?P<place>[0-9]){CHOSEN}")  # a button's id


class DescribeButton(PictureButton, action="describe"):
    """Turns a picture of ours into a prompt; the price stands on the button."""

    label = TITLE
    emoji = EMOJI
    makes = True

    @override
    async def act(self, interaction: Interaction, order: Order, picture: Picture) -> None:
        """Ask for the words."""
        await describe_ours(interaction, order, picture)

    @override
    def price(self, drafting: Drafting, order: Order, picture: Picture) -> int | None:
        """Not known without the conversations; `offer_ours` has it."""
        return None


class Describing:
    """Describes other people's pictures: asked for, and then paid for by a press.

    Args:
        messages: the pictures that somebody has a question open about.
    """

    def __init__(self, messages: OpenMessages) -> None:
        self._messages = messages

    async def offer(self, interaction: Interaction, key: int, pictures: Sequence[discord.Attachment]) -> None:
        """Show the price, with a button for each picture.

        Args:
            interaction: not answered yet.
            key: of the message or the command whose pictures they are.
            pictures: at least one.

        Raises:
            UserFacingError: it would be refused.
        """
        offered = tuple(pictures[:MOST_OFFERED])
        services, asker = interaction.client.services, asker_of(interaction)
        request = await _describing(interaction, asker, shape_of(offered[0]), is_private=False)
        check_declared(Sources(attachments=offered[:1]), services.catalog.model(request.model))
        nano = await _allowed(services, asker, request)
        self._messages.keep(interaction.user.id, key, offered)

        def button(place: int) -> discord.ui.Button[Any]:
            title = TITLE if len(offered) == 1 else _place(place, len(offered))
            custom_id = f"describe-others:{key}:{place}{CHOSEN}"
            return discord.ui.Button(label=with_price(title, nano), emoji=EMOJI, custom_id=custom_id)

        text = OFFER if len(offered) == 1 else WHICH
        sheet = await sheet_of_files(services, offered)
        question = Sentences(
            text, lambda: view_of([button(place) for place in range(len(offered))]), NOT_OFFERED, sheet
        )
        await ask_privately(interaction, question, NOT_OFFERED_WHY, closes=True)

    async def take(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Describe the picture whose button was pressed, once."""
        pictures = self._messages.pictures(interaction.user.id, number_of(match["id"]))
        place = number_of(match["place"])
        if place >= len(pictures):
            raise UserFacingError(NOT_KEPT)
        asker, picture = asker_of(interaction), pictures[place]
        is_private = await interaction.client.services.drafting.is_private(asker.requester)
        request = await _describing(interaction, asker, shape_of(picture), is_private=is_private)
        sources = Sources(attachments=(picture,), follows=True)
        offer = offer_of(interaction)
        await interaction.client.intake.take(interaction, request, sources, private=True, asker=asker, offer=offer)
        await interaction.client.questions.close(interaction, DESCRIBED)


class Describe(commands.Cog):
    """The command, and the entry of a message's menu."""

    def __init__(self, bot: AtelierClient, describing: Describing) -> None:
        self._tree = bot.tree
        self._describing = describing
        self._entry = app_commands.ContextMenu(
            name="Describe image",
            callback=self.describe_shown,
            type=discord.AppCommandType.message,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )

    @override
    async def cog_load(self) -> None:
        """Add the entry."""
        self._tree.add_command(self._entry)

    @override
    async def cog_unload(self) -> None:
        """Take the entry back."""
        self._tree.remove_command(self._entry.name, type=self._entry.type)

    @app_commands.command(description="Turn a picture into a prompt that only you see")
    @app_commands.describe(image="The picture; the price is shown before anything is asked")
    @app_commands.guild_only()
    async def describe(self, interaction: Interaction, image: discord.Attachment) -> None:
        """Show the price first."""
        await self._describing.offer(interaction, interaction.id, (image,))

    async def describe_shown(self, interaction: Interaction, message: discord.Message) -> None:
        """Show the price first, for each of the message's pictures."""
        order = await order_shown_by(interaction, message)
        if order is not None:
            await offer_ours(interaction, order)
            return
        pictures = pictures_of(message)
        if not pictures:
            raise UserFacingError(NO_PICTURE)
        await self._describing.offer(interaction, message.id, pictures)


def offer_describing(more: More, services: Services) -> None:
    """Offer it behind ⋯, where the price stands beside it."""
    talk = services.conversations.wording(Task.DESCRIBE)

    def price(order: Order, picture: Picture) -> int | None:
        asked = replace(order.request, prompt="", references=(picture.image,), mask=None, markup=None, talk=talk)
        return services.drafting.again_price(replace(asked, count=1))

    more.add(44, "describe", phrase("Describe: a prompt for it"), EMOJI, describe_ours, makes=True, price=price)


async def offer_ours(interaction: Interaction, order: Order) -> None:
    """Show privately what the description of a result's picture costs, with a button for each of them."""
    asker, first = await asker_for(interaction, order), order.pictures[0]
    shape = (first.image.width, first.image.height)
    request = await _describing(interaction, asker, shape, is_private=False)
    nano = await _allowed(interaction.client.services, asker, request)
    if len(order.pictures) > 1:
        await DescribeButton(first.number).pressed(interaction)
        return
    ending = CHOSEN_IN_PRIVATE if order.hides(first) else CHOSEN
    label = with_price(TITLE, nano)
    question = Sentences(OFFER, lambda: view_of([DescribeButton(first.number, label, ending)]), NOT_OFFERED)
    await ask_privately(interaction, question, NOT_OFFERED_WHY, closes=True)


async def describe_ours(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Ask for a prompt of a picture of ours, at the expense of whoever acts.

    Raises:
        UserFacingError: nothing was reserved.
    """
    asker, shape = await asker_for(interaction, order), (picture.image.width, picture.image.height)
    is_private = order.hides(picture) or await interaction.client.services.drafting.is_private(asker.requester)
    request = await _describing(interaction, asker, shape, is_private=is_private)
    sources, offer = Sources(order, picture), offer_of(interaction)
    await interaction.client.intake.take(interaction, request, sources, private=True, asker=asker, offer=offer)


async def _describing(
    interaction: Interaction, asker: Asker, shape: tuple[int, int] | None, *, is_private: bool
) -> ImageRequest:
    """The request: that for a picture of this shape, with what asks for its words."""
    services = interaction.client.services
    talk = services.conversations.wording(Task.DESCRIBE, language=str(interaction.locale), is_private=is_private)
    wishes = Wishes(prompt="-", count=1)
    drafted = await services.drafting.draft(asker.requester, Change.NEW, wishes, Start(shape=shape))
    return replace(drafted, prompt="", talk=talk, notes=())


async def _allowed(services: Services, asker: Asker, request: ImageRequest) -> int:
    """What it costs at most, in nano-dollars. Raises UserFacingError: it would be refused."""
    await services.admission.check(request, asker.requester, references=1, joined_at=asker.joined_at)
    await services.studio.check(request, asker.requester)
    return services.drafting.most(request, [None])


def _place(place: int, count: int) -> str:
    return phrase("{place} of {count}", place=ORDINALS[place], count=count)
