"""Publish and Unpublish: their owner shows private pictures to everybody, and takes them back; both are asked first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.delivery.languages import language_of_reader
from bot.delivery.posted_results import ShownResults
from bot.discord_retries import steadily
from bot.discord_ui.buttons import AtelierButton, ask_privately, picture_of
from bot.discord_ui.interactions import Interaction, order_behind
from bot.discord_ui.questions import label_of, sheet_of
from bot.discord_ui.request_context import requester_of, take_press
from bot.discord_ui.rows import view_of
from bot.errors import DecisionRefusedError
from bot.language import joined, phrase, plural
from bot.presentation.picture_descriptions import numbers
from bot.services.text import listed
from cogs.gallery.channel_poster import ChannelPoster, check_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.gallery import ResultMessage
    from bot.services.ledger import Order, Picture

MEANS = phrase(
    "Everybody who can read there sees it with its words, finds it in /history, and can go on from it. "
    "⋯ Unpublish takes it back."
)
MEANS_BACK = phrase("Then only you see it again. Messages with it are removed; what others made of it stays.")
UNSEEN = phrase("The pictures that it starts from are not shown.")
NOT_ASKED = phrase("Discord refused the button for it, so nothing has changed. Try again later.")


class PublishButton(AtelierButton, action="publish"):
    """Publishes one picture."""

    label = phrase("Publish")
    style = discord.ButtonStyle.primary

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Post it."""
        order = await order_behind(interaction, self.subject)
        await _publish(interaction, order, [picture_of(order, self.subject)])


class PublishAllButton(AtelierButton, action="publish-all"):
    """Publishes whatever is private of a result."""

    label = phrase("All")
    style = discord.ButtonStyle.primary

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Post them in one message."""
        order = await order_behind(interaction, self.subject)
        await _publish(interaction, order, order.pictures)


class UnpublishButton(AtelierButton, action="unpublish"):
    """Takes one picture back."""

    label = phrase("Unpublish")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Take it back."""
        order = await order_behind(interaction, self.subject)
        await _take_back(interaction, order, [picture_of(order, self.subject)])


class UnpublishAllButton(AtelierButton, action="unpublish-all"):
    """Takes back whatever is public of a result."""

    label = phrase("All")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Take them back."""
        order = await order_behind(interaction, self.subject)
        await _take_back(interaction, order, order.pictures)


def can_be_published(order: Order) -> bool:
    """Whether Publish is offered under a result."""
    return any(order.hides(picture) for picture in order.pictures)


def can_be_taken_back(order: Order) -> bool:
    """Whether Unpublish is."""
    return order.destination.private and any(picture.published for picture in order.pictures)


async def ask_publication(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Behind ⋯: say what it means, and where; of several, ask which."""
    hidden = [each for each in order.pictures if order.hides(each)]
    if not hidden:  # its private message, which cannot be changed, goes on offering this
        await ask_taking_back(interaction, order, picture)
        return
    await _check(interaction, order, picture)
    channel = f"<#{interaction.channel_id}>"
    asked = (
        phrase("Publish {number} in {channel}?", number=numbers(hidden), channel=channel)
        if len(hidden) == 1
        else phrase("Publish which picture in {channel}?", channel=channel)
    )
    told = joined(" ", [asked, MEANS, *([UNSEEN] if order.request.references else [])])
    await _ask(interaction, order, hidden, told, (PublishButton, PublishAllButton))


async def ask_taking_back(interaction: Interaction, order: Order, picture: Picture) -> None:
    """The same of Unpublish."""
    interaction.client.services.publications.check_owner(order, interaction.user.id)
    shown = [each for each in order.pictures if each.published] or [picture]
    are = plural("{numbers} is public.", "{numbers} are public.", len(shown), numbers=numbers(shown))
    asked = (
        phrase("Unpublish {number}?", number=numbers(shown)) if len(shown) == 1 else phrase("Unpublish which picture?")
    )
    told = joined(" ", [are, asked, MEANS_BACK])
    await _ask(interaction, order, shown, told, (UnpublishButton, UnpublishAllButton))


async def _ask(
    interaction: Interaction,
    order: Order,
    pictures: Sequence[Picture],
    asked: str,
    buttons: tuple[type[AtelierButton], type[AtelierButton]],
) -> None:
    """Ask about one picture, or about which; `buttons` mean one of them, and all."""
    one, everything = buttons

    def view() -> discord.ui.View:
        if len(pictures) == 1:
            return view_of([one(pictures[0].number, joined(" ", [one.label, numbers(pictures)]))])
        return view_of(
            [*(one(each.number, label_of(order, each)) for each in pictures), everything(pictures[0].number)]
        )

    sheet = await sheet_of(interaction.client.services, pictures)
    await ask_privately(
        interaction, Sentences(asked, view, NOT_ASKED, sheet), phrase("I could not ask you about that"), closes=False
    )


async def _publish(interaction: Interaction, order: Order, pictures: Sequence[Picture]) -> None:
    await _check(interaction, order, pictures[0])
    await take_press(interaction)
    services, owner = interaction.client.services, requester_of(interaction)
    meant = [picture.number for picture in pictures]
    poster = ChannelPoster(interaction.client)
    published = await services.publications.publish(order, meant, owner, str(interaction.id), poster)
    if published:
        channel = f"<#{owner.channel_id}>"
        told = phrase("Published {numbers} in {channel}.", numbers=numbers(published), channel=channel)
    else:
        told = phrase("{numbers} is public already. ⋯ Unpublish takes it back.", numbers=numbers(pictures))
    await _say(interaction, told)


async def _take_back(interaction: Interaction, order: Order, pictures: Sequence[Picture]) -> None:
    publications, screen = interaction.client.services.publications, ShownResults(interaction.client)
    publications.check_owner(order, interaction.user.id)
    await take_press(interaction)
    meant = [picture.number for picture in pictures]
    poster = ChannelPoster(interaction.client)
    left = await publications.take_back(order, meant, interaction.user.id, poster, screen)
    interaction.client.services.gallery_posts.look_after(order)
    told = [phrase("Only you see {numbers} now.", numbers=numbers(pictures))]
    if left:
        told.append(
            phrase(
                "I could not take it out of {messages}: I try again later, and a moderator can remove it there.",
                messages=_links(order, left),
            )
        )
    await _say(interaction, joined(" ", told))


async def _say(interaction: Interaction, text: str) -> None:
    """In place of the question."""
    told = language_of_reader(interaction).translate(text)
    await steadily(lambda: interaction.edit_original_response(content=told, attachments=[], view=None))


async def _check(interaction: Interaction, order: Order, picture: Picture) -> None:
    """May they publish here?

    Raises:
        UserFacingError: no.
    """
    publications = interaction.client.services.publications
    publications.check_owner(order, interaction.user.id)
    if not isinstance(interaction.channel, discord.abc.GuildChannel | discord.Thread):
        raise DecisionRefusedError(
            phrase(
                "Here nobody else could see it. On the server, /show brings {number} up for you; publish it there.",
                number=f"#{picture.number}",
            )
        )
    check_place(order, picture.number, interaction.channel, interaction.permissions)
    await publications.check(order, requester_of(interaction))


def _links(order: Order, result_messages: Sequence[ResultMessage]) -> str:
    return listed(
        tuple(
            f"https://discord.com/channels/{order.requester.server_id}/{each.channel_id}/{each.message_id}"
            for each in result_messages
        ),
        "and",
    )
