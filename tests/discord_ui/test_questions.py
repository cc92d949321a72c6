"""Questions which picture is meant: closed once something is made, remembered only while memory is given for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from bot.discord_ui.questions import MOST_KEPT, Questions

if TYPE_CHECKING:
    import discord


class Asking:
    """The interaction by which was asked: remembers what its question was changed to."""

    locale = "en-US"

    def __init__(self, failure: Exception | None = None) -> None:
        self.said: list[str] = []
        self._failure = failure

    async def edit_original_response(self, *, content: str, attachments: list[discord.File], view: None) -> None:
        assert view is None
        assert attachments == []
        if self._failure is not None:
            raise self._failure
        self.said.append(content)


def press(message_id: int) -> discord.Interaction[Any]:
    return cast("discord.Interaction[Any]", SimpleNamespace(id=1, message=SimpleNamespace(id=message_id)))


def asked(asking: Asking) -> discord.Interaction[Any]:
    return cast("discord.Interaction[Any]", asking)


async def test_a_question_that_cannot_be_closed_stays_as_it_is() -> None:
    questions = Questions()
    questions.keep(7, asked(Asking(OSError("gone"))))

    await questions.close(press(7), "You chose #2.")


async def test_no_more_questions_are_kept_than_memory_is_given_for() -> None:
    questions, first, last = Questions(), Asking(), Asking()
    questions.keep(0, asked(first))
    for message_id in range(1, MOST_KEPT):
        questions.keep(message_id, asked(Asking()))
    questions.keep(MOST_KEPT, asked(last))

    for message_id in (0, MOST_KEPT):
        await questions.close(press(message_id), "You chose #1.")

    assert first.said == []
    assert last.said == ["You chose #1."]
