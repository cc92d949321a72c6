"""The panel of defaults is one that Discord takes, whatever is set; nothing of it is waited for in this process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given

from bot.discord_limits import MOST_CHOICES
from bot.discord_ui.defaults_panel import SizeDialog, defaults_panel
from bot.presentation.defaults import TITLES, shown_defaults
from bot.sandbox.discord.checks.components import COMPONENT, check_components
from bot.sandbox.discord.wire.refusals import FormFaults
from bot.services.policy import LayeredDefaults, Whose
from tests.services.admission.drafts import Desk
from tests.services.admission.test_usual_choices import CHOICES, PERMITS, usual

if TYPE_CHECKING:
    from bot.services.policy import DefaultChoices, Permit

DRAFTING = Desk().drafting
SCOPES = (Whose.OWN, Whose.SERVER)


@given(CHOICES, CHOICES, PERMITS)
def test_whatever_is_set_discord_takes_the_panel(own: DefaultChoices, server: DefaultChoices, permit: Permit) -> None:
    somebody = replace(usual(permit), defaults=LayeredDefaults(own, server))
    for whose in SCOPES:
        shown = shown_defaults(DRAFTING, somebody, whose)
        view: Any = defaults_panel(shown, whose, "✅ Size: changed.")  # its components are untyped
        parts = view.to_components()

        faults = FormFaults()
        check_components(parts, faults, (), v2=True)
        for place, part in enumerate(parts):
            COMPONENT(f"components.{place}", part, faults)
        faults.raise_if_any()
        assert [each.title for each in shown.defaults] == list(TITLES.values())
        for default in shown.defaults:
            assert sum(option.is_chosen for option in default.options) == 1
            assert len(default.options) <= MOST_CHOICES


async def test_nothing_of_it_is_waited_for() -> None:
    shown = shown_defaults(DRAFTING, usual(), Whose.OWN)

    assert defaults_panel(shown, Whose.OWN).is_finished()
    assert [SizeDialog(whose).custom_id for whose in SCOPES] == ["defaults-size:own", "defaults-size:server"]
