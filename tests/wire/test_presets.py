"""Presets over the wire: kept, used with a dialog, made of a result, used again after restarts and retirements."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from PIL import Image

from bot import wiring
from bot.config import Settings
from bot.sandbox.discord import Permission, Upload
from bot.services.catalog import Catalog, open_catalog
from tests.pictures.samples import encoded
from tests.wire.house import FAST, PATIENCE, choose, labels

if TYPE_CHECKING:
    import pytest

    from bot.sandbox.discord import Invocation, Member, Message
    from tests.wire.house import House, OpenHouse

DAY = 86_400.0


def coloured(colour: str) -> Upload:
    return Upload(f"{colour}.png", encoded(Image.new("RGB", (60, 40), colour), "PNG"))


async def dialog_of(house: House, opening: Invocation) -> Invocation:
    await house.until(lambda: opening.modal is not None)
    return opening


async def panel(invocation: Invocation) -> Message:
    """The preset that is shown to who acted alone."""
    shown = await invocation.shown()
    assert shown.only_for is invocation.user
    return shown


async def refusal(house: House, invocation: Invocation) -> str:
    words = await house.refusal(invocation)
    assert invocation.ephemeral
    return words


def title(message: Message) -> str:
    (embed,) = message.embeds
    return str(embed.get("title"))


def sent(house: House) -> list[bytes]:
    return [file.content for file in house.images.calls[-1].named("image")]


async def test_names_of_variables_that_grow_in_lower_case_have_fields_of_their_own(house: House, mia: Member) -> None:
    one, other = "ﬃ" * 40, "ﬃ" * 39 + "ﬄ"  # each sign is three letters in lower case
    await panel(await mia.slash("preset save", name="Long", prompt=f"{{{one}}} and {{{other}}} and {{a}}"))

    dialog = await dialog_of(house, await mia.slash("preset use", name="Long"))
    assert dialog.modal is not None
    ids = [row["component"]["custom_id"] for row in dialog.modal["components"] if "value:" in str(row)]
    await house.restart_bot()
    made = await house.result(await mia.submit_modal(dialog, dict(zip(ids, ("fox", "owl", "hen"), strict=True))))

    assert ids[2] == "value:a"
    assert len(set(ids)) == 3
    assert max(map(len, ids)) <= 100
    assert "> fox and owl and hen" in made.content


async def test_a_german_members_panel_and_refusals_are_german(house: House, mia: Member) -> None:
    mia.user.locale = "de"

    saved = await panel(
        await mia.slash("preset save", name="Plakat", prompt="a {subject=fox} at {hour}", quality="low", count=2)
    )
    taken = await refusal(house, await mia.slash("preset save", name="Plakat", prompt="an owl"))
    unknown = await refusal(house, await mia.slash("preset show", name="Nichts"))
    use = await dialog_of(house, await mia.slash("preset use", name="Plakat"))
    change = await dialog_of(house, await mia.click(saved, "Ändern"))
    asked = await panel(await mia.slash("preset delete", name="Plakat"))

    (embed,) = saved.embeds
    assert saved.content == "Gespeichert."
    assert [(each["name"], each["value"]) for each in embed["fields"]] == [
        ("Fragt nach", "Subject: sonst fox\nHour: immer"),
        ("Optionen", "Qualität low · 2 Bilder auf einmal"),
        ("Wem sie gehört", "Nur du siehst und verwendest sie, auf diesem Server."),
    ]
    assert [label.split(" · ")[0] for label in labels(saved)] == ["Verwenden", "Ändern", "Löschen"]
    assert "Du hast schon eine Vorlage „Plakat“." in taken
    assert "Hier gibt es keine Vorlage dieses Namens" in unknown
    assert use.modal is not None
    assert use.modal["components"][0]["description"].startswith("Preis: ")
    assert use.modal["components"][2]["label"] == "Ausgangsbilder"
    assert change.modal is not None
    assert (change.modal["title"], change.modal["components"][0]["label"]) == ("Vorlage ändern", "Name")
    assert asked.content.startswith("Deine Vorlage „Plakat“ endgültig löschen?")


async def test_a_preset_is_kept_used_made_anew_of_its_result_and_used_after_restarts(house: House, mia: Member) -> None:
    logo, photo = coloured("red"), coloured("blue")
    saved = await panel(
        await mia.slash(
            "preset save",
            name="Brand 🎄",
            prompt="our {style=oil|ink} {what} with {{braces}}",
            size="portrait",
            quality="low",
            image1=logo,
        )
    )
    offered = await mia.autocomplete("preset use", focused="name", value="brand")
    dialog = await dialog_of(house, await mia.slash("preset use", name=offered[0]["value"]))
    await house.restart_bot()
    first = await house.result(
        await mia.submit_modal(dialog, {"value:style": "ink", "value:what": "fox", "files": [photo]})
    )
    call = house.images.calls[-1]
    keeping = await dialog_of(house, await choose(mia, first, "preset"))
    again = await panel(
        await mia.submit_modal(
            keeping, {"name": "Fox", "prompt": "our fox, {where=in snow}", "pictures": ["itself", "kept"]}
        )
    )
    await mia.delete(await _own_words(mia))
    await house.restart_bot()
    second = await house.result(
        await mia.submit_modal(await dialog_of(house, await mia.click(again, "Use")), {"value:where": "at dusk"})
    )

    assert (title(saved), title(again)) == ("Brand 🎄", "Fox")
    assert offered[0]["name"].startswith("Brand 🎄 · yours · $0.0")
    assert (call.prompt, call.fields["size"], call.fields["quality"]) == (
        "our ink fox with {braces}", "1024x1536", "low",
    )  # fmt: skip
    assert [file.content for file in call.named("image")] == [photo.content, logo.content]
    assert "our ink fox with {braces}" in first.content
    assert house.images.calls[-1].prompt == "our fox, at dusk"
    assert sent(house) == [photo.content, logo.content, first.attachments[0].content]
    assert second.content.startswith("**#2** for")
    assert house.states() == ["settled", "settled"]
    assert len(labels(saved)) == len(labels(again)) == 3


async def _own_words(mia: Member) -> Message:
    """Something that the member wrote, to be deleted: no preset needs what Discord still has."""
    return await mia.send(mia.first_channel, "look", [coloured("white")])


async def test_what_is_one_members_or_another_servers_is_there_for_nobody_else(house: House, mia: Member) -> None:
    elsewhere = house.discord.add_server("Elsewhere", ("studio",))
    ben, zoe = house.discord.server.add_member("Ben"), elsewhere.add_member("Zoe")
    lea = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    await panel(await mia.slash("preset save", name="Mine", prompt="a fox"))
    shared = await panel(await lea.slash("preset save", name="Ours", prompt="an owl", scope="server's"))
    again = elsewhere.add_member("Mia", user=mia.user)

    names = {
        who.name: [each["name"].split(" · ")[0] for each in await who.autocomplete("preset show", focused="name")][:2]
        for who in (mia, ben, zoe)
    }
    refused = [
        await refusal(house, await who.slash("preset use", name=name))
        for who, name in ((ben, "Mine"), (zoe, "Ours"), (again, "Mine"), (ben, "mine:Mine"))
    ]
    await house.result(await ben.slash("preset use", name="ours"))

    assert names == {"Mia": ["Mine", "Ours"], "Ben": ["Ours", "Poster"], "Zoe": ["Poster", "Product photo"]}
    assert all(words.startswith("❌ There is no preset here that you can use by that name.") for words in refused)
    assert [call.prompt for call in house.images.calls] == ["an owl"]
    assert title(shared) == "Ours"


async def test_a_lead_who_lost_the_role_keeps_nothing_of_the_servers_any_more(house: House) -> None:
    role = house.discord.server.add_role("leads", Permission.MANAGE_GUILD)
    lea = house.discord.server.add_member("Lea", roles=[role])
    shared = await panel(await lea.slash("preset save", name="Ours", prompt="an owl", scope="server's"))
    house.discord.server.guild.members[lea.user.id].roles.remove(role)

    refused = [
        await refusal(house, await lea.click(shared, "Change")),
        await refusal(house, await lea.click(shared, "Delete")),
        await refusal(house, await lea.slash("preset delete", name="Ours")),
        await refusal(house, await lea.slash("preset save", name="More", prompt="a fox", scope="server's")),
    ]

    assert all(words.startswith("❌ Only leads change this server's presets") for words in refused)
    await house.result(await lea.slash("preset use", name="Ours"))


async def test_files_go_with_the_preset_and_stay_while_it_needs_them(house: House, mia: Member) -> None:
    logo = coloured("red")
    await panel(await mia.slash("preset save", name="Brand", prompt="our fox", image1=logo))
    kept = [path.read_bytes() for path in house.kept_files()]
    await house.restart_bot()  # a start sweeps what nobody needs
    made = await house.result(await mia.slash("preset use", name="Brand"))
    question = await (await mia.slash("preset delete", name="Brand")).shown()
    await house.ended(await mia.click(question, "Delete for good"))
    await house.until(lambda: question.content.startswith("Deleted"))

    assert kept == [logo.content]
    assert sent(house) == [logo.content]
    assert {path.read_bytes() for path in house.kept_files()} == {logo.content, made.attachments[0].content}
    deletion = await (await choose(mia, made, "delete")).shown()
    await house.ended(await mia.click(deletion, "Delete for good"))
    await house.until(lambda: house.kept_files() == [])


async def test_what_a_presets_pictures_cost_is_known_before_others_are_fetched(open_house: OpenHouse) -> None:
    house = await open_house(images=FAST)
    await house.start_bot(ATELIER_MONTHLY_BUDGET="0.012")
    mia = house.discord.server.add_member("Mia")
    logo = Upload("logo.png", encoded(Image.new("RGB", (1024, 1024), "red"), "PNG"))
    await panel(await mia.slash("preset save", name="Brand", prompt="our fox", quality="low", image1=logo))
    await panel(await mia.slash("preset save", name="Plain", prompt="a fox", quality="low"))

    words = await refusal(house, await mia.slash("preset use", name="Brand", image1=coloured("blue")))
    await house.result(await mia.slash("preset use", name="Plain", image1=coloured("green")))

    fetched = [each.path.rpartition("/")[2] for each in house.discord.traffic.search("/ephemeral-attachments/", "GET")]
    assert "this bot's monthly budget" in words
    assert [name for name in fetched if name.startswith(("blue", "green"))] == ["green.png"]


def retiring(name: str, heir: str) -> Any:  # noqa: ANN401 - a function
    """Opens the catalog, in which a model goes tomorrow."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)

    def open_retiring(*words: Any, **named: Any) -> Catalog:  # noqa: ANN401 - as `open_catalog`
        catalog = open_catalog(*words, **named)
        models = [
            replace(model, shutdown=tomorrow, successor=heir) if model.id == name else model for model in catalog.models
        ]
        return Catalog(catalog.default_id, models)

    return open_retiring


