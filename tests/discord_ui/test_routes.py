"""Dialogs that are sent: each goes where its id says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest

from bot.discord_ui.buttons import LastingDialog, once
from bot.discord_ui.routes import Routes

if TYPE_CHECKING:
    import re

    from bot.discord_ui.interactions import Interaction


class NameDialog(LastingDialog, template=r"name:(?P<id>[0-9]+)"):
    """Asks for something."""


@pytest.mark.parametrize(
    ("custom_id", "kind", "heard"),
    [
        ("name:7", discord.InteractionType.modal_submit, ["7"]),
        ("name:7", discord.InteractionType.component, []),
        ("name:7!", discord.InteractionType.modal_submit, []),
        ("", discord.InteractionType.modal_submit, []),
    ],
)
async def test_a_dialog_finds_its_way_by_its_whole_id_once(
    custom_id: str, kind: discord.InteractionType, heard: list[str]
) -> None:
    seen: list[str] = []

    class Desk:
        async def takes(self, interaction: object) -> bool:
            assert interaction
            return not seen

    sent = SimpleNamespace(data={"custom_id": custom_id}, type=kind, client=SimpleNamespace(desk=Desk()))

    async def act(_: Interaction, match: re.Match[str]) -> None:
        seen.append(match["id"])

    routes = Routes(once)
    routes.add(NameDialog.template, act)
    for _ in range(2):
        await routes.follow(cast("discord.Interaction[Any]", sent))

    assert seen == heard
