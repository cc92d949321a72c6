"""/settings and /studio defaults: a panel that shows what is set, by whom and at what price, and changes it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcord.components import walk_components

from bot.discord_ui.defaults_panel import PRESSED
from bot.discord_ui.interactions import LEADS_ONLY
from bot.services.policy import NO_CHOICES, Aspect, DefaultChoices
from tests.cogs.house import set_server
from tests.cogs.replying import labels
from tests.examples import MODEL

if TYPE_CHECKING:
    import pytest
    from simcord import InteractionResult, MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

OWN, SERVER = "defaults:own", "defaults:server"
OLDER = "gpt-image-2"


async def panel(house: House, who: MemberActor, command: str = "settings") -> InteractionResult:
    """The panel, as it is shown to who asks for it."""
    answer = await who.slash(house.channel, command)
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer


async def choose(who: MemberActor, shown: InteractionResult, custom_id: str, value: str) -> InteractionResult:
    assert shown.response is not None
    return await who.select(shown.response, [value], custom_id=custom_id)


async def press(who: MemberActor, shown: InteractionResult, custom_id: str) -> InteractionResult:
    assert shown.response is not None
    return await who.click(shown.response, custom_id=custom_id)


async def write(who: MemberActor, shown: InteractionResult, size: str, scope: str = OWN) -> InteractionResult:
    return await who.submit_modal(await press(who, shown, f"{scope}:write"), {"size": size})


def parts(shown: InteractionResult) -> list[dict[str, Any]]:
    assert shown.response is not None
    return list(walk_components(shown.response.components))


def texts(shown: InteractionResult) -> str:
    """Everything that the panel says."""
    return "\n".join(str(part["content"]) for part in parts(shown) if part["type"] == 10)


def chosen(shown: InteractionResult, custom_id: str) -> str:
    """What a menu of the panel shows as chosen."""
    (menu,) = [part for part in parts(shown) if part.get("custom_id") == custom_id]
    return str(next(option["label"] for option in menu["options"] if option.get("default")))


def refusal(answer: InteractionResult) -> str:
    assert answer.response is not None
    return answer.response.content


def own(house: House, who: MemberActor) -> DefaultChoices:
    return house.services.drafting.member_defaults.of(house.server.id, who.id)


async def test_who_has_chosen_nothing_sees_whose_each_default_is_and_what_a_picture_costs(opened: OpenHouse) -> None:
    async with opened() as house:
        await set_server(house, DefaultChoices(quality="low"))
        shown = await panel(house, house.mia)

        assert "**Price**: one picture with these costs up to $0.009;" in texts(shown)
        assert "**Quality**: low, this server's" in texts(shown)
        assert f"**Model**: {MODEL.title}, the bot's" in texts(shown)
        assert chosen(shown, f"{OWN}:quality") == "Quality: low, this server's (no default of yours)"
        (reset,) = [part for part in parts(shown) if part.get("label") == "Reset all"]
        assert reset["disabled"] is True


async def test_what_is_chosen_counts_at_once_and_the_panel_shows_it(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.mia)
        await choose(house.mia, shown, f"{OWN}:quality", "high")
        await choose(house.mia, shown, f"{OWN}:model", OLDER)
        await choose(house.mia, shown, f"{OWN}:count", "2")
        await house.imagine()

        assert texts(shown).endswith("**Previews**: at most 3, the bot's")
        assert "✅ How many: changed." in texts(shown)
        assert "**Quality**: high, yours" in texts(shown)
        assert "and 2 at once $" in texts(shown)
        assert chosen(shown, f"{OWN}:model") == "GPT Image 2"
        asked = house.painter.asked
        assert [(each.model, each.quality) for each in asked] == [(OLDER, "high")] * 2


async def test_a_panel_from_before_a_restart_goes_on(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.mia)
        await choose(house.mia, shown, f"{OWN}:quality", "low")
        await house.restart()
        await choose(house.mia, shown, f"{OWN}:output_format", "webp")

        assert own(house, house.mia) == DefaultChoices(quality="low", output_format="webp")
        assert "**Format**: WEBP, yours" in texts(shown)


async def test_a_default_is_taken_back_by_itself_or_with_all(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.mia)
        for aspect, value in (("quality", "low"), ("count", "4"), ("private", "yes"), ("previews", "0")):
            await choose(house.mia, shown, f"{OWN}:{aspect}", value)
        await choose(house.mia, shown, f"{OWN}:count", "none")
        left = own(house, house.mia)
        await press(house.mia, shown, f"{OWN}:reset")

        assert left == DefaultChoices(quality="low", private=True, previews=0)
        assert own(house, house.mia) == NO_CHOICES
        assert "✅ All of them are taken back." in texts(shown)


async def test_a_size_is_written_as_people_say_it(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.mia)
        await write(house.mia, shown, "1920x1080")
        noted = texts(shown)
        await house.imagine()
        refused = await write(house.mia, shown, "enormous")
        await write(house.mia, shown, "")

        assert "✅ Size: changed. 1920x1080 became 1920x1088: both edges must be multiples of 16." in noted
        assert "**Size**: 1920×1088, yours" in noted
        assert house.painter.asked[0].size == "1920x1088"
        assert "“enormous” is not a size" in refusal(refused)
        assert own(house, house.mia) == NO_CHOICES


async def test_what_is_private_by_default_is_private_from_its_first_answer(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="for all")
        shown = await panel(house, house.mia)
        await choose(house.mia, shown, f"{OWN}:private", "yes")
        mine = await house.imagine()
        varied = await house.mia.click(house.posted[0], label="Vary")
        again = await house.mia.click(house.posted[0], label="Again")
        said = await house.imagine(private=False)
        bens = await house.ben.click(house.posted[0], label="Again")

        assert [each.ephemeral for each in (mine, varied, again)] == [True] * 3
        assert not any(each.ephemeral for each in (said, bens))
        assert len(house.posted) == 3


async def test_defaults_are_nobody_elses_and_buttons_keep_their_price(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.mia)
        await choose(house.mia, shown, f"{OWN}:quality", "max")
        await choose(house.mia, shown, f"{OWN}:count", "4")
        await house.ben.slash(house.channel, "imagine", prompt="an owl", quality="low")
        before = labels(house.posted[0])
        await house.mia.click(house.posted[0], label="Vary")

        assert [each.quality for each in house.painter.asked] == ["low", "low"]
        assert before == labels(house.posted[0])


async def test_the_dialog_begins_with_how_many_are_usual_and_makes_so_many(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(quality="low")
        shown = await panel(house, house.mia)
        await choose(house.mia, shown, f"{OWN}:count", "2")
        dialog = await house.mia.click(house.posted[0], label="Edit")
        assert dialog.modal is not None
        count = next(row["component"] for row in dialog.modal["components"] if row["label"] == "How many")
        await house.mia.submit_modal(dialog, {"prompt": "make it snowy"})

        assert [option["value"] for option in count["options"] if option.get("default")] == ["2"]
        assert len(house.painter.asked) == 3
        assert {each.quality for each in house.painter.asked} == {"low"}


async def test_a_preset_counts_before_a_default_which_fills_in_the_rest(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.mia)
        await choose(house.mia, shown, f"{OWN}:quality", "high")
        await choose(house.mia, shown, f"{OWN}:private", "yes")
        await house.mia.slash(house.channel, "preset save", name="Foxes", prompt="a fox", size="tall", quality="low")
        used = await house.mia.slash(house.channel, "preset use", name="Foxes")
        drawn = await house.imagine(preset="Foxes", quality="medium", prompt="at night")

        assert {each.size for each in house.painter.asked} == {"864x1536"}
        assert [each.quality for each in house.painter.asked] == ["low", "medium"]
        assert (used.ephemeral, drawn.ephemeral) == (True, True)


async def test_leads_choose_for_their_server_and_it_is_in_the_audit(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.lead, "studio defaults")
        await choose(house.lead, shown, f"{SERVER}:quality", "low")
        await choose(house.lead, shown, f"{SERVER}:count", "2")
        await write(house.lead, shown, "story", SERVER)
        await press(house.lead, shown, f"{SERVER}:reset")
        await choose(house.lead, shown, f"{SERVER}:private", "no")
        entries = await house.services.audit.entries(house.server.id)

        decided = [(each.decision.subject, each.decision.before, each.decision.after) for each in entries]
        assert decided[::-1] == [
            ("the default quality", "not set", "low"),
            ("the default number of pictures", "not set", "2 pictures"),
            ("the default size", "not set", "1088×1920"),
            (
                "the defaults",
                "the default size: 1088×1920; the default quality: low; the default number of pictures: 2 pictures",
                "not set",
            ),
            ("who sees results by default", "not set", "everybody"),
        ]
        assert {each.decision.action for each in entries} == {"studio defaults"}
        assert "**Who sees it**: everybody, this server's" in texts(shown)


async def test_who_leads_no_more_changes_nothing_by_an_old_panel(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no(_: object) -> bool:
        return False

    async with opened() as house:
        shown = await panel(house, house.lead, "studio defaults")
        await choose(house.lead, shown, f"{SERVER}:quality", "low")
        monkeypatch.setattr("bot.discord_ui.defaults_panel.is_lead", no)
        refused = await choose(house.lead, shown, f"{SERVER}:quality", "max")
        pressed = await press(house.lead, shown, f"{SERVER}:reset")

        assert refusal(refused) == refusal(pressed) == f"❌ {LEADS_ONLY}"
        assert (await house.services.policies.of(house.server.id)).defaults == DefaultChoices(quality="low")


async def test_what_an_old_panel_offers_and_none_does_any_more_is_refused(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await panel(house, house.mia)
        assert shown.response is not None
        stored: Any = house.env.backend.get_message(house.channel.id, shown.response.id)
        (menu,) = [part for part in walk_components(stored.components) if part.get("custom_id") == f"{OWN}:count"]
        menu["custom_id"] = f"{OWN}:seed"

        answer = await choose(house.mia, shown, f"{OWN}:seed", "2")

        assert refusal(answer) == "❌ I do not offer that any more. Use the command once more to see what there is."


def test_the_id_of_a_panels_menu_is_kept_for_ever() -> None:
    assert PRESSED == r"defaults:(?P<whose>own|server):(?P<what>[a-z_]+)"
    assert [aspect.value for aspect in Aspect] == [
        "model",
        "size",
        "quality",
        "count",
        "output_format",
        "private",
        "previews",
    ]
