"""A turn of a conversation: what leads it, what it goes on from, and what its main model is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

MOST_WRITTEN = 2_000  # tokens that the main model may write in a turn, its thoughts with them


@dataclass(frozen=True, slots=True)
class Talk:
    """What makes a request a turn of a conversation.

    Attributes:
        main_model: the text model that leads it; a main model's id in the catalog.
        key: of the conversation; the same for all of its turns.
        previous: the provider's id of the response that it goes on from; None begins anew.
        kept_inputs: so many of the input pictures, from the first, are kept there too, and sent only if they are not.
        said: what was said before, oldest first: told again where that is not kept.
        context_tokens: the most that the main model reads of what the provider keeps of it.
        context_pictures: input pictures that are kept there, at most.
        effort: of the main model's thoughts.
        most_written: tokens that the main model may write, its thoughts with them.
        is_stored: the provider may keep the response, so that the next turn goes on from it.
    """

    main_model: str
    key: str
    previous: str | None = None
    kept_inputs: int = 0
    said: tuple[str, ...] = ()
    context_tokens: int = 0
    context_pictures: int = 0
    effort: str = "low"
    most_written: int = MOST_WRITTEN
    is_stored: bool = True

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Self:
        """Read what the database keeps."""
        return cls(**dict(fields, said=tuple(fields["said"])))


INSTRUCTIONS = (
    "You are a designer who makes pictures together with a team, in a chat in which each message is the next "
    "instruction. Make or change a picture with the image_generation tool, at most once for each message, and change "
    "only what was asked for. Where a message names no other picture, it is about the latest one. If it is not clear "
    "what is wanted, ask one short question instead. If you make no picture, say in one or two sentences why, and what "
    "would be possible; never say that there is a picture unless you have called the tool. After a picture say "
    "nothing, or one short sentence that helps. Write in the language of the message, plainly, without links."
)
MOST_SAID = 4_000  # characters of what was said before, where it has to be told again; the latest come first


def sent_words(talk: Talk, prompt: str) -> str:
    """What the main model is told that begins anew: the member's own words, behind what was said before."""
    told: list[str] = []
    left = MOST_SAID
    for words in reversed(talk.said):
        left -= len(words) + 1
        if left < 0:
            break
        told.insert(0, f"- {words}")
    if not told:
        return prompt
    before = "\n".join(told)
    return f"What was asked for so far, oldest first:\n{before}\n\nThe picture here is what came of it. Now: {prompt}"
