"""/enhance, /describe and what is made of the words, as members use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord import app_commands

from bot.errors import PictureGoneError, PromptBlockedError
from bot.services.conversations.conversations import NO_TEXT_MODEL
from bot.services.requests import Change, Task
from bot.services.requests.main_model_request import CANNOT
from cogs.prompts.describe import DESCRIBED, NO_PICTURE, NOT_KEPT, OFFER, WHICH
from cogs.prompts.words import EditWordsButton, NewWordsButton, OldWordsButton, WordsButton
from tests.cogs.house import rule
from tests.cogs.replying import custom_ids, labels
from tests.examples import png

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

WORDS = "a red fox in deep snow, soft morning light"
RED, BLUE = png(640, 480, "red"), png(64, 64, "blue")


def text_of(answer: InteractionResult) -> str:
    """What only the member sees."""
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


def compared(answer: InteractionResult) -> tuple[dict[str, str], str]:
    """What stands side by side for the member alone, and what that cost."""
    assert text_of(answer) == ""
    assert answer.response is not None
    (embed,) = answer.response.embeds
    assert all(field.inline for field in embed.fields)
    return {str(field.name): str(field.value) for field in embed.fields}, str(embed.footer.text)


def fields(answer: InteractionResult) -> dict[str, Any]:
    """The fields of the dialog that was opened, by what they are called."""
    assert answer.modal is not None
    return {row["label"]: row for row in answer.modal["components"]}


async def enhanced(
    house: House, words: str = WORDS, by: MemberActor | None = None, prompt: str = "a red fox"
) -> InteractionResult:
    """Somebody has a prompt written anew, Mia unless told otherwise."""
    house.painter.words.append(words)
    who = by or house.mia
    dialog = await who.slash(house.channel, "enhance", prompt=prompt)
    return await who.submit_modal(dialog, {"prompt": prompt})


async def described(house: House, words: str = WORDS) -> InteractionResult:
    """Mia has a picture of her own described."""
    house.painter.words.append(words)
    shown = await house.mia.slash(house.channel, "describe", image=("red.png", RED))
    assert shown.response is not None
    return await house.mia.click(shown.response, label="Describe")


async def test_a_prompt_is_written_anew_in_private_at_a_price_that_is_shown_before(opened: OpenHouse) -> None:
    async with opened() as house:
        dialog = await house.mia.slash(house.channel, "enhance", prompt="a *red* fox")
        asked = len(house.painter.asked)
        house.painter.words.append(WORDS)
        answer = await house.mia.submit_modal(dialog, {"prompt": "a *red* fox"})
        (request,) = house.painter.asked

        field = fields(dialog)["Your words"]
        assert field["component"]["value"] == "a *red* fox"
        assert field["description"] == "At most $0.002 for the words; no picture yet"
        assert asked == 0
        assert request.talk is not None
        assert (request.talk.task, request.talk.is_stored, request.prompt) == (Task.ENHANCE, False, "a *red* fox")
        assert compared(answer) == (
            {"Before": "a \\*red\\* fox", "After": WORDS},
            "No picture was made; these words cost <$0.001.",
        )
        assert house.posted == []
        assert answer.response is not None
        assert [label.partition(" · ")[0] for label in labels(answer.response)] == [
            "Draw the new words", "Draw the old words", "Edit first", "Nothing",
        ]  # fmt: skip


async def test_all_words_that_the_command_takes_stand_in_its_dialog(opened: OpenHouse) -> None:
    async with opened() as house:
        command = house.bot.tree.get_command("enhance")
        assert isinstance(command, app_commands.Command)
        (words,) = command.parameters
        dialog = await house.mia.slash(house.channel, "enhance", prompt="x" * 4000)

        assert words.max_value == 4000
        assert fields(dialog)["Your words"]["component"]["value"] == "x" * 4000


@pytest.mark.parametrize(("button", "words"), [("Draw the new words", WORDS), ("Draw the old words", "a red fox")])
async def test_a_picture_is_made_by_the_new_words_or_the_old_ones_where_everybody_sees_it(
    button: str, words: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        answer = await enhanced(house)
        assert answer.response is not None
        await house.mia.click(answer.response, label=button)

        request = house.painter.asked[-1]
        assert (request.prompt, request.talk, request.change, request.count) == (words, None, Change.NEW, 1)
        assert f"**#1** for <@{house.mia.id}>" in house.posted[0].content


async def test_the_words_can_be_edited_first_with_the_options_of_the_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await enhanced(house)
        assert answer.response is not None
        dialog = await house.mia.click(answer.response, label="Edit first")
        await house.mia.submit_modal(
            dialog, {"prompt": "a blue fox", "size": ["1024x1536"], "quality": ["medium"], "count": ["2"]}
        )

        request = house.painter.asked[-1]
        assert fields(dialog)["What to make"]["component"]["value"] == WORDS
        assert (request.prompt, request.size, request.quality, request.count) == (
            "a blue fox",
            "1024x1536",
            "medium",
            2,
        )
        assert len(house.posted[0].attachments) == 2


async def test_whoever_wants_nothing_keeps_the_words_and_pays_for_no_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await enhanced(house)
        assert answer.response is not None
        await house.mia.click(answer.response, label="Nothing")

        assert len(house.painter.asked) == 1
        assert labels(answer.response) == []


async def test_words_count_as_no_picture_of_the_allowance_and_buttons_live_on_over_a_restart(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        await enhanced(house)
        answer = await enhanced(house)
        await house.restart()
        assert answer.response is not None
        await house.mia.click(answer.response, label="Draw the new words")
        again = await enhanced(house)

        assert len(house.posted) == 1
        assert compared(again)[0]["After"] == WORDS


async def test_of_the_words_of_a_private_picture_a_private_one_is_made(opened: OpenHouse) -> None:
    async with opened() as house:
        result = await house.imagine(private=True)
        assert result.response is not None
        dialog = await house.mia.select(result.response, values=["enhance"])
        house.painter.words.append(WORDS)
        answer = await house.mia.submit_modal(dialog, {"prompt": "a red fox"})
        assert answer.response is not None
        drawn = await house.mia.click(answer.response, label="Draw the new words")

        assert "**#2**" in text_of(drawn)
        assert house.posted == []


async def test_behind_a_result_its_words_are_enhanced_with_its_options(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox", size="1024x1536", count=2)
        dialog = await house.ben.select(house.posted[0], values=["enhance"])
        house.painter.words.append(WORDS)
        answer = await house.ben.submit_modal(dialog, {"prompt": "a red fox"})
        assert answer.response is not None
        await house.ben.click(answer.response, label="Draw the new words")

        request = house.painter.asked[-1]
        assert (request.prompt, request.size, request.count) == (WORDS, "1024x1536", 1)
        assert f"for <@{house.ben.id}>" in house.posted[1].content


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            f"{CANNOT} It would hurt somebody.",
            "❌ The model would rather not do this. Say it in other words.\n> It would",
        ),
        (CANNOT, "❌ The model would rather not do this. Say it in other words.\n-# No picture"),
    ],
)
async def test_why_there_are_no_words_is_said_with_the_way_out(words: str, said: str, opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await enhanced(house, words)

        assert text_of(answer).startswith(said)
        assert answer.response is not None
        assert [label.partition(" · ")[0] for label in labels(answer.response)] == ["Try again", "Change the words"]


async def test_a_failure_of_words_offers_the_same_again_and_other_words(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.failures.append(PromptBlockedError("Blocked.", code="moderation_blocked"))
        answer = await enhanced(house)
        failed = text_of(answer)
        assert answer.response is not None
        again = await house.mia.click(answer.response, label="Try again")

        assert failed == "❌ Blocked.\n> a red fox"
        assert compared(again)[0]["After"] == WORDS


async def test_a_picture_becomes_a_prompt_at_a_price_that_is_shown_before(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await house.mia.slash(house.channel, "describe", image=("red.png", RED))
        assert shown.response is not None
        before = text_of(shown), labels(shown.response), len(house.painter.asked)
        house.painter.words.append(WORDS)
        answer = await house.mia.click(shown.response, label="Describe")
        (request,) = house.painter.asked

        assert before == (OFFER, ["Describe · $0.002"], 0)
        assert request.talk is not None
        assert (request.talk.task, request.talk.language, request.prompt) == (Task.DESCRIBE, "en-US", "")
        assert [each.content for each in house.painter.inputs[0]] == [RED]
        assert text_of(answer) == f"> {WORDS}\n-# No picture was made; these words cost <$0.001."
        assert answer.response is not None
        assert [label.partition(" · ")[0] for label in labels(answer.response)] == ["Draw it", "Edit first", "Nothing"]


async def test_a_picture_is_made_by_a_description_in_the_shape_of_what_was_described(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await described(house)
        assert answer.response is not None
        await house.mia.click(answer.response, label="Draw it")

        request = house.painter.asked[-1]
        assert (request.prompt, request.references, request.talk) == (WORDS, (), None)
        assert request.width / request.height == pytest.approx(640 / 480, rel=0.05)
        assert len(house.posted) == 1


async def test_a_description_is_paid_for_once(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.words.append(WORDS)
        shown = await house.mia.slash(house.channel, "describe", image=("red.png", RED))
        assert shown.response is not None
        await house.mia.click(shown.response, label="Describe")

        assert text_of(shown) == DESCRIBED
        assert labels(shown.response) == []


async def test_on_others_messages_each_picture_has_its_button_beside_a_contact_sheet(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await house.ben.send(house.channel, "look", attachments=[("red.png", RED), ("blue.png", BLUE)])
        shown = await house.mia.context_menu(house.channel, "Describe image", message)
        assert shown.response is not None
        house.painter.words.append(WORDS)
        await house.mia.click(shown.response, label="2nd of 2")

        assert text_of(shown) in {WHICH, DESCRIBED}
        assert [each.content for each in house.painter.inputs[0]] == [BLUE]


async def test_on_a_result_it_is_offered_or_asked_which_of_several(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await house.imagine(count=2)
        one = await house.ben.context_menu(house.channel, "Describe image", house.posted[0])
        several = await house.ben.context_menu(house.channel, "Describe image", house.posted[1])
        assert one.response is not None
        assert several.response is not None
        said = text_of(one), labels(one.response)
        for answer, label in ((one, "Describe"), (several, "#3")):
            house.painter.words.append(WORDS)
            assert answer.response is not None
            await house.ben.click(answer.response, label=label)

        assert said == (OFFER, ["Describe · $0.002"])
        talks = [each.talk for each in house.painter.asked if each.talk is not None]
        assert [each.task for each in talks] == [Task.DESCRIBE, Task.DESCRIBE]
        assert [each.references[0].number for each in house.painter.asked[-2:]] == [1, 3]


async def test_behind_a_result_its_description_has_its_price(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        house.painter.words.append(WORDS)
        answer = await house.ben.select(house.posted[0], values=["describe"])

        assert text_of(answer).startswith(f"> {WORDS}")


async def test_what_is_no_picture_or_not_at_hand_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await house.ben.send(house.channel, "look")
        none = await house.mia.context_menu(house.channel, "Describe image", message)
        no_picture = await house.mia.slash(house.channel, "describe", image=("film.mp4", b"film"))
        shown = await house.mia.slash(house.channel, "describe", image=("red.png", RED))
        await house.restart()
        assert shown.response is not None
        gone = await house.mia.click(shown.response, label="Describe")

        assert text_of(none) == f"❌ {NO_PICTURE}"
        assert "is not a picture" in text_of(no_picture)
        assert text_of(gone) == f"❌ {NOT_KEPT}"
        assert house.painter.asked == []


async def test_leads_rules_bind_words_too(opened: OpenHouse) -> None:
    async with opened() as house:
        await rule(house, may_edit=False)
        described = await house.mia.slash(house.channel, "describe", image=("red.png", RED))
        answer = await enhanced(house)

        assert "You cannot start from pictures here" in text_of(described)
        assert compared(answer)[0]["After"] == WORDS


async def test_without_a_text_model_the_commands_say_so_and_nothing_is_offered_behind_results(
    opened: OpenHouse,
) -> None:
    async with opened(ATELIER_CONVERSATIONS="off") as house:
        await house.imagine()
        answers = [
            await house.mia.slash(house.channel, "enhance", prompt="a red fox"),
            await house.mia.slash(house.channel, "describe", image=("red.png", RED)),
            await house.mia.context_menu(house.channel, "Describe image", house.posted[0]),
        ]

        assert [text_of(each) for each in answers] == [f"❌ {NO_TEXT_MODEL}"] * 3
        assert house.bot.more.find("enhance") is house.bot.more.find("describe") is None


async def test_of_a_turn_that_was_blocked_its_member_reads_why_in_the_dialog_of_other_words(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        blocked = PromptBlockedError("Blocked.", code="moderation_blocked")
        blocked.named = ("violence",)
        house.painter.failures.append(blocked)
        await house.mia.slash(house.channel, "converse", prompt="a red fox")
        await house.env.settle()
        thread = house.channel.threads[-1]
        told = [each for each in thread.history(viewer=house.ben) if each.content.startswith("❌")]
        dialog = await house.mia.click(told[0], label="Change the words")

        assert dialog.modal is not None
        assert dialog.modal["components"][0]["content"] == "The safety check named: violence."


@pytest.mark.parametrize("button", [NewWordsButton, OldWordsButton, EditWordsButton])
async def test_words_are_nobody_elses_business(button: type[WordsButton], opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await enhanced(house)
        (words, *_) = custom_ids(answer.response)
        view = discord.ui.View(timeout=None).add_item(button(int(words.split(":")[1].rstrip("!")), ending="!"))
        await house.bot.get_partial_messageable(house.channel.id).send("a forged press", view=view)
        message = house.channel.last_message
        assert message is not None
        pressed = await house.ben.click(message, label=str(button.label))

        assert text_of(pressed) == f"❌ {PictureGoneError().sentence}"
        assert pressed.modal is None
        assert len(house.painter.asked) == 1


async def test_where_the_money_ends_between_words_and_picture_nothing_is_made_and_the_words_stay(
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        answer = await enhanced(house)
        await house.lead.slash(house.channel, "quota set", kind="budget", amount="$0.001", window="month")
        assert answer.response is not None
        refused = await house.mia.click(answer.response, label="Draw the new words")

        assert "This would pass this server's monthly budget: it needs up to $0.0" in text_of(refused)
        assert compared(answer)[0]["After"] == WORDS
        assert len(house.painter.asked) == 1
