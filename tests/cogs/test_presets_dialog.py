"""Save as preset under a result, and changing a preset: what is offered, what becomes of it, what is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.delivery.languages import translated
from bot.language import LOCALES, language_of
from bot.services.presets import STAYS_PRIVATE, Shelf
from cogs.presets.dialog import Form, KeepDialog
from cogs.presets.dialog_submit import FORGOTTEN, AgainButton
from cogs.presets.panels import ShareButton
from tests.cogs.gallery import embed_of, offer, said_privately
from tests.cogs.test_presets import described, fields, labels, save, show, told, use
from tests.examples import png

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

LOGO, PHOTO = png(32, 32, "red"), png(48, 32, "blue")


async def opening(house: House, who: MemberActor | None = None, place: int = -1) -> InteractionResult:
    """The dialog behind ⋯ of a result."""
    return await (who or house.mia).select(house.posted[place], ["preset"])


def values(field: Any) -> list[str]:  # noqa: ANN401 - a part of the dialog's JSON
    return [option["value"] for option in field["options"]]


async def test_the_dialog_begins_with_how_the_picture_was_made(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a {red} fox in snow", quality="low", size="square", background="opaque")

        dialog = await opening(house)
        saved = await house.mia.submit_modal(dialog, {"name": "Fox", "prompt": "a {colour=red} fox", "pictures": []})
        await use(house, name="Fox", prompt="blue")

        assert fields(dialog)["name"]["value"] == "a red fox in snow"
        assert fields(dialog)["prompt"]["value"] == "a {{red}} fox in snow"
        assert values(fields(dialog)["pictures"]) == ["itself", "ask"]
        assert [name for name, _ in described(dialog)] == ["Name", "Words", "Pictures to start from", "More pictures"]
        assert all(len(about) <= 100 for _, about in described(dialog))
        assert said_privately(saved) == "Saved."
        assert told(saved)["Options"] == (
            "gpt\\-image\\-2.5\\-flare · size 1024x1024 · quality low · opaque background · as png"
        )
        assert house.painter.asked[1].prompt == "a blue fox"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_field_says_all_of_what_it_is_for(locale: str) -> None:
    form = Form("Title", "preset-save:1", "Fox", "a fox", (Shelf.MINE, Shelf.SERVER), (("#1", "itself"),))
    dialog = translated(KeepDialog(form), language_of(locale))
    labels = [child for child in dialog.children if isinstance(child, discord.ui.Label)]

    assert len(labels) == 5
    assert [each.text for each in labels if each.text.endswith("…")] == []
    assert [each.description for each in labels if (each.description or "").endswith("…")] == []


async def test_its_own_picture_and_added_ones_are_kept_in_order_over_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        dialog = await opening(house, house.ben)
        await house.restart()

        files = [("logo.png", LOGO)]
        await house.ben.submit_modal(
            dialog, {"name": "Fox", "prompt": "again", "pictures": ["itself", "ask"], "files": files}
        )
        await use(house, house.ben, name="Fox", image1=("photo.png", PHOTO))

        assert [each.content for each in house.painter.inputs[1]] == [PHOTO, house.painter.content, LOGO]
        assert house.painter.asked[1].references[1].number == 1


async def test_pictures_that_somebody_brought_are_offered_to_nobody_else(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(image1=("photo.png", PHOTO), image2=("logo.png", LOGO))

        own, others = await opening(house), await opening(house, house.ben)
        forged = {"name": "Theirs", "prompt": "again", "pictures": ["itself"]}
        await house.mia.submit_modal(own, {"name": "Mine", "prompt": "again", "pictures": ["kept"]})
        await house.ben.submit_modal(others, forged)
        await use(house, name="Mine")

        assert values(fields(own)["pictures"]) == ["itself", "kept", "ask"]
        assert values(fields(others)["pictures"]) == ["itself", "ask"]
        assert [each.content for each in house.painter.inputs[1]] == [PHOTO, LOGO]


async def test_pictures_of_somebody_else_are_kept_for_nobody_whatever_is_sent(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(image1=("photo.png", PHOTO))
        dialog = await opening(house)
        await house.services.database.transaction(
            lambda connection: connection.execute("UPDATE requests SET user_id = ?", (house.ben.id,))
        )

        saved = await house.mia.submit_modal(dialog, {"name": "Theirs", "prompt": "again", "pictures": ["kept"]})

        assert said_privately(saved) == "Saved."
        assert "Pictures" not in told(saved)


async def test_leads_choose_whose_it_is_and_of_a_private_picture_nobody_does(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        shared = await opening(house, house.lead)
        saved = await house.lead.submit_modal(
            shared, {"name": "Fox", "prompt": "a fox", "shelf": ["server"], "pictures": []}
        )
        private = await house.lead.slash(house.channel, "imagine", prompt="my own face", private=True)
        assert private.response is not None
        hidden = await house.lead.select(private.response, ["preset"])
        kept = await house.lead.submit_modal(hidden, {"name": "Face", "prompt": "my face", "pictures": ["itself"]})
        assert kept.response is not None
        again = await house.lead.slash(house.channel, "preset use", name="Face")
        openly = await house.lead.slash(house.channel, "preset use", name="Face", private=False)

        assert values(fields(shared)["shelf"]) == ["mine", "server"]
        assert "All members of this server" in told(saved)["Whose"]
        assert "shelf" not in fields(hidden)
        assert "Made from a private picture, so it stays yours" in told(kept)["Whose"]
        assert labels(kept) == ["Use", "Change", "Delete"]
        assert again.response is not None
        assert again.response.ephemeral
        assert openly.response is None or not openly.response.ephemeral
        assert len(house.posted) == 2


@pytest.mark.parametrize("pictures", ["itself", "kept"])
async def test_pictures_of_an_age_restricted_channel_come_into_no_preset_of_the_server(
    pictures: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        lounge = house.server.create_text_channel("lounge")
        await house.lead.slash(house.channel, "imagine", prompt="a fox", image1=("photo.png", PHOTO))
        studio = house.bot.get_channel(house.channel.id)
        assert isinstance(studio, discord.TextChannel)
        studio.nsfw = True  # as SimCord cannot say it
        wanted = {"name": "Fox", "prompt": "a fox", "pictures": [pictures]}

        refused = await house.lead.submit_modal(await opening(house, house.lead), {**wanted, "shelf": ["server"]})
        without = {"name": "Words", "prompt": "a fox", "shelf": ["server"], "pictures": []}
        bare = await house.lead.submit_modal(await opening(house, house.lead), without)
        own = await house.lead.submit_modal(await opening(house, house.lead), {**wanted, "shelf": ["mine"]})
        assert own.response is not None
        copied = await house.lead.click(own.response, label="Copy for the server")
        shown = await house.ben.slash(lounge, "preset list")

        assert "#1 was made in an age-restricted channel" in said_privately(refused)
        assert (said_privately(bare), said_privately(own)) == ("Saved.", "Saved.")
        if pictures == "itself":
            assert "#1 was made in an age-restricted channel" in said_privately(copied)
            assert "Fox" not in str(embed_of(shown).description)


async def test_references_that_are_private_or_deleted_by_now_are_not_shared(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        reference = await house.mia.select(house.posted[0], ["reference"])
        await house.mia.submit_modal(
            reference, {"prompt": "a poster", "size": ["same"], "quality": ["low"], "count": ["1"], "files": []}
        )
        dialogs = [await opening(house) for _ in range(2)]

        async def keep(dialog: InteractionResult, name: str) -> InteractionResult:
            return await house.mia.submit_modal(dialog, {"name": name, "prompt": "a poster", "pictures": ["kept"]})

        await house.services.database.transaction(
            lambda connection: connection.execute("UPDATE requests SET private = 1 WHERE rowid = 1")
        )
        private = await keep(dialogs[0], "First")
        await house.services.requests.delete_picture(1, 1)
        gone = await keep(dialogs[1], "Second")

        assert "Made from a private picture" in told(private)["Whose"]
        assert said_privately(gone).startswith("❌ #1, which it started from, was deleted. Leave those pictures out.")


async def test_what_was_typed_is_not_lost_where_it_cannot_be_so(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        dialog = await opening(house)
        refused = await house.mia.submit_modal(
            dialog,
            {"name": "<@1>", "prompt": "a {", "pictures": ["ask"], "files": [("logo.png", LOGO)]},
        )
        assert refused.response is not None
        await house.restart()
        again = await house.mia.click(refused.response, label="Open it again")
        saved = await house.mia.submit_modal(again, {"name": "Fox", "prompt": "a fox", "pictures": ["ask"]})

        assert said_privately(refused).startswith("❌ A { stands alone in these words.")
        assert said_privately(refused).endswith(
            "What you wrote is kept: open it again and change that. Add the pictures once more."
        )
        assert (fields(again)["name"]["value"], fields(again)["prompt"]["value"]) == ("<@1>", "a {")
        assert [each["value"] for each in fields(again)["pictures"]["options"] if each.get("default")] == ["ask"]
        assert embed_of(saved).title == "Fox"
        assert "A picture to start from" in told(saved)["Asks for"]


async def test_what_somebody_else_typed_is_not_shown_to_others(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.services.state.put(
            "preset-draft:7",
            '{"about": "save", "subject": 1, "user_id": 1, "name": "", "words": "", "shelf": "mine", "pictures": []}',
        )
        message = await offer(house, AgainButton(7), AgainButton(8))

        for number in (7, 8):
            pressed = await house.mia.click(message, custom_id=f"preset-again:{number}")
            assert said_privately(pressed) == f"❌ {FORGOTTEN}"


async def test_a_preset_is_changed_in_a_dialog_where_it_stands_as_it_is(opened: OpenHouse) -> None:
    async with opened() as house:
        await save(house, image1=("logo.png", LOGO), image2=("photo.png", PHOTO), quality="low")
        shown = await show(house)
        assert shown.response is not None
        dialog = await house.mia.click(shown.response, label="Change")
        await house.restart()
        changed = await house.mia.submit_modal(
            dialog,
            {"name": "Sign", "prompt": "a sign", "pictures": ["ask"], "files": [("new.png", png(20, 20, "green"))]},
        )
        assert changed.response is not None
        once_more = await house.mia.click(changed.response, label="Change")
        await house.mia.submit_modal(
            once_more, {"name": "Sign", "prompt": "a sign {of=a fox}", "pictures": ["kept"], "files": []}
        )
        taken = await save(house, name="Other", prompt="x")
        assert taken.response is not None
        again = await house.mia.click(taken.response, label="Change")
        refused = await house.mia.submit_modal(again, {"name": "sign", "prompt": "x", "pictures": []})
        assert refused.response is not None
        reopened = await house.mia.click(refused.response, label="Open it again")

        assert (fields(dialog)["name"]["value"], fields(dialog)["prompt"]["value"]) == (
            "Poster",
            "a {style=oil|ink} poster of {subject=a lighthouse} at {hour}",
        )
        assert [each["value"] for each in fields(dialog)["pictures"]["options"] if each.get("default")] == ["kept"]
        assert said_privately(changed) == "Changed."
        assert told(changed)["Pictures"] == "One, shown here"
        now = told(await show(house, name="Sign"))
        assert now["Asks for"] == "Of: usually a fox"
        assert now["Options"] == "quality low"
        assert "You have a preset “sign” already" in said_privately(refused)
        assert fields(reopened)["name"]["value"] == "sign"


async def test_words_too_long_for_a_preset_are_not_there_and_it_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="fox " * 1_100)

        shown = fields(await opening(house))

        assert not shown["prompt"].get("value")
        assert shown["prompt"]["placeholder"].startswith("The words are too long")
        assert shown["name"]["value"] == "fox fox fox fox fox fox fox fox fox fox"


async def test_a_copy_for_the_server_of_what_is_private_is_refused(opened: OpenHouse) -> None:
    async with opened() as house:
        private = await house.lead.slash(house.channel, "imagine", prompt="my own face", private=True)
        assert private.response is not None
        dialog = await house.lead.select(private.response, ["preset"])
        await house.lead.submit_modal(dialog, {"name": "Face", "prompt": "my face", "pictures": []})
        (preset,) = await house.services.presets.store.of(house.server.id, house.lead.id)
        message = await offer(house, ShareButton(preset.ref))
        pressed = await house.lead.click(message, label="Copy for the server")

        assert said_privately(pressed) == f"❌ {STAYS_PRIVATE}"
