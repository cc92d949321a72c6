"""Choices with prices: what else is filled in counts, and what is not typed to its end does not spoil them."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest

from bot.discord_ui.options import PricedOptions, shape_of
from bot.presentation.choices import Asked, price_text
from bot.services.policy import Permit
from tests.examples import CATALOG, MODEL, NOW, REQUESTER

if TYPE_CHECKING:
    from datetime import date

    from bot.services.admission import Admission
    from bot.services.policy import Requester


class Door:
    """Fulfils what of `Admission` is asked for."""

    def __init__(self, permit: Permit) -> None:
        self._permit = permit

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(NOW, UTC).date()

    async def permit(self, requester: Requester) -> Permit:
        assert requester == REQUESTER
        return self._permit


class Filled(dict[str, Any]):
    """The other options, as discord.py gives them: iterated as pairs, None where one is missing."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an option's value
        return self.get(name)

    def __iter__(self) -> Any:  # noqa: ANN401 - as discord.py's
        return iter(self.items())


def attachment(width: int | None, height: int | None) -> discord.Attachment:
    data: Any = {"id": "1", "filename": "a.png", "size": 9, "url": "u", "proxy_url": "u"}
    shape = {"width": width, "height": height}
    state: Any = SimpleNamespace(http=None)
    return discord.Attachment(data=data | shape, state=state)


def typing(**filled: Any) -> discord.Interaction[Any]:  # noqa: ANN401 - values of options
    """An interaction in which an option is being typed."""
    who = {"guild_id": REQUESTER.server_id, "channel_id": REQUESTER.channel_id, "channel": None}
    user = SimpleNamespace(id=REQUESTER.user_id)
    return cast("discord.Interaction[Any]", SimpleNamespace(**who, user=user, namespace=Filled(filled)))


def priced(permit: Permit | None = None) -> PricedOptions:
    return PricedOptions(cast("Admission", Door(permit or Permit())), CATALOG, MODEL.id, 3)


@pytest.mark.parametrize(
    ("filled", "asked"),
    [
        ({}, Asked(3)),
        ({"count": 2}, Asked(3, count=2)),
        ({"count": "ma"}, Asked(3)),
        ({"image": discord.Object(5), "image2": attachment(640, 480)}, Asked(3, inputs=(None, (640, 480)))),
        ({"mask": attachment(None, None)}, Asked(3, inputs=(None,))),
        ({"format": "gif", "frames": 4}, Asked(3, output_format="gif", frames=4)),
        ({"format": "gif", "frames": 99}, Asked(3, output_format="gif")),
        ({"fidelity": "high"}, Asked(3, fidelity="high")),
        ({"model": "no such one"}, Asked(3)),
    ],
)
async def test_what_else_is_filled_in_counts_as_far_as_it_makes_sense(filled: dict[str, Any], asked: Asked) -> None:
    (choice,) = await priced().qualities(typing(**filled), "low")

    assert choice.name == f"low · {price_text(MODEL, MODEL.default_size, 'low', asked)}"


async def test_only_what_the_member_may_use_is_offered() -> None:
    options = priced(Permit(models=(MODEL.id,), qualities=("low",), most_pixels=1024 * 1024))

    offered = [await each(typing(), "") for each in (options.models, options.qualities, options.sizes)]

    assert [[choice.value for choice in choices] for choices in offered] == [[MODEL.id], ["low"], ["1024x1024"]]


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(640, 480, (640, 480)), (None, None, None), (0, 480, None), (640, 0, None)]
)
def test_a_files_shape_is_known_if_discord_says_it(
    width: int | None, height: int | None, shape: tuple[int, int] | None
) -> None:
    assert shape_of(attachment(width, height)) == shape
