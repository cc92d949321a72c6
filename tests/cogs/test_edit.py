"""/edit and the message menus, as members use them."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import discord
import pytest
from PIL import Image

from bot.services.requests import Change
from cogs.edit.buttons import VARY
from cogs.edit.menus import NO_PICTURE
from cogs.edit.open_messages import NOT_KEPT
from tests.cogs.house import DEFERRED, SAID
from tests.cogs.replying import labels
from tests.examples import png

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

RED, BLUE = png(640, 480, "red"), png(64, 64, "blue")
LARGEST_COMMAND = 8000  # characters; https://discord.com/developers/docs/interactions/application-commands
MOST_OPTIONS, MOST_MENUS = 25, 5


def said(house: House, answer: InteractionResult) -> str:
    """What only the member sees, said at once."""
    assert answer.response is not None
    assert answer.response.ephemeral
    assert house.callbacks[-1] == SAID
    return answer.response.content


def half_white() -> bytes:
    """A mask by whose white half the picture may change."""
    image = Image.new("L", (640, 480), 0)
    image.paste(255, (0, 0, 320, 480))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def said_before(answer: InteractionResult) -> tuple[str, list[str]]:
    """What only the member sees before anything is paid, and the buttons under it."""
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content, labels(answer.response)


async def vary(house: House, answer: InteractionResult, by: MemberActor | None = None) -> None:
    """Press the button that shows the price."""
    assert answer.response is not None
    await (by or house.mia).click(answer.response, label="Vary")


async def edit(house: House, **options: Any) -> InteractionResult:  # noqa: ANN401 - the command's options
    return await house.mia.slash(house.channel, "edit", **{"prompt": "a moon", "image": ("red.png", RED), **options})


# --- /edit


async def test_edit_changes_the_attached_picture_and_takes_its_shape(opened: OpenHouse) -> None:
    async with opened() as house:
        await edit(house)

        (request,) = house.painter.asked
        assert (request.change, request.prompt, request.parent) == (Change.EDIT, "a moon", None)
        assert request.width / request.height == pytest.approx(640 / 480, rel=0.05)
        assert [each.content for each in house.painter.inputs[0]] == [RED]


async def test_the_words_of_edit_are_read_as_names(opened: OpenHouse) -> None:
    async with opened() as house:
        await edit(house, prompt=f"<@!{house.bot.bot_id}> like <@{house.ben.id}> <a:wave:123456789012345678>")

        assert house.painter.asked[0].prompt == "like @ben :wave:"
        assert house.callbacks == [DEFERRED]
        assert len(house.posted) == 1


async def test_every_option_of_edit_reaches_the_image_api(opened: OpenHouse) -> None:
    async with opened() as house:
        await edit(
            house,
            image2=("blue.png", BLUE),
            size="portrait",
            quality="low",
            count=2,
            model="gpt-image-2.6-flare",
            background="opaque",
            format="webp",
            complexity="low",
        )

        request, second = house.painter.asked
        assert request == second
        assert (request.model, request.size, request.quality) == ("gpt-image-2.6-flare", "1024x1536", "low")
        assert (request.background, request.output_format, request.complexity) == ("opaque", "webp", "low")
        assert [each.content for each in house.painter.inputs[0]] == [RED, BLUE]


@pytest.mark.parametrize("exact", [True, False])
async def test_a_mask_goes_with_the_picture_and_what_it_keeps_stays_unless_the_member_says_otherwise(
    exact: bool,  # noqa: FBT001 - a case
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        await edit(house, mask=("mask.png", half_white()), exact=exact)

        (request,) = house.painter.asked
        assert request.mask is not None
        assert request.exact is exact
        assert [each.role for each in house.painter.inputs[0]] == ["image", "mask"]


async def test_a_private_edit_stays_in_the_response(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await edit(house, private=True)

        assert answer.response is not None
        assert answer.response.ephemeral
        assert house.posted == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": " "}, "Say in a few words"),
        ({"fidelity": "high"}, "has no choice of input fidelity"),
        ({"complexity": "low"}, "has no choice of complexity"),
        ({"image": ("notes.txt", b"words")}, "is a text file"),
        ({"mask": ("notes.txt", b"words")}, "is a text file"),
        ({"background": "transparent", "format": "jpeg"}, "cannot be transparent"),
        ({"size": "enormous"}, "is not a size"),
    ],
)
async def test_what_cannot_be_changed_is_refused_privately_and_for_nothing(
    options: dict[str, Any], sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        answer = await edit(house, **options)

        assert sentence in said(house, answer)
        assert house.painter.asked == []


# --- options and their prices


@pytest.mark.parametrize("command", ["imagine", "edit"])
@pytest.mark.parametrize("option", ["size", "quality", "model"])
async def test_both_commands_offer_sizes_qualities_and_models_with_prices(
    command: str, option: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        choices = await house.mia.autocomplete(house.channel, command, option, "", format="gif")

        assert choices
        assert all(" · $" in choice["name"] for choice in choices)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"format": "gif"}, "GIF"),
        ({"format": "svg"}, "SVG"),
        ({"frames": 4}, "has no frames"),
        ({"compression": 50}, "is not compressed"),
        ({"complexity": "low"}, "has no choice of complexity"),
    ],
)
async def test_imagine_says_which_options_the_model_lacks(
    options: dict[str, Any], sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        answer = await house.imagine(**options)

        assert sentence in said(house, answer)


async def test_imagine_passes_on_what_the_model_has(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(model="gpt-image-2.6-flare", format="jpeg", compression=60, complexity="medium")

        (request,) = house.painter.asked
        assert (request.output_format, request.compression, request.complexity) == ("jpeg", 60, "medium")


async def test_discord_takes_every_command(opened: OpenHouse) -> None:
    async with opened() as house:
        tree = house.bot.tree
        commands = [command.to_dict(tree) for command in tree.get_commands(type=discord.AppCommandType.chat_input)]
        menus = tree.get_commands(type=discord.AppCommandType.message)

        sizes = {command["name"]: characters(command) for command in commands}
        assert {name: size for name, size in sizes.items() if size > LARGEST_COMMAND} == {}
        for command in commands:
            for option in command.get("options", []):
                assert len(option["description"]) <= 100
            assert len(command.get("options", [])) <= MOST_OPTIONS
        assert {"Edit image", "Vary image"} <= {menu.name for menu in menus}
        assert len(menus) <= MOST_MENUS


def characters(command: Any) -> int:  # noqa: ANN401 - a part of a command's JSON
    """What Discord counts: names, descriptions and values."""
    own = sum(len(str(command.get(key, ""))) for key in ("name", "description", "value"))
    return own + sum(characters(part) for key in ("options", "choices") for part in command.get(key, []))


# --- the menus


async def test_edit_image_on_a_result_opens_the_dialog_of_its_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")

        answer = await house.ben.context_menu(house.channel, "Edit image", house.posted[0])

        assert answer.modal is not None
        assert answer.modal["title"] == "Edit #1"
        assert re.fullmatch(r"dialog:picture:1:[0-9]{15,}!", answer.modal["custom_id"])


async def test_vary_image_on_a_result_varies_its_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")

        shown = await house.ben.context_menu(house.channel, "Vary image", house.posted[0])
        made, before = len(house.painter.asked), said_before(shown)
        await vary(house, shown, house.ben)

        request = house.painter.asked[1]
        assert before[0] == VARY
        assert before[1][0].startswith("Vary · $0.")
        assert made == 1
        assert (request.change, request.parent, request.story) == (Change.VARY, 1, ("a red fox",))
        assert f"**#2** for <@{house.ben.id}>" in house.posted[1].content


async def test_a_menu_on_several_pictures_asks_which(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)

        answer = await house.mia.context_menu(house.channel, "Vary image", house.posted[0])
        assert answer.response is not None
        await house.mia.click(answer.response, label="#2")

        assert house.painter.asked[-1].parent == 2
        assert len(house.posted) == 2


async def test_a_menu_on_a_deleted_picture_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        kept = await house.services.requests.of_picture(1, house.server.id)
        assert kept is not None
        await house.services.requests.delete_pictures(kept.id, 1)

        answer = await house.mia.context_menu(house.channel, "Edit image", house.posted[0])

        assert "This picture was deleted." in said(house, answer)


async def test_vary_image_varies_the_first_of_other_peoples_pictures_and_sends_the_rest_along(
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        message = await house.ben.send(house.channel, "look", attachments=[("red.png", RED), ("blue.png", BLUE)])

        shown = await house.mia.context_menu(house.channel, "Vary image", message)
        made, before = len(house.painter.asked), said_before(shown)
        await vary(house, shown)

        (request,) = house.painter.asked
        assert before[0] == f"{VARY} The first picture is changed; the other is sent along as reference."
        assert before[1][0].startswith("Vary · $0.")
        assert made == 0
        assert (request.change, request.parent) == (Change.VARY, None)
        assert [each.content for each in house.painter.inputs[0]] == [RED, BLUE]
        assert f"for <@{house.mia.id}>" in house.posted[-1].content


async def test_the_picture_of_a_forwarded_message_can_be_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        elsewhere = house.server.create_text_channel("elsewhere")
        original = await house.ben.send(elsewhere, "look", attachments=[("red.png", RED)])
        forwarded = await house.ben.forward(original, house.channel)

        await vary(house, await house.mia.context_menu(house.channel, "Vary image", forwarded))

        assert [each.content for each in house.painter.inputs[0]] == [RED]


@pytest.mark.parametrize("entry", ["Edit image", "Vary image"])
@pytest.mark.parametrize("files", [[], [("film.mp4", b"film")]])
async def test_a_message_without_a_picture_is_told_so(
    entry: str, files: list[tuple[str, bytes]], opened: OpenHouse
) -> None:
    async with opened() as house:
        message = await house.ben.send(house.channel, "look", attachments=files)

        answer = await house.mia.context_menu(house.channel, entry, message)

        assert said(house, answer) == f"❌ {NO_PICTURE}"


async def test_other_peoples_pictures_are_changed_by_the_dialog(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await house.ben.send(house.channel, "look", attachments=[("red.png", RED)])

        dialog = await house.mia.context_menu(house.channel, "Edit image", message)
        assert dialog.modal is not None
        await house.mia.submit_modal(dialog, {"prompt": "at night", "files": [("blue.png", BLUE)]})

        (request,) = house.painter.asked
        assert (request.change, request.prompt) == (Change.EDIT, "at night")
        assert request.width / request.height == pytest.approx(640 / 480, rel=0.05)
        assert [each.content for each in house.painter.inputs[0]] == [RED, BLUE]


@pytest.mark.parametrize(
    ("count", "title", "said_of_the_others"),
    [
        (1, "Edit this picture", ""),
        (2, "Edit the first of 2 pictures", "The other is sent along as reference. "),
        (3, "Edit the first of 3 pictures", "The other 2 are sent along as references. "),
    ],
)
async def test_of_several_pictures_the_dialog_says_which_is_changed(
    count: int, title: str, said_of_the_others: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        files = [(f"{number}.png", RED) for number in range(count)]
        message = await house.ben.send(house.channel, "look", attachments=files)

        dialog = await house.mia.context_menu(house.channel, "Edit image", message)

        assert dialog.modal is not None
        assert dialog.modal["title"] == title
        words = dialog.modal["components"][0]["description"]
        assert words == f"{said_of_the_others}With a drawing you may leave it empty."


async def test_after_a_restart_the_menu_has_to_be_chosen_again(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await house.ben.send(house.channel, "look", attachments=[("red.png", RED)])
        dialog = await house.mia.context_menu(house.channel, "Edit image", message)
        await house.restart()

        answer = await house.mia.submit_modal(dialog, {"prompt": "at night"})

        assert said(house, answer) == f"❌ {NOT_KEPT}"
        assert house.painter.asked == []


async def test_the_menus_go_with_their_cog(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.bot.remove_cog("Menus")

        left = house.bot.tree.get_commands(type=discord.AppCommandType.message)
        assert not {"Edit image", "Vary image"} & {menu.name for menu in left}
