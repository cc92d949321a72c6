"""Limits of embeds.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.forms import WEB, address, anything, form, list_of, moment, text, truth, whole
from bot.sandbox.discord.checks.forms import required as needed
from bot.sandbox.discord.wire.json_values import Json, as_object, as_objects, as_text

if TYPE_CHECKING:
    from bot.sandbox.discord.wire.refusals import FormFaults

MOST_EMBEDS = 10
MOST_FIELDS = 25
MOST_CHARACTERS = 6000  # all embeds of a message together
LARGEST_COLOR = 0xFFFFFF
_PICTURE = form(url=address(*WEB, "attachment"), width=anything, height=anything)
EMBED = form(
    title=text(256),
    description=text(4096),
    url=address(*WEB),
    color=whole(0, LARGEST_COLOR),
    timestamp=moment,
    author=form(name=needed(text(256)), url=address(*WEB), icon_url=address(*WEB, "attachment")),
    footer=form(text=needed(text(2048)), icon_url=address(*WEB, "attachment")),
    image=_PICTURE,
    thumbnail=_PICTURE,
    fields=list_of(form(name=needed(text(256)), value=needed(text(1024)), inline=truth), MOST_FIELDS),
)


def check_embeds(embeds: list[Json], faults: FormFaults) -> None:
    """Note what is wrong with a message's embeds, beyond their form."""
    total = 0
    for position, embed in enumerate(embeds):
        place = f"embeds.{position}"
        texts = [words.strip() for words in _texts(embed)]
        total += sum(len(words) for words in texts)
        pictures = [as_text(as_object(embed.get(key)).get("url")) for key in ("image", "thumbnail")]
        if not any(texts) and not any(pictures):
            faults.add(f"{place}.description", "BASE_TYPE_REQUIRED", "This field is required")
        for number, field in enumerate(as_objects(embed.get("fields"))):
            for key in ("name", "value"):
                if not as_text(field.get(key)).strip():
                    faults.add(f"{place}.fields.{number}.{key}", "BASE_TYPE_REQUIRED", "This field is required")
    if total > MOST_CHARACTERS:
        faults.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MOST_CHARACTERS}")


def _texts(embed: Json) -> list[str]:
    texts = [
        as_text(embed.get("title")),
        as_text(embed.get("description")),
        as_text(as_object(embed.get("footer")).get("text")),
        as_text(as_object(embed.get("author")).get("name")),
    ]
    for field in as_objects(embed.get("fields")):
        texts += [as_text(field.get("name")), as_text(field.get("value"))]
    return texts
