"""What is said of stars, and under a picture in the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_MESSAGE
from bot.language import composed, joined, phrase, plural
from bot.presentation.picture_descriptions import made_how, message_link
from bot.presentation.result import PROMPT_SHOWN
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.gallery import Counted
    from bot.services.ledger import Order, Picture

LONGEST_NOTE = 300  # characters


def counted_text(number: int, counted: Counted, *, own: bool, private: bool) -> str:
    """What a press did, to who pressed; `own` if they asked for the picture."""
    if not counted.vote.starred:
        return phrase("{number} is no favourite of yours any more.", number=f"#{number}")
    said = phrase(
        "⭐ {number} is one of your favourites now: /history finds it with the option “favourites”. "
        "Press Star once more to take that back.",
        number=f"#{number}",
    )
    return joined(" ", [said, *_of_gallery(counted, own=own)]) if not private else said


def _of_gallery(counted: Counted, *, own: bool) -> list[str]:
    """What it means for the gallery, if there is one and the picture is not there yet."""
    vote, gallery = counted.vote, counted.gallery
    if gallery is None:
        return []
    channel = f"<#{gallery.channel_id}>"
    if counted.obstacle is not None:
        return [
            phrase(
                "It has the stars for {channel}, but is not shown there, because {why}.",
                channel=channel,
                why=counted.obstacle,
            )
        ]
    if vote.comes_due:
        return [phrase("Your star brings it into {channel}.", channel=channel)]
    if vote.is_in_gallery:
        return []
    missing = max(1, gallery.stars - vote.counted)
    way = plural(
        "{count} star more brings it into {channel}.",
        "{count} stars more bring it into {channel}.",
        missing,
        channel=channel,
    )
    return [phrase("Your own star does not count for the gallery; {way}", way=way) if own else way]


def gallery_post_text(
    order: Order, picture: Picture, model_title: str, original: tuple[int, int] | None, notes: Sequence[str]
) -> str:
    """Above a picture in the gallery: whose it is, its words, how it was made, and the way to where.

    Args:
        order: the request behind it.
        picture: of it.
        model_title: what people call the model.
        original: (channel id, message id) of the message that shows it where it was made; None if there is none.
        notes: sentences about a smaller copy.
    """
    request = order.request
    number, who = f"**#{picture.number}**", f"<@{order.requester.user_id}>"
    lines: list[str] = [phrase("{number} by {who}", number=number, who=who)]
    if request.prompt.strip():  # a change may have no words of its own
        lines.append(f"> {shown(request.prompt, PROMPT_SHOWN)}")
    lines.append("-# " + joined(" · ", made_how(request, model_title, [picture])))
    ways: list[str] = [phrase("Made {day}", day=f"<t:{picture.created_at}:D>")]
    if original is not None:
        ways.append(message_link(phrase("The original message"), order.requester.server_id, original))
    lines.append("-# " + joined(" · ", ways))
    lines += ["-# " + composed(lambda parts: one_line(parts[0], LONGEST_NOTE), [note]) for note in notes]
    return composed(lambda parts: "\n".join(parts)[:LONGEST_MESSAGE], lines)
