"""/preset: what is kept, shown and used, by whom, and what is said where that cannot be."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from bot.services.presets import NOT_THERE, ONLY_LEADS, STARTERS_STAY, Preset, Shelf
from bot.services.requests import Change
from cogs.presets.pages import PER_PAGE
from cogs.presets.panel_text import list_embed
from cogs.presets.panels import ChangeButton, DeleteButton, ReallyDeleteButton
from tests.cogs.gallery import embed_of, offer, said_privately
from tests.cogs.house import rule
from tests.examples import png

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

POSTER = "a {style=oil|ink} poster of {subject=a lighthouse} at {hour}"
LOGO, PHOTO = png(32, 32, "red"), png(48, 32, "blue")


async def save(
    house: House, who: MemberActor | None = None, name: str = "Poster", prompt: str = POSTER, **options: object
) -> InteractionResult:
    return await (who or house.mia).slash(house.channel, "preset save", name=name, prompt=prompt, **options)


async def use(
    house: House, who: MemberActor | None = None, name: str = "Poster", **options: object
) -> InteractionResult:
    return await (who or house.mia).slash(house.channel, "preset use", name=name, **options)


async def show(house: House, who: MemberActor | None = None, name: str = "Poster") -> InteractionResult:
    return await (who or house.mia).slash(house.channel, "preset show", name=name)


def fields(answer: InteractionResult) -> dict[str, Any]:
    """The inputs of the dialog that was opened, by their ids."""
    assert answer.modal is not None
    return {row["component"]["custom_id"]: row["component"] for row in answer.modal["components"]}


def described(answer: InteractionResult) -> list[tuple[str, str]]:
    assert answer.modal is not None
    return [(row["label"], row.get("description") or "") for row in answer.modal["components"]]


def labels(answer: InteractionResult) -> list[str]:
    """Of the buttons below an answer, without prices."""
    assert answer.response is not None
    items = [item for row in answer.response.components for item in row["components"]]
    return [item["label"].split(" · ")[0] for item in items if "label" in item]


def told(answer: InteractionResult) -> dict[str, str]:
    """The fields of the panel, by their names."""
    return {str(each.name): str(each.value) for each in embed_of(answer).fields}


async def offered(
    house: House, command: str, option: str, typed: str = "", who: MemberActor | None = None, **others: object
) -> list[str]:
    found = await (who or house.mia).autocomplete(house.channel, command, option, typed, **others)
    return [each["name"] for each in found]


async def test_a_preset_is_kept_and_shown_with_all_that_it_says(opened: OpenHouse) -> None:
    async with opened() as house:
        saved = await save(house, size="portrait", quality="high", count=2, background="transparent")

        embed = embed_of(saved)
        assert said_privately(saved) == "Saved."
        assert (embed.title, embed.description) == (
            "Poster",
            "a {style=oil\\|ink} poster of {subject=a lighthouse} at {hour}",
        )
        assert told(saved) == {
            "Asks for": "Style: oil, ink\nSubject: usually a lighthouse\nHour: always",
            "Options": "size 1024x1536 · quality high · 2 pictures at a time · transparent background",
            "Whose": "Only you see and use it, on this server.",
        }
        assert labels(saved) == ["Use", "Change", "Delete"]
        assert embed_of(await show(house)).to_dict() == embed.to_dict()


async def test_what_a_preset_asks_for_is_asked_in_a_dialog_with_the_price(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, size="portrait", quality="low", count=2)

        dialog = await use(house)
        await house.mia.submit_modal(dialog, {"value:style": ["ink"], "value:subject": "a fox", "value:hour": "dusk"})

        shown = fields(dialog)
        assert dialog.modal is not None
        assert dialog.modal["title"] == "Poster"
        assert described(dialog)[0][0] == "Style"
        assert described(dialog)[0][1].startswith("Price: $0.0")
        assert [option["value"] for option in shown["value:style"]["options"] if option.get("default")] == ["oil"]
        assert (shown["value:subject"]["value"], shown["value:subject"]["required"]) == ("a lighthouse", False)
        assert shown["value:hour"]["required"] is True
        assert described(dialog)[3][0] == "Pictures to start from"
        (request, _) = house.painter.asked
        assert request.prompt == "a ink poster of a fox at dusk"
        assert (request.size, request.quality, request.count) == ("1024x1536", "low", 2)
        assert "a ink poster of a fox at dusk" in house.posted[0].content


async def test_a_preset_that_asks_for_nothing_is_made_at_once(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a fox, {{really}}")

        await use(house, name="mine:poster")

        assert [request.prompt for request in house.painter.asked] == ["a fox, {really}"]
        assert len(house.posted) == 1


async def test_words_beside_it_fill_its_first_open_variable_or_stand_at_its_end(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a {style=oil|ink} poster of {subject}")
        await save(house, name="Plain", prompt="a fox")

        await use(house, prompt="an owl")
        await use(house, name="Plain", prompt="in {snow}")
        await house.imagine(prompt="a bear", preset="Poster", quality="low")

        assert [request.prompt for request in house.painter.asked] == [
            "a oil poster of an owl",
            "a fox\nin {snow}",
            "a oil poster of a bear",
        ]
        assert house.painter.asked[2].quality == "low"


async def test_imagine_asks_for_what_is_missing_and_what_was_said_wins(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, size="portrait", quality="low", format="webp", compression=40)

        dialog = await house.imagine(
            prompt="an owl", preset="Poster", size="square", format="png", count=2, private=True
        )
        await house.restart()
        await house.mia.submit_modal(dialog, {"value:style": ["oil"], "value:subject": "an owl", "value:hour": "noon"})

        assert fields(dialog)["value:subject"]["value"] == "an owl"
        request = house.painter.asked[0]
        assert request.prompt == "a oil poster of an owl at noon"
        assert (request.size, request.quality, request.output_format, request.compression, request.count) == (
            "1024x1024",
            "low",
            "png",
            None,
            2,
        )
        assert house.posted == []  # private


async def test_pictures_of_a_preset_are_sent_with_every_use_after_those_that_are_brought(opened: OpenHouse) -> None:
    async with opened() as house:
        saved = await save(house, prompt="our fox", image1=("logo.png", LOGO))

        await use(house)
        await use(house, image1=("photo.png", PHOTO))

        assert saved.response is not None
        (sheet,) = saved.response.attachments
        assert sheet.description == "One picture, from which the preset starts."
        assert Image.open(io.BytesIO(await sheet.read())).size == (240, 240)
        assert told(saved)["Pictures"] == "One, shown here"
        assert [[each.content for each in inputs] for inputs in house.painter.inputs] == [[LOGO], [PHOTO, LOGO]]
        assert {request.change for request in house.painter.asked} == {Change.NEW}


async def test_a_preset_that_asks_for_a_picture_takes_its_shape(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="redraw it", ask_picture=True)

        dialog = await use(house)
        with_picture = await use(house, image1=("photo.png", png(300, 200)))

        assert [name for name, _ in described(dialog)] == ["Picture to start from"]
        assert described(dialog)[0][1].startswith("Price: $0.0")
        assert (fields(dialog)["files"]["min_values"], fields(dialog)["files"]["required"]) == (1, True)
        assert with_picture.modal is None
        width, height = house.painter.asked[0].width, house.painter.asked[0].height
        assert abs(width / height - 1.5) < 0.01


async def test_presets_of_the_server_are_kept_by_leads_and_used_by_all(opened: OpenHouse) -> None:
    async with opened() as house:
        refused = await save(house, scope="server's", prompt="our fox")
        saved = await save(house, house.lead, scope="server's", prompt="our fox")
        await use(house, house.ben)

        assert said_privately(refused) == f"❌ {ONLY_LEADS}"
        assert labels(saved) == ["Use", "Change", "Copy for me", "Delete"]
        assert labels(await show(house, house.ben)) == ["Use", "Copy for me"]
        assert "All members of this server see and use it" in told(saved)["Whose"]
        assert house.painter.asked[0].prompt == "our fox"
        (entry,) = await house.services.audit.entries(house.server.id)
        assert (entry.decision.action, entry.decision.after) == ("preset save", "“our fox”")


async def test_ones_own_presets_are_there_for_nobody_else(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house)

        for answer in (await show(house, house.lead, "mine:Poster"), await use(house, house.ben, "mine:Poster")):
            assert said_privately(answer) == f"❌ {NOT_THERE}"
        assert await offered(house, "preset use", "name", "post", who=house.ben) == ["Poster · starter · $0.018"]
        assert await offered(house, "preset use", "name", "post") == [
            "Poster · yours · $0.020",
            "Poster · starter · $0.018",
        ]


async def test_a_preset_is_deleted_after_a_question_and_its_files_with_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, image1=("logo.png", LOGO))
        files = [*(house.directory / "images").rglob("*.bin")]

        asked = await house.mia.slash(house.channel, "preset delete", name="Poster")
        assert asked.response is not None
        await house.restart()
        question = said_privately(asked)
        deleted = await house.mia.click(asked.response, label="Delete for good")

        assert question.startswith("Delete your preset “Poster” for good? It cannot be brought back")
        assert said_privately(deleted) == "Deleted the preset “Poster”."
        assert labels(deleted) == []
        assert len(files) == 1
        assert not files[0].exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "<@1>"}, "this one has a sign that I cannot take"),
        ({"name": "\u202egpj"}, "this one has a sign that I cannot take"),
        ({"name": "x" * 41}, "this one has 41 characters"),
        ({"prompt": "a {"}, "A { stands alone in these words."),
        ({"prompt": "{a}{b}{c}{d}{e}{f}"}, "A preset can ask for 5 things at most"),
        ({"prompt": "{a}{b}{c}{d}{e}", "ask_picture": True}, "can ask for 4 other things"),
        ({"size": "banana"}, "is not a size"),
        ({"quality": "ultra"}, "is not a quality of"),
        ({"model": "dall-e-3"}, "is not a model that I know"),
        ({"background": "transparent", "format": "jpeg"}, "The format jpeg cannot be transparent."),
        ({"frames": 4}, "has no frames"),
        ({"image1": ("notes.txt", b"words")}, "“notes.txt” is a text file."),
    ],
)
async def test_what_cannot_be_a_preset_is_said_in_a_sentence(
    options: dict[str, Any], sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        said = said_privately(await save(house, **options))

        assert said.startswith("❌ ")
        assert sentence in said
        assert "<@" not in said
        assert await house.services.presets.store.of(house.server.id, house.mia.id) == ()


async def test_a_name_is_taken_once_unless_it_is_to_be_replaced(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, image1=("logo.png", LOGO), size="portrait")

        again = await save(house, name="POSTER", prompt="other")
        replaced = await save(house, name="poster", prompt="other", quality="low", replace=True)
        fresh = await save(house, name="New", prompt="new", replace=True)

        assert "You have a preset “POSTER” already. Choose another name" in said_privately(again)
        assert said_privately(replaced) == "Replaced."
        assert told(replaced)["Options"] == "quality low"
        assert told(replaced)["Pictures"] == "One, shown here"
        assert said_privately(fresh) == "Saved."


async def test_a_preset_whose_picture_was_deleted_says_so_and_charges_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        dialog = await house.mia.select(house.posted[0], ["preset"])
        await house.mia.submit_modal(dialog, {"name": "Fox", "prompt": "the fox again", "pictures": ["itself"]})
        await use(house, name="Fox")
        order = await house.services.requests.of_picture(1, house.server.id)
        assert order is not None
        await house.services.requests.delete_picture(1, 1)

        refused = await use(house, name="Fox")

        assert [[each.content for each in inputs] for inputs in house.painter.inputs] == [[], [house.painter.content]]
        assert said_privately(refused).startswith(
            "❌ The preset “Fox” has lost a picture that it starts from: #1 was deleted, or is"
        )
        assert told(await show(house, name="Fox"))["Pictures"].endswith(
            "#1 was deleted, or is private by now: change the preset to go without it"
        )


async def test_the_rules_and_limits_of_leads_hold_before_anything_is_written(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        await save(house, quality="high")
        await save(house, name="Two", prompt="two of {them}", count=2)
        await rule(house, qualities=("low",))

        barred = await use(house)
        too_many = await use(house, name="Two", prompt="foxes")

        assert barred.modal is None
        assert "high" in said_privately(barred)
        assert said_privately(too_many).startswith("❌ ")
        assert house.painter.asked == []


async def test_who_may_not_start_from_pictures_uses_no_preset_that_does(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="our fox", image1=("logo.png", LOGO))
        await rule(house, may_edit=False)

        refused = await use(house)

        assert said_privately(refused).startswith("❌ ")
        assert "pictures" in said_privately(refused)
        assert house.painter.asked == []


async def test_starters_are_there_without_set_up_copied_by_all_and_hidden_by_leads(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await show(house, house.ben, "sticker")
        assert shown.response is not None
        offers, whose = labels(shown), told(shown)["Whose"]
        await house.restart()
        copied = await house.ben.click(shown.response, label="Copy for me")
        kept = await house.ben.slash(house.channel, "preset delete", name="starter:Sticker")
        to_lead = await show(house, house.lead, "sticker")
        assert to_lead.response is not None
        hidden = await house.lead.click(to_lead.response, label="Hide on this server")
        while_hidden = labels(hidden)

        assert offers == ["Use", "Copy for me"]
        assert whose == "It comes with me. Copy it to change it."
        assert copied.response is not None
        assert copied.response.content == "Copied: this one is yours."
        assert said_privately(kept) == f"❌ {STARTERS_STAY}"
        assert hidden.response is not None
        assert while_hidden == ["Copy for me", "Copy for the server", "Show on this server"]
        assert await offered(house, "preset show", "name", "stick", who=house.mia) == []
        assert await offered(house, "preset show", "name", "stick", who=house.ben) == ["Sticker · yours"]
        assert said_privately(await show(house, house.mia, "sticker")) == f"❌ {NOT_THERE}"
        assert await offered(house, "preset show", "name", "stick", who=house.lead) == ["Sticker · starter"]
        assert await offered(house, "preset use", "name", "stick", who=house.lead) == []
        unhidden = await house.lead.click(hidden.response, label="Show on this server")
        assert "Hide on this server" in labels(unhidden)
        assert await offered(house, "preset show", "name", "stick", who=house.mia) == ["Sticker · starter"]


async def test_a_lead_copies_for_the_server_what_members_then_see(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await show(house, house.lead, "sticker")
        assert shown.response is not None

        copied = await house.lead.click(shown.response, label="Copy for the server")

        assert copied.response is not None
        assert copied.response.content == "Copied: all members of this server can use this one."
        assert await offered(house, "preset show", "name", "stick") == ["Sticker · this server's", "Sticker · starter"]


async def test_a_role_that_is_lost_takes_the_buttons_power_with_it(opened: OpenHouse) -> None:
    async with opened() as house:
        saved = await save(house, house.lead, scope="server's", prompt="our fox")
        (preset,) = await house.services.presets.store.of(house.server.id, house.ben.id)
        message = await offer(
            house, *(button(preset.ref) for button in (ChangeButton, DeleteButton, ReallyDeleteButton))
        )

        for label in ("Change", "Delete", "Delete for good"):
            pressed = await house.ben.click(message, label=label)
            assert said_privately(pressed) == f"❌ {ONLY_LEADS}"
        assert labels(saved) == ["Use", "Change", "Copy for me", "Delete"]
        assert await offered(house, "preset show", "name", "poster") == ["Poster · this server's", "Poster · starter"]


@pytest.mark.parametrize(("name", "words"), [("_" * 39, "*" * 90), ("🦊" * 40, "🦉" * 90), ("fox", "a *fox*")])
def test_a_page_of_the_list_is_never_too_long_for_discord(name: str, words: str) -> None:
    presets = [Preset(1, Shelf.SERVER, f"{name}a", words, private=True, hidden=True)] * PER_PAGE

    description = list_embed(presets, 0, 2).description or ""

    assert len(description.encode("utf-16-le")) // 2 <= 4096
    assert len(description.splitlines()) == PER_PAGE
    assert all(line.endswith("hidden here") for line in description.splitlines())
    assert ("a \\*fox\\*" in description) is (name == "fox")


async def test_the_list_has_pages_and_opens_what_is_chosen(opened: OpenHouse) -> None:
    async with opened() as house:
        for number in range(25):
            await save(house, name=f"No. {number:02}", prompt="a *fox* <@1>")

        page = await house.mia.slash(house.channel, "preset list")
        assert page.response is not None
        first = embed_of(page)
        await house.restart()
        second = await house.mia.click(page.response, label="Next")
        assert second.response is not None
        chosen = await house.mia.select(second.response, ["sticker"])
        nothing = await house.mia.select(second.response, [])

        then = embed_of(second)
        assert first.title == "Presets · page 1 of 2"
        assert (first.description or "").splitlines()[0] == "**No. 00** · yours · a \\*fox\\* someone"
        assert then.title == "Presets · page 2 of 2"
        assert "**Sticker** · starter · One subject with a white rim" in (then.description or "")
        assert labels(second) == ["Back"]
        assert embed_of(chosen).title == "Sticker"
        assert nothing.response is None or not nothing.response.content
        full = await save(house, name="One more")
        assert "You have 25 presets, which is the most." in said_privately(full)


async def test_names_are_offered_with_their_price_for_all_that_is_chosen(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, prompt="a fox", quality="low", size="square")

        one = await offered(house, "preset use", "name", "mine:poster")
        four = await offered(house, "preset use", "name", "poster", count=4)
        dear = await offered(house, "imagine", "preset", "poster", prompt="x", quality="high")
        of_preset = await offered(house, "imagine", "quality", "low", prompt="x", preset="mine:Poster", count=4)
        unknown = await offered(house, "imagine", "quality", "low", prompt="x", preset="nothing")

        price = one[0].split(" · ")[2]
        assert four[0] != one[0]
        assert four[0].split(" · ")[2] == of_preset[0].split(" · ")[1]
        assert dear[0].split(" · ")[2] not in {price, four[0].split(" · ")[2]}
        assert unknown[0].split(" · ")[1] == price


async def test_a_presets_pictures_are_in_every_price(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, name="With", prompt="a fox", quality="low", image1=("logo.png", png(1024, 1024)))
        await save(house, name="Without", prompt="a fox", quality="low")

        names = await offered(house, "imagine", "preset", "with", prompt="x")
        with_it = await offered(house, "imagine", "quality", "low", prompt="x", preset="With")
        without = await offered(house, "imagine", "quality", "low", prompt="x", preset="Without")

        prices = [name.split(" · ")[2] for name in names]
        assert prices[0] > prices[1]
        assert with_it[0].split(" · ")[1] > without[0].split(" · ")[1]


async def test_options_are_offered_with_their_price_while_a_preset_is_written(opened: OpenHouse) -> None:
    async with opened() as house:
        sizes = await offered(house, "preset save", "size", "1024x1024", name="x", prompt="x")
        qualities = await offered(house, "preset save", "quality", "low", name="x", prompt="x")
        models = await offered(house, "preset save", "model", "2.5 flare", name="x", prompt="x", quality="low")

        assert " · $0.0" in sizes[0]
        assert qualities[0].startswith("low · $0.0")
        assert models[0].split(" · ") == ["GPT Image 2.5 Flare", qualities[0].split(" · ")[1]]
