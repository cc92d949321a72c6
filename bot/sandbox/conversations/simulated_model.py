"""What the main model makes of what it is asked; always alike for the same words and pictures.

With the tool: a picture, a question back, or why not. Without it: more words for a prompt, or a prompt for a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.conversations.picture_description import description
from bot.sandbox.images.tokens import text_tokens

if TYPE_CHECKING:
    from bot.sandbox.conversations.options import ConversationOptions
    from bot.sandbox.conversations.response_request import ResponseRequest

DECLINED = (
    "I would rather not make that: it could hurt the person it shows. Tell me what it is for, and we find another way."
)
UNCLEAR = "What would you like me to change: the subject, the light or the style?"
CLAIMED = "Here is your picture. I made it just as you asked."
BLOCKED = "I could not make this picture: the safety check did not allow it. Try it in other words."
MORE = ", seen from a little below, in soft evening light, with long shadows, muted colours and fine detail"
ENDLESS = 2_000  # words
DONE = "Done. Tell me what to change next."
THOUGHT = {"none": 0, "minimal": 16, "low": 64, "medium": 256, "high": 640, "xhigh": 1024, "max": 2048}
CALL = 24  # tokens of a call of the tool beside its prompt


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Attributes:
        action: ``generate`` or ``edit``; None makes no picture.
        prompt: what the tool is told: the revised prompt.
        words: said at the end; may be empty.
        declines: they are a refusal.
    """

    action: str | None
    prompt: str
    words: str
    declines: bool = False

    @property
    def call_tokens(self) -> int:
        """What the main model writes to call the tool."""
        return 0 if self.action is None else CALL + text_tokens(self.prompt)


def plan(asked: ResponseRequest, words: set[str], options: ConversationOptions) -> Plan:
    """What the main model does about a turn; `words` are those of it, in lower case. Run it off the event loop."""
    if asked.tool is None:
        return _written(asked, words, options)
    if not asked.must_paint:
        if words & options.declined_words:
            return Plan(None, "", DECLINED)
        if words & options.unclear_words:
            return Plan(None, "", UNCLEAR)
    action = asked.tool.action
    if action == "auto":
        action = "edit" if asked.pictures else "generate"
    said = asked.words.strip().rstrip(".") or "the picture"
    rest = ". Keep everything else as it is." if action == "edit" else ", in natural light, finely detailed"
    return Plan(action, said + rest, "" if asked.must_paint else DONE)


def _written(asked: ResponseRequest, words: set[str], options: ConversationOptions) -> Plan:
    """What it writes that has no tool: without instructions it repeats what was said."""
    if words & options.declined_words:
        return Plan(None, "", DECLINED, declines=True)
    if words & options.endless_words:
        return Plan(None, "", " ".join([asked.words, *["and more"] * ENDLESS]))
    if "instructions" not in asked.fields:
        return Plan(None, "", f"You said: {asked.words}")
    if asked.pictures:
        return Plan(None, "", description(asked.pictures[0].seen))
    return Plan(None, "", asked.words.strip().rstrip(".") + MORE)
