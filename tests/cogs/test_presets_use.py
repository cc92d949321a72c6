"""The dialog that asks for what a preset needs: what it shows, what becomes of it, who may send it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.discord_ui.presets import CHANGED, NO_ROOM
from bot.discord_ui.presets import DEARER as DEARER_THAN_ASKED
from bot.discord_ui.questions import DEARER
from bot.services.presets import Viewer
from tests.cogs.gallery import said_privately
from tests.cogs.test_presets import described, fields, save, show, told, use
from tests.examples import png

if TYPE_CHECKING:
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

PHOTO, LOGO = png(300, 200, "blue"), png(32, 32, "red")


async def set_model(house: House, name: str, model: str) -> None:
    """Let a preset be of a model, as one that was kept long ago."""

    def write(connection: Any) -> None:  # noqa: ANN401 - of whichever SQLite it is
        connection.execute("UPDATE presets SET options = json_set(options, '$.model', ?) WHERE name = ?", (model, name))

    await house.services.database.transaction(write)


async def test_pictures_that_are_added_come_before_the_presets_own(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="our {what}", image1=("logo.png", LOGO))
        dialog = await use(house)

        await house.mia.submit_modal(dialog, {"value:what": "fox", "files": [("photo.png", PHOTO)]})

        assert described(dialog)[1][1].startswith("Each costs up to $0.0")
        assert [each.content for each in house.painter.inputs[0]] == [PHOTO, LOGO]


async def test_pictures_of_the_command_are_not_asked_for_again_and_outlast_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="our {what} with {more=}", ask_picture=True)
        dialog = await use(house, image1=("photo.png", PHOTO), image2=("logo.png", LOGO))
        await house.restart()

        await house.mia.submit_modal(dialog, {"value:what": "fox", "value:more": ""})

        assert [name for name, _ in described(dialog)] == ["What", "More"]
        assert described(dialog)[1][1] == "May be left empty"
        assert [each.content for each in house.painter.inputs[0]] == [PHOTO, LOGO]
        assert house.painter.asked[0].prompt == "our fox with"


async def test_what_is_made_from_a_dialog_is_paid_once(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a {what}")
        dialog = await use(house)

        await house.mia.submit_modal(dialog, {"value:what": "fox"})

        assert dialog.modal is not None
        opened_by = dialog.modal["custom_id"].split(":")[-1].rstrip("!")
        assert await house.services.state.get(f"offer:{opened_by}") is not None


async def test_a_preset_that_was_changed_meanwhile_is_asked_for_anew(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a {what}")
        dialogs = [await use(house) for _ in range(2)]
        await save(house, prompt="a {what} at {hour}", replace=True)
        changed = await house.mia.submit_modal(dialogs[0], {"value:what": "fox"})
        mia, presets = Viewer(house.server.id, house.mia.id), house.services.presets
        await presets.delete(mia, await presets.find(mia, "mine:Poster"))
        gone = await house.mia.submit_modal(dialogs[1], {"value:what": "fox"})

        assert said_privately(changed) == f"❌ {CHANGED}"
        assert said_privately(gone).startswith("❌ This preset is not there any more")
        assert house.painter.asked == []


async def test_what_costs_more_than_its_dialog_said_is_not_made(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a {what}", quality="low")
        dialog = await use(house)
        await save(house, prompt="a {what}", quality="high", replace=True)

        dearer = await house.mia.submit_modal(dialog, {"value:what": "fox"})

        assert said_privately(dearer) == f"❌ {DEARER_THAN_ASKED}"
        assert house.painter.asked == []


async def test_what_somebody_else_said_in_their_command_is_not_used(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a {what}")
        dialog = await use(house, count=3)
        assert dialog.modal is not None
        opened_by = dialog.modal["custom_id"].split(":")[-1].rstrip("!")
        key = f"preset-use:{opened_by}"
        kept = json.loads(await house.services.state.get(key) or "")
        await house.services.state.put(key, json.dumps({**kept, "user_id": 1}))

        await house.mia.submit_modal(dialog, {"value:what": "fox"})

        assert kept["options"] == {"count": 3}
        assert house.painter.asked[0].count == 1


async def test_blank_words_are_no_words(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a {what}")
        dialog = await use(house)

        said = said_privately(await house.mia.submit_modal(dialog, {"value:what": "  "}))

        assert said == "❌ Write something for “what”. Nothing was charged."


async def test_a_picture_for_which_a_dialog_has_no_room_is_asked_for_in_the_command(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="{a}{b}{c}{d}{e}")
        await house.services.database.transaction(
            lambda connection: connection.execute("UPDATE presets SET takes_picture = 1")
        )

        without = await use(house)
        with_picture = await use(house, image1=("photo.png", PHOTO))

        assert said_privately(without) == f"❌ {NO_ROOM}"
        assert len(fields(with_picture)) == 5


async def test_names_in_words_are_read_as_people_see_them(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a portrait of {whom}")
        dialog = await use(house)

        await house.mia.submit_modal(dialog, {"value:whom": f"<@{house.ben.id}>"})

        assert house.painter.asked[0].prompt == "a portrait of @ben"


async def test_the_use_button_draws_in_the_channel_though_the_preset_is_shown_privately(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a fox")
        shown = await show(house)
        assert shown.response is not None
        await house.restart()

        await house.mia.click(shown.response, label="Use")

        assert shown.response.ephemeral
        assert len(house.posted) == 1


async def test_the_use_button_never_draws_for_more_than_it_says(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a fox", quality="low")
        shown = await show(house)
        assert shown.response is not None
        await save(house, prompt="a fox", quality="high", count=4, replace=True)

        await house.mia.click(shown.response, label="Use")
        assert house.painter.asked == []
        assert shown.response.content == DEARER
        await house.mia.click(shown.response, label="Use")

        assert len(house.painter.asked) == 4


@pytest.mark.parametrize(
    ("model", "note"),
    [
        ("gpt-image-1", "GPT Image 1 was shut down on 2026-10-23: GPT Image 2.5 Flare draws instead."),
        (
            "gpt-image-0",
            "The model of this preset, gpt\\-image\\-0, is not known any more: the usual one draws instead.",
        ),
    ],
)
async def test_a_preset_outlives_its_model_and_says_who_draws(model: str, note: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a fox", size="portrait", quality="high")
        await set_model(house, "Poster", model)

        shown = told(await show(house))
        await use(house)
        await house.imagine(prompt="an owl", preset="Poster", model="gpt-image-2")

        assert shown["Today"] == note
        assert [request.model for request in house.painter.asked] == ["gpt-image-2.5-flare", "gpt-image-2"]
        assert (house.painter.asked[0].size, house.painter.asked[0].quality) == ("1024x1536", "high")
        assert note in house.posted[0].content
        assert note not in house.posted[1].content


async def test_what_the_model_does_not_have_is_the_nearest_and_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a fox", quality="max")

        await house.imagine(prompt="at dusk", preset="Poster", model="gpt-image-2")

        assert house.painter.asked[0].quality == "high"
        assert "The quality max became high, for GPT Image 2 does not have it." in house.posted[0].content


async def test_a_preset_whose_price_cannot_be_told_is_shown_all_the_same(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a fox")
        await house.services.database.transaction(
            lambda connection: connection.execute('UPDATE presets SET options = \'{"size": "-", "quality": "high"}\'')
        )
        await house.services.database.transaction(
            lambda connection: connection.execute('UPDATE presets SET options = \'{"output_format": "svg"}\'')
        )

        shown = await show(house)
        names = await house.mia.autocomplete(house.channel, "preset use", "name", "mine:poster")

        assert "SVG is in preview at the image API and not switched on here." in told(shown)["Today"]
        assert [each["name"] for each in names] == ["Poster · yours"]
