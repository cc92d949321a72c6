"""What comes after the first answer: the response itself, and follow-ups, on the interaction's token.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.rest.routes import NO_CONTENT, Call, Reply, Route
from bot.sandbox.discord.wire.json_values import as_id, as_int
from bot.sandbox.discord.wire.refusals import unknown_webhook
from bot.sandbox.discord.world.records import MessageFlag

if TYPE_CHECKING:
    from bot.sandbox.discord.messages.message_service import MessageService
    from bot.sandbox.discord.wire.rate_limits import Buckets, RateLimits, Turn
    from bot.sandbox.discord.world.invocations import Invocation
    from bot.sandbox.discord.world.model import Message
    from bot.sandbox.discord.world.world import World

ORIGINAL = "@original"


class WebhookRoutes:
    """``/webhooks/{application}/{token}``."""

    def __init__(self, world: World, desk: MessageService, buckets: Buckets, limits: RateLimits) -> None:
        self._world = world
        self._desk = desk
        self._buckets = buckets
        self._limits = limits

    def routes(self) -> list[Route]:
        """The routes; all of them share the token's bucket."""
        base = "/webhooks/{application}/{token}"
        one = f"{base}/messages/{{message}}"
        return [
            Route("POST", base, self._follow_up, needs_token=False, bucket=self._turn),
            Route("GET", one, self._get, needs_token=False, bucket=self._turn),
            Route("PATCH", one, self._edit, needs_token=False, bucket=self._turn),
            Route("DELETE", one, self._delete, needs_token=False, bucket=self._turn),
        ]

    def _turn(self, call: Call) -> Turn | None:
        return self._buckets.take("interaction token", call.parameters["token"], self._limits.per_token)

    async def _follow_up(self, call: Call) -> Reply:
        invocation = self._invocation(call)
        if invocation.waits_for_words():
            # Right after a deferral it fills the response; whether that is private was settled by the deferral.
            message = invocation.own(None)
            return Reply(self._view(await self._desk.edit(message, call.fields, call.files, limit=_limit(invocation))))
        flags = MessageFlag(as_int(call.fields.get("flags")))
        message = await self._desk.post(
            invocation.channel,
            self._world.bot,
            call.fields,
            call.files,
            limit=_limit(invocation),
            invocation=invocation,
            ephemeral=MessageFlag.EPHEMERAL in flags,
        )
        invocation.followups.append(message)
        return Reply(self._view(message))

    async def _get(self, call: Call) -> Reply:
        return Reply(self._view(self._message(call)))

    async def _edit(self, call: Call) -> Reply:
        limit = _limit(self._invocation(call))
        return Reply(self._view(await self._desk.edit(self._message(call), call.fields, call.files, limit=limit)))

    async def _delete(self, call: Call) -> Reply:
        self._desk.delete(self._message(call), self._world.bot)
        return NO_CONTENT

    def _invocation(self, call: Call) -> Invocation:
        invocation = self._world.invocations.get(call.parameters["token"])
        if invocation is None or call.id("application") != self._world.bot.id:
            raise unknown_webhook()
        invocation.require_usable()
        invocation.require_channel()
        return invocation

    def _message(self, call: Call) -> Message:
        named = call.parameters["message"]
        if named == ORIGINAL:
            return self._invocation(call).own(None)
        return self._invocation(call).own(as_id(named) or 0)

    def _view(self, message: Message) -> dict[str, object]:
        return self._world.views.full(message)


def _limit(invocation: Invocation) -> int:
    return invocation.upload_limit