async def test_a_preset_outlives_its_model(open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "open_catalog", retiring("gpt-image-2.5-sunburst", "gpt-image-2"))
    monkeypatch.setattr(Settings, "official_image_api", True)
    house = await open_house(images=FAST)
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")
    await panel(
        await mia.slash(
            "preset save", name="Old", prompt="a fox", model="gpt-image-2.5-sunburst", quality="max", size="16:9"
        )
    )
    before = await house.result(await mia.slash("preset use", name="Old"))
    house.discord.clock.travel(2 * DAY)
    await mia.send(mia.first_channel, "two days later")

    shown = await panel(await mia.slash("preset show", name="Old"))
    after = await house.result(await mia.slash("preset use", name="Old"))

    models = [(call.fields["model"], call.fields["quality"], call.fields["size"]) for call in house.images.calls]
    assert models == [("gpt-image-2.5-sunburst", "max", "1536x864"), ("gpt-image-2", "high", "1536x864")]
    assert "instead" not in before.content
    notes = (
        "was shut down on",
        "GPT Image 2 draws instead.",
        "The quality max became high, for GPT Image 2 does not have it.",
    )
    for note in notes:
        assert note in after.content
        assert note in str(shown.embeds)
    await house.until(lambda: house.states() == ["settled", "settled"], PATIENCE)


async def test_every_starter_makes_a_picture_and_asks_for_what_it_needs(house: House, mia: Member) -> None:
    starters = [each["value"] for each in await mia.autocomplete("preset use", focused="name", value="")]
    for name in starters:
        images: dict[str, Any] = {"image1": coloured("blue")} if "Style" in name else {}
        dialog = await dialog_of(house, await mia.slash("preset use", name=name, private=True, count=1, **images))
        await house.ended(await mia.submit_modal(dialog, {}))

    assert [name.removeprefix("starter:") for name in starters] == [
        "Poster", "Product photo", "Style change", "Icon set", "Sprite sheet", "Floor plan", "Sticker",
        "Book illustration", "Guided picture",
    ]  # fmt: skip
    assert len(house.images.calls) == len(starters)
    assert [call.fields.get("background") for call in house.images.calls].count("transparent") == 3
