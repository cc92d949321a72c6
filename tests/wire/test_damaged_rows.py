"""Rows of one job that are damaged while it is made: its member is told, and nobody else notices."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.images import Fault, FaultKind
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House


def damage(house: House, invocation: Invocation) -> None:
    """From now on SQLite meets a damaged value whenever it writes a job of this request."""
    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3", isolation_level=None)) as connection:
        connection.execute(
            f"CREATE TRIGGER rot BEFORE UPDATE ON jobs WHEN NEW.request_id = '{invocation.id}' "
            "BEGIN SELECT json('{'); END"
        )


@pytest.mark.parametrize("comes", [True, False])
async def test_a_job_whose_rows_are_damaged_is_told_and_the_others_go_on(
    house: House, mia: Member, *, comes: bool
) -> None:
    ben = house.discord.server.add_member("Ben")
    house.gate.clear()
    if not comes:
        house.images.faults.add(Fault(FaultKind.BROKEN_PICTURE, match="fox"))
    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    damage(house, invocation)
    house.gate.set()

    await house.ended(invocation)
    shown = house.posted(invocation)
    others = [await house.imagine(ben, "an owl") for _ in range(3)]

    if comes:
        assert shown is not None
        assert len(shown.attachments) == 1
        assert "no number and no buttons yet" in shown.content
    else:
        assert shown is None
        assert house.words(invocation).startswith("❌ Something in my books does not fit. Tell whoever runs me")
    assert all(message.attachments for message in others)
    assert house.states()[1:] == ["settled"] * 3
