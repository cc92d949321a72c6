"""The dialog in which a picture is changed: what it offers, what it says already, what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.errors import PictureGoneError, RequestRefused
from bot.inputs.gatherer import NOTHING_DRAWN
from bot.presentation.choices import Asked
from bot.services.policy import Permit
from bot.services.requests import DRAWN, Change
from cogs.edit.dialog import TOO_LONG_TO_SHOW, EditDialog
from cogs.edit.dialog_choices import Offer
from cogs.edit.dialog_submit import NOTHING_SAID, Filled
from cogs.edit.open_messages import KEPT_FOR, MOST_KEPT, OpenMessages
from tests.cogs.house import SAID, rule
from tests.examples import MODEL, REQUEST, drawn_upon, png

if TYPE_CHECKING:
    import discord
    from simcord import InteractionResult

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

RED, BLUE = png(64, 64, "red"), png(64, 64, "blue")
SQUARE = png(64, 64)


def said(house: House, answer: InteractionResult) -> str:
    """What only the member sees, said at once."""
    assert answer.response is not None
    assert answer.response.ephemeral
    assert house.callbacks[-1] == SAID
    return answer.response.content


def fields(answer: InteractionResult) -> dict[str, Any]:
    """The inputs of the dialog that was opened, by their ids."""
    assert answer.modal is not None
    return {row["component"]["custom_id"]: row["component"] for row in answer.modal["components"]}


def described(answer: InteractionResult) -> list[tuple[str, str]]:
    """The fields of the dialog that was opened: what they are called, and what is said of them."""
    assert answer.modal is not None
    return [(row["label"], row.get("description") or "") for row in answer.modal["components"]]


def values(field: Any) -> list[str]:  # noqa: ANN401 - a part of the dialog's JSON
    return [option["value"] for option in field["options"]]


async def pressed(
    house: House,
    label: str = "Edit",
    content: bytes = SQUARE,
    **options: Any,  # noqa: ANN401 - of /imagine
) -> InteractionResult:
    """Mia draws a square picture and presses a button below it."""
    house.painter.content = content
    await house.imagine(**options)
    return await house.mia.click(house.posted[0], label=label)


# --- what it offers


async def test_the_dialog_begins_with_the_pictures_own_words_and_options(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house, content=png(1024, 1024), prompt="a red fox", quality="low", size="square")

        shown = fields(dialog)
        assert shown["prompt"]["value"] == "a red fox"
        assert values(shown["size"])[:2] == ["same", "1536x1024"]
        assert shown["size"]["options"][0]["label"].startswith("Same size: 1024×1024 · $")
        assert values(shown["quality"]) == list(MODEL.qualities)
        assert [option["value"] for option in shown["quality"]["options"] if option.get("default")] == ["low"]
        assert [option["label"].split(" · ")[0] for option in shown["count"]["options"]] == [
            "1 picture",
            "2 pictures",
            "3 pictures",
            "4 pictures",
        ]
        assert (shown["files"]["min_values"], shown["files"]["max_values"]) == (0, 10)


async def test_each_field_says_what_it_is_for_and_what_its_price_is_of(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house, quality="low", size="square")

        assert described(dialog) == [
            ("What to change", "The words so far stand here: replace them. With a drawing you may leave it empty."),
            ("Size", ""),
            ("Quality", "Price for one picture of the size it has now"),
            ("How many", "Price at low; a higher quality costs more for each"),
            (
                "References, mask, or the picture drawn upon",
                "Each costs up to $0.013 more per picture made; of an animation, the first is used.",
            ),
        ]


async def test_where_no_words_stand_and_nothing_may_be_drawn_nothing_is_said_of_them(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = described(await pressed(house, prompt="fox " * 1_100, model="gpt-image-2"))

        assert shown[0] == ("What to change", "")


async def test_only_what_the_rules_leave_is_offered(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine()
        await rule(house, qualities=("low", "medium"), most_pixels=1024 * 1024, most_count=2)

        shown = fields(await house.mia.click(house.posted[0], label="Edit"))

        assert values(shown["quality"]) == ["low", "medium"]
        assert values(shown["size"]) == ["same"]
        assert values(shown["count"]) == ["1", "2"]


async def test_who_may_not_start_from_pictures_hears_it_before_they_write(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await rule(house, may_edit=False)

        answer = await house.mia.click(house.posted[0], label="Edit")

        assert "You cannot start from pictures here" in said(house, answer)


async def test_while_the_studio_is_paused_no_dialog_opens(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine()
        await house.lead.slash(house.channel, "studio pause", reason="spring cleaning")

        by_button = await house.mia.click(house.posted[0], label="Edit")
        as_reference = await house.mia.select(house.posted[0], ["reference"], custom_id="more:1")

        for answer in (by_button, as_reference):
            assert answer.modal is None
            assert "has paused picture making here" in said(house, answer)


async def test_whose_allowance_is_used_up_hears_it_before_they_write(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        answer = await pressed(house)

        assert answer.modal is None
        assert "your daily allowance" in said(house, answer)


async def test_words_that_are_too_long_for_a_dialog_are_not_there_and_it_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = fields(await pressed(house, prompt="fox " * 1_100))

        assert not shown["prompt"].get("value")
        assert shown["prompt"]["placeholder"] == TOO_LONG_TO_SHOW


def test_every_choice_is_offered_with_its_price() -> None:
    offer = Offer(replace(REQUEST, size="1024x1024"), MODEL, Permit(), Asked(0, inputs=((1024, 1024),)))

    assert offer.counts[0][0] == "1 picture · $0.022"
    assert offer.counts[3][0] == "4 pictures · $0.086"
    assert offer.sizes[0] == ("Same size: 1024×1024 · $0.022", "same")
    assert offer.qualities[0] == ("low · $0.015", "low")
    assert offer.file_price == "$0.013"


# --- what becomes of it


async def test_what_is_filled_in_reaches_the_image_api(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house, prompt="a red fox")

        await house.mia.submit_modal(
            dialog, {"prompt": "make it snowy", "size": ["1024x1536"], "quality": ["low"], "count": ["2"]}
        )

        request = house.painter.asked[1]
        assert (request.change, request.prompt, request.parent) == (Change.EDIT, "make it snowy", 1)
        assert (request.size, request.quality, request.count, request.story) == ("1024x1536", "low", 2, ("a red fox",))
        assert [each.content for each in house.painter.inputs[1]] == [SQUARE]
        assert len(house.posted) == 2


async def test_what_is_left_as_it_is_stays_so(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house, quality="low", size="square", model="gpt-image-2")

        await house.mia.submit_modal(dialog, {"prompt": "make it snowy", "size": ["same"]})

        request = house.painter.asked[1]
        assert (request.model, request.size, request.quality, request.count) == ("gpt-image-2", "1024x1024", "low", 1)


async def test_added_pictures_follow_in_the_order_in_which_they_were_added(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house)

        await house.mia.submit_modal(dialog, {"prompt": "with these", "files": [("red.png", RED), ("blue.png", BLUE)]})

        assert [each.content for each in house.painter.inputs[1]] == [SQUARE, RED, BLUE]


async def test_a_dialog_can_be_sent_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house)
        await house.restart()

        await house.mia.submit_modal(dialog, {"prompt": "make it snowy", "files": [("red.png", RED)]})

        assert house.painter.asked[1].prompt == "make it snowy"
        assert [each.content for each in house.painter.inputs[1]] == [SQUARE, RED]


async def test_who_says_nothing_is_asked_to(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house)

        answer = await house.mia.submit_modal(dialog, {"prompt": " "})

        assert said(house, answer) == f"❌ {NOTHING_SAID}"


async def test_a_drawing_needs_no_words(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house)

        await house.mia.submit_modal(dialog, {"prompt": "", "files": [("drawn.png", drawn_upon(SQUARE))]})

        assert (house.painter.asked[1].prompt, house.painter.asked[1].sent_prompt) == ("", DRAWN)
        assert [each.role for each in house.painter.inputs[1]] == ["image", "markup"]


@pytest.mark.parametrize(
    ("words", "file", "sent"),
    [("a red fox", drawn_upon(SQUARE), DRAWN), ("a hat", drawn_upon(SQUARE), "a hat"), ("a red fox", RED, "a red fox")],
)
async def test_beside_a_drawing_the_words_that_stood_there_already_say_nothing(
    words: str, file: bytes, sent: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        dialog = await pressed(house, prompt="a red fox")

        await house.mia.submit_modal(dialog, {"prompt": words, "files": [("file.png", file)]})

        assert house.painter.asked[1].sent_prompt == sent


async def test_a_reference_without_words_is_asked_about(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house)

        answer = await house.mia.submit_modal(dialog, {"prompt": "", "files": [("red.png", RED)]})

        assert said(house, answer) == f"❌ {NOTHING_DRAWN}"
        assert len(house.painter.asked) == 1


async def test_a_dialog_about_a_picture_that_was_deleted_meanwhile_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await pressed(house)
        kept = await house.services.requests.of_picture(1, house.server.id)
        assert kept is not None
        await house.services.requests.delete_pictures(kept.id, 1)

        answer = await house.mia.submit_modal(dialog, {"prompt": "make it snowy"})

        assert "This picture was deleted." in said(house, answer)


async def test_under_a_private_result_the_change_is_private(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        first = await house.imagine(private=True)
        assert first.response is not None
        dialog = await house.mia.click(first.response, label="Edit")

        answer = await house.mia.submit_modal(dialog, {"prompt": "make it snowy"})

        assert answer.response is not None
        assert answer.response.ephemeral
        assert answer.response.content.startswith("**#2**")
        assert house.posted == []


async def test_of_several_public_pictures_the_chosen_one_is_changed_in_public(opened: OpenHouse) -> None:
    async with opened() as house:
        question = await pressed(house, count=2)
        assert question.response is not None
        dialog = await house.mia.click(question.response, label="#2")

        await house.mia.submit_modal(dialog, {"prompt": "make it snowy"})

        assert house.painter.asked[-1].parent == 2
        assert house.posted[-1].content.startswith("**#3**")


async def test_it_is_paid_by_who_sends_it(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=2) as house:
        dialog = await pressed(house)
        await house.imagine()
        bens = await house.ben.click(house.posted[0], label="Edit")

        refused = said(house, await house.mia.submit_modal(dialog, {"prompt": "make it snowy"}))
        await house.ben.submit_modal(bens, {"prompt": "make it snowy"})

        assert "your daily allowance" in refused
        assert f"**#3** for <@{house.ben.id}>" in house.posted[2].content


# --- as a reference


async def test_a_picture_as_reference_makes_a_new_picture_in_its_shape(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = png(1024, 1536)
        await house.imagine(prompt="a red fox", size="portrait")

        dialog = await house.mia.select(house.posted[0], ["reference"], custom_id="more:1")
        assert dialog.modal is not None
        await house.mia.submit_modal(dialog, {"prompt": "a poster", "files": [("red.png", RED)]})

        request = house.painter.asked[1]
        assert dialog.modal["title"] == "New picture with #1 as reference"
        assert described(dialog)[0] == ("What to draw", "")
        assert fields(dialog)["size"]["options"][0]["label"].startswith("Size of #1: 1024×1536 · $")
        assert not fields(dialog)["prompt"].get("value")
        assert (request.change, request.prompt, request.parent, request.story) == (Change.NEW, "a poster", None, ())
        assert (request.size, request.references[0].number) == ("1024x1536", 1)
        assert [each.content for each in house.painter.inputs[1]] == [house.painter.content, RED]


# --- what Discord sends


def submission(components: list[dict[str, Any]], **resolved: Any) -> discord.Interaction[Any]:  # noqa: ANN401 - parts of its JSON
    """A dialog as it arrives."""
    data = {"custom_id": "dialog:picture:1!", "components": components, "resolved": resolved}
    return cast("discord.Interaction[Any]", SimpleNamespace(data=data, _state=SimpleNamespace(http=None)))


def label(custom_id: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of its JSON
    return {"type": 18, "id": 1, "component": {"custom_id": custom_id, "id": 2, **content}}


def attached(number: int) -> dict[str, Any]:
    url = f"https://cdn.example/{number}.png"
    return {"id": str(number), "filename": f"{number}.png", "size": 9, "url": url, "proxy_url": url}


def test_files_come_in_the_members_order_not_in_that_of_what_is_resolved() -> None:
    filled = Filled.of(
        submission(
            [label("files", values=["7", "5", "6"])], attachments={str(each): attached(each) for each in (5, 6, 7)}
        )
    )

    assert [each.filename for each in filled.files] == ["7.png", "5.png", "6.png"]


@pytest.mark.parametrize(
    "components",
    [
        [],
        [{"type": 10, "id": 1}],
        [label("prompt", value=None), label("size", values=[]), label("quality"), label("count", values=[])],
        [label("size", values=["same"]), label("count", values=["many"]), label("files", values=["9"])],
    ],
)
def test_what_is_not_filled_in_is_as_it_was(components: list[dict[str, Any]]) -> None:
    assert Filled.of(submission(components)) == Filled("", None, None, None, ())


def test_a_drawing_needs_no_words_and_white_space_is_none() -> None:
    drawn = Filled(" \n", None, None, 1, (cast("discord.Attachment", object()),))

    assert drawn.change.prompt == DRAWN
    with pytest.raises(RequestRefused):
        _ = Filled(" \n", None, None, 1, ()).change


@pytest.mark.parametrize("other", ["edit:1", "dialog:picture:", "dialog:all:1!", "dialog:picture:1", "plea-amount:1"])
def test_other_dialogs_are_left_alone(other: str) -> None:
    assert EditDialog.template.fullmatch(other) is None


# --- other people's pictures


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_pictures_are_kept_for_who_opened_the_dialog_and_not_for_ever() -> None:
    clock = Clock()
    messages = OpenMessages(clock=clock)
    mine = (cast("discord.Attachment", object()),)
    messages.keep(1, 7, mine)
    clock.now = KEPT_FOR

    assert messages.pictures(1, 7) == mine
    with pytest.raises(PictureGoneError):
        messages.pictures(2, 7)
    clock.now += 1
    with pytest.raises(PictureGoneError):
        messages.pictures(1, 7)


def test_no_more_messages_are_kept_than_memory_is_given_for() -> None:
    messages = OpenMessages(clock=Clock())
    pictures = (cast("discord.Attachment", object()),)
    for message_id in range(MOST_KEPT + 1):
        messages.keep(1, message_id, pictures)

    assert messages.pictures(1, MOST_KEPT) == pictures
    with pytest.raises(PictureGoneError):
        messages.pictures(1, 0)
