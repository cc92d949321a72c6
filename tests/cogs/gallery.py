"""Pictures in a server's gallery, with their buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from bot.discord_ui.buttons import AtelierButton, LastingButton, LastingSelect
    from bot.services.ledger import Order
    from tests.cogs.house import House


GONE = "❌ This picture was deleted. Ask for a new one with /imagine."


def said_privately(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def delete(house: House, member: MemberActor, label: str = "Delete for good") -> InteractionResult:
    """Choose Delete under the newest result, and confirm by the button with this label."""
    asked = await member.select(house.posted[-1], ["delete"])
    assert asked.response is not None
    assert "cannot be brought back" in said_privately(asked)
    return await member.click(asked.response, label=label)


async def offer(house: House, *buttons: LastingButton | LastingSelect) -> discord.Message:
    """A message of the bot with these buttons."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    await house.bot.get_partial_messageable(house.channel.id).send("old buttons", view=view)
    message = house.channel.last_message
    assert message is not None
    return message


async def offer_directly(house: House, member: MemberActor, button: AtelierButton) -> discord.Message:
    """A direct message of the bot with this button."""
    view = discord.ui.View(timeout=None)
    view.add_item(button)
    channel = await house.bot.create_dm(discord.Object(member.id))
    await channel.send("your result", view=view)
    message = member.user.dm_channel.last_message
    assert message is not None
    return message


def embed_of(answer: InteractionResult) -> discord.Embed:
    assert answer.response is not None
    (embed,) = answer.response.embeds
    return embed


def field(answer: InteractionResult, name: str) -> str:
    (value,) = [each.value for each in embed_of(answer).fields if each.name == name]
    assert value is not None
    return value


async def order_of(house: House, number: int) -> Order:
    order = await house.services.requests.of_picture(number, house.server.id)
    assert order is not None
    return order
