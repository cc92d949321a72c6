"""Zones as people write them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.errors import DecisionRefusedError
from bot.services.zones import find_zone, zone_names, zones_like


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("  America/New York ", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_found_whatever_its_capitals(text: str, zone: str) -> None:
    assert find_zone(text) == zone


@pytest.mark.parametrize(
    ("text", "beginning", "near"),
    [
        ("Berlin", "“Berlin” is not", "Europe/Berlin"),
        ("Europe/Berlni", "That is not", "Europe/Berlin"),
        ("new york", "“new york” is not", "America/New_York"),
        ("xxxxxxxxxxxxxxxx", "“xxxxxxxxxxxxxxxx” is not", "UTC"),
        ("@everyone", "That is not", "Did you mean"),
        ("../../etc/passwd", "That is not", "Did you mean"),
        ("", "That is not", "Did you mean"),
        ("Factory", "“Factory” is not", "Did you mean"),
    ],
)
def test_what_is_no_zone_is_answered_with_the_nearest(text: str, beginning: str, near: str) -> None:
    with pytest.raises(DecisionRefusedError) as caught:
        find_zone(text)

    assert caught.value.sentence.startswith(beginning)
    assert near in caught.value.sentence
    assert caught.value.sentence.endswith("Nothing was changed.")


def test_every_zone_that_is_offered_exists() -> None:
    for name in zone_names():
        assert find_zone(name) == name
        assert ZoneInfo(name).key == name


def test_places_that_begin_with_what_was_typed_come_first() -> None:
    found = zones_like("ber", 25)

    assert found[:2] == ["Atlantic/Bermuda", "Europe/Berlin"]
    assert zones_like("new y", 25) == ["America/New_York"]
    assert len(zones_like("", 25)) == 25
    assert zones_like("nowhere at all", 25) == []
