"""Everything about a picture or a whole result, for who asks for its details."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.presentation.result import COMPOSED
from bot.presentation.safe import shown
from bot.presentation.story import THEN, made_how
from bot.services.changes import TITLES, Change
from bot.services.ledger import ChargeState, Job, OpenRequest
from bot.services.lineage import Family
from bot.services.pricing import format_usd

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.services.lineage import Relative
    from bot.services.requests import ImageRequest

PROMPT_SHOWN = 1800  # characters; an embed's description holds 4096, and escaping may double them
STORY_SHOWN = 400  # the same, of the words that the pictures before it were made from
WORDS_SHOWN = 40  # the same, of each picture that it was made from
LONGEST_FIELD = 1024  # characters; Discord's limit
LONGEST_EMBED = 6000  # characters of all its texts together; Discord's limit
MOST_PARENTS = 5  # that are named
ENDS = {
    ChargeState.RESERVED: "waiting",
    ChargeState.DISPATCHED: "being made",
    ChargeState.UNKNOWN: "outcome unknown, price held",
    ChargeState.RELEASED: "not made, not charged",
    ChargeState.SETTLED: "made",
}
ALONE = Family()


def details_embed(
    order: OpenRequest, model_title: str, numbers: Collection[int] = (), family: Family = ALONE
) -> discord.Embed:
    """Words, options, requester, time, relatives, and each picture's number, size, cost and time.

    Args:
        order: the request behind the pictures.
        model_title: what people call its model.
        numbers: of the pictures that are meant; of a whole result, what was not made or is deleted is told too.
        family: what they were made from, and what was made of them.
    """
    request = order.request
    jobs = [job for job in order.jobs if job.picture is not None and job.picture.number in numbers]
    composed = any(job.picture is not None and job.picture.composed for job in order.jobs)
    is_whole = not numbers or len(jobs) > 1 or len(order.pictures) == 1
    embed = discord.Embed(title="Details" if is_whole else f"Details of #{next(iter(numbers))}")
    if request.change is not Change.NEW:
        embed.add_field(name="Change", value=TITLES[request.change])
    embed.add_field(name="Made with", value=" · ".join(made_how(request, model_title, composed=composed)), inline=False)
    if composed:
        embed.add_field(name="Provenance", value=COMPOSED, inline=False)
    embed.add_field(name="Model", value=request.model)
    embed.add_field(name="Asked by", value=f"<@{order.requester.user_id}>")
    embed.add_field(name="Asked", value=f"<t:{order.created_at}:f>")
    lines = [_line(job) for job in sorted(order.jobs if is_whole else jobs, key=_place)]
    embed.add_field(name="Pictures", value="\n".join(lines)[:LONGEST_FIELD], inline=False)
    _add_relatives(embed, order, family)
    _add_words(embed, request)
    return embed


def _place(job: Job) -> tuple[bool, int]:
    """The pictures by number, then what made none."""
    return (True, job.index) if job.picture is None else (False, job.picture.number)


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


def _add_relatives(embed: discord.Embed, order: OpenRequest, family: Family) -> None:
    server_id = order.requester.server_id
    known = {relative.number for relative in family.parents}
    others = sum(file.number not in known for file in order.request.references)
    parents = [_parent(relative, server_id) for relative in family.parents[:MOST_PARENTS]]
    if len(family.parents) > MOST_PARENTS:
        parents.append(f"and {len(family.parents) - MOST_PARENTS} more of mine")
    if others:
        parents.append("a picture of somebody's" if others == 1 else f"{others} pictures of somebody's")
    _add_lines(embed, "Made from", parents)
    children = [_child(relative, server_id) for relative in family.children]
    if family.child_count > len(family.children):
        children.append(f"and {family.child_count - len(family.children)} more")
    _add_lines(embed, "Made of it", children)


def _parent(relative: Relative, server_id: int) -> str:
    """``#4820 (Edit), "make it blue"``, with a link where it leads somewhere."""
    name = _name(relative, server_id)
    if relative.private or relative.deleted:
        return name
    title = f" ({TITLES[relative.change]})" if relative.change is not Change.NEW else ""
    words = f": {shown(relative.prompt, WORDS_SHOWN)}" if relative.prompt.strip() else ""
    return f"{name}{title}{words}"


def _child(relative: Relative, server_id: int) -> str:
    """``#4830 Vary by @x``, the same way."""
    name = _name(relative, server_id)
    if relative.private or relative.deleted:
        return name
    return f"{name} {TITLES[relative.change]} by <@{relative.user_id}>"


def _name(relative: Relative, server_id: int) -> str:
    if relative.deleted:
        return f"#{relative.number}, deleted"
    if relative.private:
        return f"#{relative.number}, private"
    if relative.place is None:
        return f"#{relative.number}"
    channel_id, message_id = relative.place
    return f"[#{relative.number}](https://discord.com/channels/{server_id}/{channel_id}/{message_id})"


def _add_lines(embed: discord.Embed, name: str, lines: Sequence[str]) -> None:
    """As many fields as the lines need, the first with this name."""
    value = ""
    for line in lines:
        if value and len(f"{value}\n{line}") > LONGEST_FIELD:
            embed.add_field(name=name, value=value, inline=False)
            name, value = "…", ""
        value = f"{value}\n{line}".strip()
    if value:
        embed.add_field(name=name, value=value, inline=False)


def _add_words(embed: discord.Embed, request: ImageRequest) -> None:
    """The words of the request, as many as the embed has room for, and those of the pictures before it."""
    if request.story:
        embed.add_field(name="Words before", value=shown(THEN.join(request.story), STORY_SHOWN), inline=False)
    if request.prompt.strip():
        words, room = shown(request.prompt, PROMPT_SHOWN), LONGEST_EMBED - len(embed)
        embed.description = words if len(words) <= room else shown(request.prompt, room // 2)
