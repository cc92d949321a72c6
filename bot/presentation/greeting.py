"""What is said once in a server that the bot has come to."""

from __future__ import annotations

from bot.language import joined, phrase
from bot.services.policy import Metric, amount_text


def greeting_text(member_daily_images: int | None) -> str:
    """What the bot does, how to begin, and who sets limits with what; `member_daily_images` as in `Defaults`."""
    until = phrase(
        "Until then there is no limit on what each member makes but what whoever runs me has set for all servers."
    )
    if member_daily_images is not None:
        pictures = amount_text(Metric.IMAGES, member_daily_images)
        until = phrase("Until then each member may make {pictures} a day.", pictures=pictures)
    members = phrase(
        "👋 I make pictures from words, and change them when you reply to them. Begin with `/imagine`; the price "
        "stands beside what you choose. `/help` tells the rest."
    )
    leads = phrase(
        "Leads, who are members that may manage this server: `/studio setup` sets a monthly budget, what each member "
        "may use a day, and where you are told."
    )
    return joined("\n", [members, joined(" ", [leads, until])])
