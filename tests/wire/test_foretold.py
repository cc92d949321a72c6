"""What is left out of a request or changed in it stands on Discord before the image API is asked."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from typing_extensions import override

from bot.sandbox.discord import Upload
from tests.examples import png
from tests.wire.test_replies import below

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord import Invocation, Member, Message
    from bot.sandbox.images.received import Call
    from tests.wire.house import House


def animation() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    content = io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    return content.getvalue()


def half() -> bytes:
    """A mask: the left half may change."""
    mask, content = Image.new("L", (64, 64)), io.BytesIO()
    mask.paste(255, (0, 0, 32, 64))
    mask.save(content, "PNG")
    return content.getvalue()


CASES: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "animated": (
        lambda: {"image": Upload("two.gif", animation())},
        "“two.gif” is animated; its first picture is used.",
    ),
    "scaled": (lambda: {"image": Upload("wide.png", png(5000, 2500))}, "“wide.png” was scaled from 5000×2500 to"),
    "kept": (
        lambda: {"image": Upload("a.png", png(64, 64, "red")), "mask": Upload("m.png", half()), "format": "jpeg"},
        "The rest will be put back from the picture itself: compressed anew as a JPEG",
    ),
}


class Listening(list["Call"]):
    """The calls of the image API; notes what Discord shows in the moment in which one arrives."""

    def __init__(self, shown: Callable[[], str]) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._now = shown

    @override
    def append(self, call: Call) -> None:
        self.shown.append(self._now())
        super().append(call)


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("case", CASES)
async def test_a_command_says_it_before_anything_is_paid(
    case: str, house: House, mia: Member, *, private: bool
) -> None:
    options, note = CASES[case]
    asked: list[Invocation] = []
    calls = house.images.calls = Listening(lambda: house.words(asked[0]))
    asked.append(await mia.slash("edit", prompt="make it snowy", private=private, **options()))
    await house.ended(*asked)

    (told,) = calls.shown
    assert f"-# {note}" in told


async def test_a_reply_says_it_below_itself(house: House, mia: Member) -> None:
    picture = await house.imagine(mia)
    words: list[Message] = []
    calls = house.images.calls = Listening(lambda: "".join(each.content for each in below(house, words[0])))
    words.append(await mia.reply(picture, "like this", [Upload("two.gif", animation())]))
    await house.until(lambda: [each for each in below(house, words[0]) if each.attachments and each.components])

    (told,) = calls.shown
    assert "-# “two.gif” is animated; its first picture is used." in told
