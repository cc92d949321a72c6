"""Everything about a picture or a whole result, for who asks for its details."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.discord_limits import LONGEST_FIELD
from bot.language import decimal, joined, phrase, plural
from bot.presentation.picture_descriptions import NAMES, kept_how, linked, made_how
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
LONGEST_EMBED = 6000  # characters of all its texts together; Discord's limit
SPARE = 200  # characters that our own words may be longer in other languages
MOST_PARENTS = 5  # that are named
ENDS = {
    ChargeState.RESERVED: phrase("waiting"),
    ChargeState.DISPATCHED: phrase("being made"),
    ChargeState.UNKNOWN: phrase("outcome unknown, price held"),
    ChargeState.RELEASED: phrase("not made, not charged"),
    ChargeState.SETTLED: phrase("made"),
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
    those = ", ".join(f"#{number}" for number in sorted(numbers))
    embed = discord.Embed(title=phrase("Details of {numbers}", numbers=those))
    pictures = [job.picture for job in jobs if job.picture is not None]
    made = joined(" · ", made_how(request, request.model, pictures))
    embed.add_field(name=phrase("Made with"), value=made, inline=False)
    kept = kept_how(request, pictures)
    if kept:
        embed.add_field(name=phrase("Kept"), value=joined("\n", kept), inline=False)
    embed.add_field(name=phrase("Asked by"), value=f"<@{order.requester.user_id}>")
    embed.add_field(name=phrase("Asked"), value=f"<t:{order.created_at}:f>")
    lines = [_line(job) for job in sorted(order.jobs if is_whole else jobs, key=_place)]
    embed.add_field(name=phrase("Pictures"), value=joined("\n", lines), inline=False)
    _add_relatives(embed, order, family)
    _add_words(embed, order, family)
    return embed


def _place(job: Job) -> tuple[bool, int]:
    """The pictures by number, then what made none."""
    return (True, job.index) if job.picture is None else (False, job.picture.number)


def _line(job: Job) -> str:
    picture = job.picture
    if picture is None:
        return joined(": ", [str(job.index), ENDS[job.state]])
    image = picture.image
    facts = [
        f"#{picture.number}",
        f"{image.width}×{image.height}",
        image.media_type.removeprefix("image/").upper(),
        phrase("{size} MB", size=decimal(f"{image.byte_size / 1_000_000:.2f}")),
        phrase("{seconds} s", seconds=decimal(f"{picture.seconds:.1f}")),
        format_usd(picture.cost_nano),
    ]
    return joined(" · ", [*facts, phrase("deleted")] if picture.deleted else facts)


def _add_relatives(embed: discord.Embed, order: Order, family: Family) -> None:
    server_id = order.requester.server_id
    known = {relative.number for relative in family.parents}
    others = sum(file.number not in known for file in order.request.references)
    parents = [_parent(relative, server_id) for relative in family.parents[:MOST_PARENTS]]
    if len(family.parents) > MOST_PARENTS:
        parents.append(phrase("and {count} more of mine", count=len(family.parents) - MOST_PARENTS))
    if others:
        parents.append(plural("a picture of somebody's", "{count} pictures of somebody's", others))
    _add_lines(embed, phrase("Made from"), parents)
    children = [_child(relative, server_id) for relative in family.children]
    if family.child_count > len(family.children):
        children.append(phrase("and {count} more", count=family.child_count - len(family.children)))
    _add_lines(embed, phrase("Used for"), children)


def _parent(relative: Relative, server_id: int) -> str:
    """``#4820 · edit: make it blue``, with a link where it leads somewhere."""
    name = _name(relative, server_id)
    if relative.private or relative.deleted:
        return name
    line = name if relative.change is Change.NEW else joined(" · ", [name, NAMES[relative.change]])
    return joined(": ", [line, _words_of(relative)]) if relative.prompt.strip() else line


def _words_of(relative: Relative) -> str:
    return shown(relative.prompt, WORDS_SHOWN)


def _child(relative: Relative, server_id: int) -> str:
    """``#4830 · variation by @x``, the same way."""
    name = _name(relative, server_id)
    if relative.private or relative.deleted:
        return name
    return phrase("{name} · {what} by {who}", name=name, what=NAMES[relative.change], who=f"<@{relative.user_id}>")


def _name(relative: Relative, server_id: int) -> str:
    if relative.deleted:
        return phrase("{number}, deleted", number=f"#{relative.number}")
    if relative.private:
        return phrase("{number}, private", number=f"#{relative.number}")
    return linked(relative.number, server_id, relative.place)


def _add_lines(embed: discord.Embed, name: str, lines: Sequence[str]) -> None:
    """As many fields as the lines need, with this name; with room for languages that need more."""
    fields: list[list[str]] = [[]]
    for line in lines:
        if fields[-1] and len("\n".join([*fields[-1], line])) > LONGEST_FIELD - SPARE:
            fields.append([])
        fields[-1].append(line)
    for number, those in enumerate(fields if lines else []):
        title = phrase("{name}, continued", name=name) if number else name
        embed.add_field(name=title, value=joined("\n", those), inline=False)


def _add_words(embed: discord.Embed, order: Order, family: Family) -> None:
    """The words of the request, as many as the embed has room for, and those of the pictures before it."""
    told = [job.answer.revised_prompt for job in order.jobs if job.answer is not None and job.answer.revised_prompt]
    if told:
        embed.add_field(name=phrase("Told to the image model"), value=shown(told[0], REVISED_SHOWN), inline=False)
    before = _words_before(order, family)
    if before:
        embed.add_field(name=phrase("Words before"), value=before, inline=False)
    prompt = order.request.prompt
    if prompt.strip():
        words, room = shown(prompt, PROMPT_SHOWN), LONGEST_EMBED - SPARE - len(embed)
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
