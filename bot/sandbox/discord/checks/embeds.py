"""Limits of embeds.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.wire import Json, as_object, as_objects, as_text

if TYPE_CHECKING:
    from bot.sandbox.discord.refusals import FormFaults

MOST_EMBEDS = 10
MOST_FIELDS = 25
MOST_CHARACTERS = 6000  # all embeds of a message together


def check_embeds(embeds: list[Json], faults: FormFaults) -> None:
    """Note what is wrong with a message's embeds."""
    faults.check_count("embeds", len(embeds), MOST_EMBEDS)
    total = 0
    for position, embed in enumerate(embeds):
        place = f"embeds.{position}"
        for text, limit, spot in _texts(embed):
            faults.check_length(f"{place}.{spot}", text, limit)
            total += len(text)
        fields = as_objects(embed.get("fields"))
        faults.check_count(f"{place}.fields", len(fields), MOST_FIELDS)
        for number, field in enumerate(fields):
            for key in ("name", "value"):
                if not as_text(field.get(key)).strip():
                    faults.add(f"{place}.fields.{number}.{key}", "BASE_TYPE_REQUIRED", "This field is required")
    if total > MOST_CHARACTERS:
        faults.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MOST_CHARACTERS}")


def _texts(embed: Json) -> list[tuple[str, int, str]]:
    texts = [
        (as_text(embed.get("title")), 256, "title"),
        (as_text(embed.get("description")), 4096, "description"),
        (as_text(as_object(embed.get("footer")).get("text")), 2048, "footer.text"),
        (as_text(as_object(embed.get("author")).get("name")), 256, "author.name"),
    ]
    for number, field in enumerate(as_objects(embed.get("fields"))):
        texts.append((as_text(field.get("name")), 256, f"fields.{number}.name"))
        texts.append((as_text(field.get("value")), 1024, f"fields.{number}.value"))
    return texts
