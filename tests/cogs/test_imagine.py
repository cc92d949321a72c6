"""/imagine and Again, as members use them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.errors import PromptBlockedError, ProviderAccountError
from bot.services.catalog import partials_for
from bot.services.requests import ImageRequest, estimate_output, format_price
from cogs.edit.buttons import AgainButton
from tests.cogs.house import DEFERRED, SAID
from tests.examples import CATALOG, MODEL, png

if TYPE_CHECKING:
    from simcord import InteractionResult

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


def refusal(house: House, answer: InteractionResult) -> str:
    """What only the member sees, said at once: after a public deferral it could not be private any more."""
    assert answer.response is not None
    assert answer.response.ephemeral
    assert house.callbacks[-1] == SAID
    return answer.response.content


async def test_a_result_is_a_message_of_the_bots_own_and_the_progress_is_gone(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await house.imagine(prompt="a red fox")

        (message,) = house.posted
        assert message.content.startswith(f"**#1** for <@{house.mia.id}>\n> a red fox\n")
        assert message.interaction_metadata is None
        assert [(each.filename, each.description) for each in message.attachments] == [
            ("atelier-1.png", "Generated picture #1: a red fox")
        ]
        assert house.callbacks == [DEFERRED]
        assert answer.response is None


async def test_the_original_is_posted_unchanged(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        assert await house.posted[0].attachments[0].read() == house.painter.content


async def test_every_option_reaches_the_image_api(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(
            prompt="a fox @everyone",
            size="portrait",
            quality="low",
            count=2,
            model="gpt-image-2",
            background="transparent",
            format="webp",
        )

        expected = ImageRequest(
            "a fox @everyone", "gpt-image-2", "1024x1536", "low", 2, "transparent", "webp", partial_images=1
        )
        assert house.painter.asked == [expected, expected]
        assert [each.filename for each in house.posted[0].attachments] == ["atelier-1.png", "atelier-2.png"]


async def test_without_options_the_settings_decide(opened: OpenHouse) -> None:
    async with opened(ATELIER_MODEL="gpt-image-2", ATELIER_PARTIAL_IMAGES=0) as house:
        await house.imagine(prompt="a fox")

        assert house.painter.asked == [ImageRequest("a fox", "gpt-image-2", "1024x1024", "medium")]


async def test_attached_pictures_are_sent_in_their_order(opened: OpenHouse) -> None:
    red, blue = png(64, 64, "red"), png(64, 64, "blue")
    async with opened() as house:
        await house.imagine(prompt="both", image1=("red.png", red), image3=("blue.png", blue))

        assert [each.content for each in house.painter.inputs[0]] == [red, blue]
        assert "from 2 pictures" in house.posted[0].content


async def test_a_private_result_stays_in_the_response(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await house.imagine(private=True)

        assert answer.response is not None
        assert answer.response.ephemeral
        assert answer.response.content.startswith("**#1** for")
        assert len(answer.response.attachments) == 1
        assert house.posted == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": " "}, "Say in a few words what the picture shall show."),
        ({"model": "dall-e-3"}, "is not a model that I know"),
        ({"model": "gpt-image-1"}, "was shut down on 2026-10-23"),
        ({"quality": "best"}, "is not a quality of"),
        ({"size": "enormous"}, "size"),
        ({"size": "9999x99"}, "9999x99 is not possible: no edge may be longer than 3840 pixels. Try 3840x1280."),
        ({"background": "transparent", "format": "jpeg"}, "cannot be transparent"),
        ({"image1": ("notes.txt", b"words")}, "“notes.txt” is a text file"),
        ({"image1": ("broken.png", b"\x89PNG broken")}, "broken.png"),
    ],
)
async def test_what_cannot_be_made_is_refused_privately_and_for_nothing(
    options: dict[str, Any], sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        answer = await house.imagine(**options)

        text = refusal(house, answer)
        assert text.startswith("❌ ")
        assert sentence in text
        assert house.painter.asked == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ATELIER_MONTHLY_BUDGET": 1_000}, "This would pass this bot's monthly budget"),
        ({"ATELIER_MEMBER_DAILY_IMAGES": 1}, "This would pass your daily allowance"),
    ],
)
async def test_a_limit_that_would_be_passed_is_told_privately(
    settings: dict[str, int], sentence: str, opened: OpenHouse
) -> None:
    async with opened(**settings) as house:
        answer = await house.imagine(count=2)

        assert sentence in refusal(house, answer)
        assert house.painter.asked == []


async def test_nothing_new_is_taken_while_the_bot_is_about_to_stop(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.services.studio.drain(0)

        assert "about to restart" in refusal(house, await house.imagine())


async def test_a_failure_of_the_image_api_stands_where_the_progress_was(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.failures.append(ProviderAccountError("The key is not valid.", code="invalid_api_key"))

        answer = await house.imagine()

        assert answer.response is not None
        assert answer.response.content == "❌ The key is not valid.\n> a red fox"
        assert house.posted == []


async def test_some_pictures_of_several_are_better_than_none(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.failures.append(ProviderAccountError("The key is not valid.", code="invalid_api_key"))

        await house.imagine(count=2)

        assert house.posted[0].content.endswith("⚠️ 1 of 2 pictures not made: The key is not valid.")


# --- choices


async def test_each_quality_is_offered_with_the_price_for_what_is_chosen(opened: OpenHouse) -> None:
    async with opened() as house:
        choices = await house.mia.autocomplete(house.channel, "imagine", "quality", "", size="portrait")

        price = format_price(estimate_output(MODEL, "1024x1536", "low", partials_for("low", 3)))
        assert choices[0] == {"name": f"low · {price}", "value": "low"}
        assert [choice["value"] for choice in choices] == list(MODEL.qualities)


@pytest.mark.parametrize("half_typed", [{"model": "gpt-im"}, {"size": "10"}, {}])
async def test_options_that_are_not_typed_to_their_end_do_not_spoil_the_choices(
    half_typed: dict[str, str], opened: OpenHouse
) -> None:
    async with opened() as house:
        choices = await house.mia.autocomplete(house.channel, "imagine", "quality", "h", **half_typed)

        price = format_price(estimate_output(MODEL, MODEL.default_size, "high", partials_for("high", 3)))
        assert choices == [{"name": f"high · {price}", "value": "high"}]


async def test_sizes_and_models_are_offered_with_prices(opened: OpenHouse) -> None:
    async with opened() as house:
        sizes = await house.mia.autocomplete(house.channel, "imagine", "size", "square", quality="low")
        models = await house.mia.autocomplete(house.channel, "imagine", "model", "mini", quality="low")

        low = format_price(estimate_output(MODEL, "1024x1024", "low", partials_for("low", 3)))
        assert sizes[0] == {"name": f"square 1024×1024 · {low}", "value": "1024x1024"}
        assert [choice["value"] for choice in models] == [
            model.id for model in CATALOG.models if "mini" in model.id and model.id in {c["value"] for c in models}
        ]


# --- Again


async def test_again_makes_the_same_once_more_for_whoever_presses(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a fox", quality="low", image1=("red.png", png(64, 64)))

        await house.ben.click(house.posted[0], label="Again")

        assert house.painter.asked[0] == house.painter.asked[1]
        assert house.painter.inputs[0] == house.painter.inputs[1]
        assert f"**#2** for <@{house.ben.id}>" in house.posted[1].content


async def test_again_works_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a fox")
        await house.restart()

        await house.mia.click(house.posted[0], label="Again")

        assert [message.content.split(" ")[0] for message in house.posted] == ["**#1**", "**#2**"]


async def test_again_is_paid_by_who_presses(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        await house.imagine()

        refused = refusal(house, await house.mia.click(house.posted[0], label="Again"))
        await house.ben.click(house.posted[0], label="Again")

        assert "your daily allowance" in refused
        assert len(house.posted) == 2


async def test_again_under_a_picture_that_is_not_known_says_what_to_do(opened: OpenHouse) -> None:
    async with opened() as house:
        view = discord.ui.View(timeout=None)
        view.add_item(AgainButton(9_999))
        await house.bot.get_partial_messageable(house.channel.id).send("an old result", view=view)
        assert house.channel.last_message is not None

        answer = await house.mia.click(house.channel.last_message, label="Again")

        assert "Ask for a new one with /imagine." in refusal(house, answer)


async def test_again_under_a_deleted_picture_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(image1=("red.png", png(64, 64)))
        kept = await house.services.requests.of_picture(1, house.server.id)
        assert kept is not None
        await house.services.requests.delete_pictures(kept.id, 1)

        answer = await house.ben.click(house.posted[0], label="Again")

        assert "This picture was deleted." in refusal(house, answer)


async def test_again_for_a_model_that_was_shut_down_meanwhile_says_what_to_choose(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(model="gpt-image-2")
        model = house.services.catalog.model("gpt-image-2")
        object.__setattr__(model, "shutdown", date(2026, 1, 1))

        answer = await house.mia.click(house.posted[0], label="Again")

        assert "was shut down on 2026-01-01. Choose" in refusal(house, answer)
        assert len(house.painter.asked) == 1


async def test_again_under_a_private_result_is_private(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await house.imagine(private=True)
        assert first.response is not None

        again = await house.mia.click(first.response, label="Again")

        assert again.response is not None
        assert again.response.ephemeral
        assert again.response.content.startswith("**#2**")
        assert house.posted == []


# --- words


async def test_the_words_of_a_command_are_read_as_names(opened: OpenHouse) -> None:
    async with opened() as house:
        bot = house.bot.bot_id
        typed = (
            f"<@{bot}>, <@{house.ben.id}> and <@99> in <#{house.channel.id}> with <:fox:123456789012345678> <@!{bot}>"
        )
        await house.imagine(prompt=typed)
        only = await house.imagine(prompt=f"<@{bot}>")

        assert house.painter.asked[-1].prompt == "@ben and someone in #studio with :fox:"
        assert len(house.painter.asked) == 1
        assert refusal(house, only) == "❌ Say in a few words what the picture shall show."


async def test_again_reads_words_that_were_kept_with_numbers(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        await house.imagine()
        order = await house.services.requests.of_picture(1, house.server.id)
        assert order is not None
        kept = replace(order, request=replace(order.request, prompt=f"<@{house.ben.id}>", story=("a <:fox:1>",)))

        async def found(*_: object) -> object:
            return kept

        monkeypatch.setattr(house.services.requests, "of_picture", found)
        await house.mia.click(house.posted[-1], label="Again")

        assert house.painter.asked[-1].whole_story == ("a :fox:", "@ben")


def options_of(row: Any) -> list[discord.SelectOption]:  # noqa: ANN401 - of whatever kind
    """What can be chosen in a row of a message."""
    return [option for item in row.children for option in getattr(item, "options", [])]


async def test_what_a_safety_check_named_is_told_to_the_member_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        blocked = PromptBlockedError("Blocked.", code="moderation_blocked")
        blocked.named = ("violence", "sexual")
        house.painter.failures.append(blocked)
        answer = await house.imagine(prompt="a red fox")
        assert answer.response is not None
        mine = await house.mia.click(answer.response, label="Change the words")
        bens = await house.ben.click(answer.response, label="Change the words")
        assert mine.modal is not None
        assert bens.modal is not None
        (named, field), (others,) = mine.modal["components"], bens.modal["components"]

        assert answer.response.content == "❌ Blocked.\n> a red fox"
        assert named["content"] == "The safety check named: violence, sexual."
        assert field["description"].startswith("Price with the words so far: $")
        assert field["component"]["value"] == "a red fox"
        assert others["description"] == field["description"]


async def test_of_what_was_not_made_its_member_alone_reads_behind_more_what_was_named_and_rewords_that(
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        blocked = PromptBlockedError("Blocked. Reword it and try again.", code="moderation_blocked")
        blocked.named = ("violence",)
        house.painter.failures.append(blocked)
        await house.imagine(prompt="a red fox", count=3)
        await house.imagine(prompt="a blue fox")
        (some, all_of_it) = house.posted
        mine = await house.mia.select(some, ["reword"], custom_id="more:1")
        bens = await house.ben.select(some, ["reword"], custom_id="more:1")
        await house.mia.submit_modal(mine, {"prompt": "a tame fox"})
        assert mine.modal is not None
        assert bens.modal is not None
        (named, field), (others,) = mine.modal["components"], bens.modal["components"]

        assert "⚠️ 1 of 3 pictures not made: Blocked." in some.content
        assert named["content"] == "The safety check named: violence."
        assert others["description"] == field["description"]
        assert (house.painter.asked[-1].prompt, house.painter.asked[-1].count) == ("a tame fox", 1)
        assert "reword" not in [option.value for row in all_of_it.components for option in options_of(row)]
