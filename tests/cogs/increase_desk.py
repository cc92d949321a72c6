"""A server with a limit that is reached, a member who asks for more and leads who read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord

from bot.services.calendar import Window
from bot.services.policy import Decision, LimitRule, Metric, Scope

if TYPE_CHECKING:
    from simcord import ChannelHandle, InteractionResult

    from bot.services.policy import ServerPolicy
    from tests.cogs.house import House


ONE_A_DAY: dict[str, Any] = {"ATELIER_MEMBER_DAILY_IMAGES": 1}
GRANT, OTHER, DECLINE = "Grant 1 picture", "Other amount…", "Decline"
ASK = "Ask for more"


class Desk:
    """A house with a log channel and two leads.

    Attributes:
        log: where leads read.
        lea: a lead; max is another.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.log: ChannelHandle = house.server.create_text_channel("log")
        leading = self.leading = house.server.create_role(
            "leads",
            permissions=discord.Permissions(
                view_channel=True, send_messages=True, read_message_history=True, manage_guild=True
            ),
        )
        self.lea = house.server.add_member(house.env.create_user("lea"), roles=[leading])
        self.max = house.server.add_member(house.env.create_user("max"), roles=[leading])

    async def log_to(self, channel_id: int | None) -> None:
        """Let a lead choose the log channel."""

        def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            return replace(policy, log_channel_id=channel_id), Decision(1, 1, "studio log", "", "", "")

        await self.house.services.policies.change(self.house.server.id, alter)

    async def refused(self) -> discord.Message:
        """Mia makes the one picture that she may, and is refused another."""
        await self.house.imagine()
        answer = await self.house.imagine()
        assert answer.response is not None
        assert answer.response.ephemeral
        return answer.response  # type: ignore[return-value]  # to be clicked

    async def asked(self) -> discord.Message:
        """Mia asks; what the leads see."""
        await self.house.mia.click(await self.refused(), label=ASK)
        return self.increase

    async def allow(self, whose: int, maximum: int | None, scope: Scope = Scope.MEMBER) -> None:
        """Let a lead set how many pictures a day a member, or whoever has a role, may make."""
        rule = LimitRule(
            shared=False, scope=scope, scope_id=whose, metric=Metric.IMAGES, window=Window.DAY, maximum=maximum
        )

        def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            return replace(policy, limits=(rule,)), Decision(1, 1, "quota set", "", "", "")

        await self.house.services.policies.change(self.house.server.id, alter)

    @property
    def increase(self) -> discord.Message:
        """The newest message in the log channel."""
        message = self.log.last_message
        assert message is not None
        return message

    async def grants(self) -> int:
        return len((await self.house.services.policies.of(self.house.server.id)).grants)

    def to_mia(self) -> list[str]:
        """The bot's direct messages to Mia."""
        channel = self.house.mia.user.dm_channel
        return [message.content for message in channel.history()]

    def in_the_studio(self) -> list[discord.Message]:
        """What the bot posted where Mia asked, without the pictures."""
        return [message for message in self.house.channel.history() if not message.attachments]

    def pass_the_window(self) -> None:
        """Two days later."""
        clock = self.house.services.clock
        clock.told(clock() + 2 * 86_400)


async def a_desk(house: House) -> Desk:
    desk = Desk(house)
    await house.env.settle()
    await desk.log_to(desk.log.id)
    return desk


def labels(message: Any) -> list[str]:  # noqa: ANN401 - SimCord's messages and discord.py's
    rows: list[Any] = message.components
    plain: list[Any] = [row.to_dict() if isinstance(row, discord.ActionRow) else row for row in rows]
    return [button["label"] for row in plain for button in row["components"]]


def said(answer: InteractionResult) -> str:
    """What only who acted sees."""
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content
