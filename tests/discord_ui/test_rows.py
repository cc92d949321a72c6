"""The rows under results and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest
from typing_extensions import override

from bot.discord_ui.buttons import AtelierButton
from bot.discord_ui.more_menu import MoreSelect
from bot.discord_ui.rows import More, ResultButtons, panel_of, view_of
from tests.examples import job, order, picture, result

if TYPE_CHECKING:
    from bot.discord_ui.interactions import Interaction
    from bot.services.jobs import Result
    from bot.services.ledger import Order, Picture


class IdleButton(AtelierButton, action="idle"):
    label = "Idle"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Nothing."""


class LateButton(IdleButton, action="late"):
    """In the last place."""


class EarlyButton(IdleButton, action="early"):
    """In the first."""


def of_first(button: type[IdleButton]) -> Any:  # noqa: ANN401 - what makes such a button for a result
    def make(made: Result) -> AtelierButton:
        return button(made.files[0][0].number)

    return make


def custom_ids(view: discord.ui.View | None) -> list[str]:
    return [] if view is None else [getattr(item, "custom_id", "") for item in view.children]


def rows(view: discord.ui.View | None) -> list[list[str]]:
    assert view is not None
    components: Any = view.to_components()
    return [[each["custom_id"] for each in row["components"]] for row in components]


async def nothing(_: object, __: Order, ___: Picture) -> None:
    """Fulfils `Act`."""


def test_the_buttons_stand_in_the_order_of_their_places_under_the_first_picture() -> None:
    buttons = ResultButtons()
    buttons.add(20, of_first(LateButton))
    buttons.add(10, of_first(EarlyButton))

    first, second = buttons.of_result(result()), buttons.of_result(result())

    assert first is not None
    assert first is not second
    assert first.timeout is None
    assert custom_ids(first) == ["early:4821", "late:4821"]


def test_the_select_stands_in_a_row_of_its_own_below_the_buttons() -> None:
    buttons, more = ResultButtons(), More()
    buttons.set_more(MoreSelect.of(more))
    buttons.add(10, of_first(EarlyButton))
    more.add(20, "second", "Second", None, nothing)
    more.add(10, "first", "First", "🔍", nothing)

    view = buttons.of_result(result(order(job(1, picture(7)), job(2, picture(8)))))

    assert rows(view) == [["early:7"], ["more:7"]]
    assert view is not None
    components: Any = view.to_components()
    (select,) = components[1]["components"]
    assert [option["value"] for option in select["options"]] == ["first", "second"]
    assert select["placeholder"] == "⋯ More"
    assert (select["min_values"], select["required"]) == (0, False)


def test_what_is_not_offered_for_a_result_is_left_out() -> None:
    buttons = ResultButtons()
    buttons.add(10, lambda _: None)
    buttons.add(20, of_first(LateButton))

    assert custom_ids(buttons.of_result(result())) == ["late:4821"]


def test_without_buttons_there_is_no_row() -> None:
    buttons = ResultButtons()
    buttons.set_more(MoreSelect.of(More()))

    assert buttons.of_result(result()) is None
    assert buttons.of_late("81") is None


def test_the_late_button_names_the_request() -> None:
    buttons = ResultButtons()
    buttons.set_late(LateButton)

    assert custom_ids(buttons.of_late("1573465392062398473")) == ["late:1573465392062398473"]


def test_what_waits_has_a_button_once_a_cog_offers_one() -> None:
    buttons = ResultButtons()
    assert buttons.of_progress("81") is None

    buttons.set_progress(LateButton)

    assert custom_ids(buttons.of_progress("1573465392062398473")) == ["late:1573465392062398473"]


async def test_a_view_never_ends_and_nothing_of_it_is_waited_for() -> None:
    view, panel = view_of([LateButton(1)]), panel_of(discord.ui.TextDisplay("Words"), discord.ui.Separator())

    assert view.timeout is panel.timeout is None
    assert view.is_finished()
    assert panel.is_finished()
    assert len(panel.children) == 2


def test_no_value_is_offered_twice() -> None:
    more = More()
    more.add(10, "details", "Details", None, nothing)

    with pytest.raises(ValueError, match="details"):
        more.add(20, "details", "Other details", None, nothing)


def test_a_select_holds_25_choices() -> None:
    more = More()
    for number in range(25):
        more.add(number, f"choice-{number}", "A choice", None, nothing)

    with pytest.raises(ValueError, match="one-more"):
        more.add(99, "one-more", "One more", None, nothing)
