"""Everything about one result, for who asks for its details."""

from __future__ import annotations

import discord

from bot.presentation.result import made_how
from bot.presentation.safe import shown
from bot.services.ledger import ChargeState, Job, OpenRequest
from bot.services.pricing import format_usd

PROMPT_SHOWN = 1800  # characters; an embed's description holds 4096, and escaping may double them
ENDS = {
    ChargeState.RESERVED: "waiting",
    ChargeState.DISPATCHED: "being made",
    ChargeState.UNKNOWN: "outcome unknown, price held",
    ChargeState.RELEASED: "not made, not charged",
    ChargeState.SETTLED: "made",
}


def details_embed(order: OpenRequest, model_title: str) -> discord.Embed:
    """Prompt, options, requester, time, and each picture's number, size, cost and time."""
    request = order.request
    embed = discord.Embed(title="Details", description=shown(request.prompt, PROMPT_SHOWN))
    embed.add_field(name="Made with", value=" · ".join(made_how(request, model_title)), inline=False)
    embed.add_field(name="Model", value=request.model)
    embed.add_field(name="Asked by", value=f"<@{order.requester.user_id}>")
    embed.add_field(name="Asked", value=f"<t:{order.created_at}:f>")
    embed.add_field(name="Pictures", value="\n".join(_line(job) for job in order.jobs)[:1024], inline=False)
    return embed


def _line(job: Job) -> str:
    picture = job.picture
    if picture is None:
        return f"{job.index}: {ENDS[job.state]}"
    image = picture.image
    facts = [
        f"#{picture.number}",
        f"{image.width}×{image.height}",
        image.media_type.removeprefix("image/").upper(),
        f"{image.byte_size / 1_000_000:.2f} MB",
        f"{picture.seconds:.1f} s",
        format_usd(picture.cost_nano),
    ]
    return " · ".join([*facts, "deleted"] if picture.deleted else facts)
