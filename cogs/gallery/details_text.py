"""Everything about a picture or a whole result, for who asks for its details."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.presentation.story import NAMES, kept_how, linked, made_how
from bot.services.gallery import Family
from bot.services.ledger import ChargeState, Job, Order
from bot.services.requests import THEN, Change, format_usd
from bot.services.text import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.services.gallery import Relative

PROMPT_SHOWN = 1800  # characters; an embed's description holds 4096, and escaping may double them
STORY_SHOWN = 400  # the same, of the words that the pictures before it were made from
REVISED_SHOWN = 500  # the same, of what the main model of a conversation told the image model
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


def details_embed(order: Order, numbers: Collection[int], family: Family = ALONE) -> discord.Embed:
    """Words, options, requester, time, relatives, and each picture's number, size, cost and time.

    Args:
        order: the request behind the pictures.
        numbers: of the pictures that are meant; of a whole result, what was not made or is deleted is told too.
        family: what they were made from, and what was made of them.
    """
    request = order.request
    jobs = [job for job in order.jobs if job.picture is not None and job.picture.number in numbers]
    is_whole = len(jobs) > 1 or len(order.pictures) == 1
    embed = discord.Embed(title=f"Details of {', '.join(f'#{number}' for number in sorted(numbers))}")
    pictures = [job.picture for job in jobs if job.picture is not None]
    embed.add_field(name="Made with", value=" · ".join(made_how(request, request.model, pictures)), inline=False)
    kept = kept_how(request, pictures)
    if kept:
        embed.add_field(name="Kept", value="\n".join(kept), inline=False)
    embed.add_field(name="Asked by", value=f"<@{order.requester.user_id}>")
    embed.add_field(name="Asked", value=f"<t:{order.created_at}:f>")
    lines = [_line(job) for job in sorted(order.jobs if is_whole else jobs, key=_place)]
    embed.add_field(name="Pictures", value="\n".join(lines)[:LONGEST_FIELD], inline=False)
    _add_relatives(embed, order, family)
    _add_words(embed, order, family)
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


def _add_relatives(embed: discord.Embed, order: Order, family: Family) -> None:
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
    _add_lines(embed, "Used for", children)


def _parent(relative: Relative, server_id: int) -> str:
    """``#4820 · edit: make it blue``, with a link where it leads somewhere."""
    name = _name(relative, server_id)
    if relative.private or relative.deleted:
        return name
    what = f" · {NAMES[relative.change]}" if relative.change is not Change.NEW else ""
    words = f": {_words_of(relative)}" if relative.prompt.strip() else ""
    return f"{name}{what}{words}"


def _words_of(relative: Relative) -> str:
    return shown(relative.prompt, WORDS_SHOWN)


def _child(relative: Relative, server_id: int) -> str:
    """``#4830 · variation by @x``, the same way."""
    name = _name(relative, server_id)
    if relative.private or relative.deleted:
        return name
    return f"{name} · {NAMES[relative.change]} by <@{relative.user_id}>"


def _name(relative: Relative, server_id: int) -> str:
    if relative.deleted:
        return f"#{relative.number}, deleted"
    if relative.private:
        return f"#{relative.number}, private"
    return linked(relative.number, server_id, relative.place)


def _add_lines(embed: discord.Embed, name: str, lines: Sequence[str]) -> None:
    """As many fields as the lines need, with this name."""
    title, value = name, ""
    for line in lines:
        if value and len(f"{value}\n{line}") > LONGEST_FIELD:
            embed.add_field(name=title, value=value, inline=False)
            title, value = f"{name}, continued", ""
        value = f"{value}\n{line}".strip()
    if value:
        embed.add_field(name=title, value=value, inline=False)


def _add_words(embed: discord.Embed, order: Order, family: Family) -> None:
    """The words of the request, as many as the embed has room for, and those of the pictures before it."""
    told = [job.answer.revised_prompt for job in order.jobs if job.answer is not None and job.answer.revised_prompt]
    if told:
        embed.add_field(name="Told to the image model", value=shown(told[0], REVISED_SHOWN), inline=False)
    before = _words_before(order, family)
    if before:
        embed.add_field(name="Words before", value=before, inline=False)
    prompt = order.request.prompt
    if prompt.strip():
        words, room = shown(prompt, PROMPT_SHOWN), LONGEST_EMBED - len(embed)
        embed.description = words if len(words) <= room else shown(prompt, room // 2)


def _words_before(order: Order, family: Family) -> str:
    """The words that the changed picture was made from; none where its own line tells as much, or nobody may know."""
    request = order.request
    words = shown(THEN.join(request.story), STORY_SHOWN)
    parent = next((relative for relative in family.parents if relative.number == request.parent), None)
    if parent is None:
        return words
    is_everybodys = any(not order.hides(picture) for picture in order.pictures)
    is_secret = parent.private and is_everybodys  # else who asked for both knows them
    return "" if parent.deleted or is_secret or words == _words_of(parent) else words
