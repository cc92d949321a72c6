"""Zones as people write them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.errors import DecisionRefusedError
from bot.services.calendar import find_zone, zones_like
from bot.services.calendar.zones import NAME_A_PLACE, WELL_KNOWN, zone_names


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("  America/New York ", "America/New_York"),
        ("utc", "UTC"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("rome", "Europe/Rome"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),  # two names of one zone
        ("germany", "Europe/Berlin"),
        ("India", "Asia/Kolkata"),
        ("Japan", "Japan"),
    ],
)
def test_a_zone_is_found_by_its_name_or_by_a_place_or_country_that_has_just_one(text: str, zone: str) -> None:
    assert find_zone(text) == zone


@pytest.mark.parametrize(
    ("text", "beginning", "near"),
    [
        ("Europe/Berlni", "That is not", "Did you mean Europe/Berlin?"),
        ("berlni", "“berlni” is not", "Did you mean Europe/Berlin?"),
        ("West", "“West” has several time zones.", "Did you mean Australia/West or Brazil/West?"),
        (
            "united states",
            "“united states” has several time zones.",
            "Did you mean America/New_York, America/Chicago or America/Denver?",
        ),
        ("xxxxxxxxxxxxxxxx", "“xxxxxxxxxxxxxxxx” is not", "Name a city in it, such as Europe/Berlin."),
        ("@everyone", "That is not", "Name a city"),
        ("../../etc/passwd", "That is not", "Name a city"),
        ("", "That is not", "Name a city"),
    ],
)
def test_what_is_no_zone_or_several_is_answered_with_the_nearest(text: str, beginning: str, near: str) -> None:
    with pytest.raises(DecisionRefusedError) as caught:
        find_zone(text)

    assert caught.value.sentence.startswith(beginning)
    assert near in caught.value.sentence
    assert caught.value.sentence.endswith("Nothing was changed.")


NO_SUMMER_TIME = (
    *("UTC+2", "gmt+2", "UTC +2", "GMT-3", "+02:00", "Etc/GMT+2", "Etc/UTC"),
    *("EST", "hst", "EST5EDT", "CET", "pst", "GMT", "Zulu", "usa", "Factory"),
)


@pytest.mark.parametrize("text", NO_SUMMER_TIME)
def test_a_difference_from_utc_or_letters_for_one_are_no_zone_for_they_know_no_summer_time(text: str) -> None:
    with pytest.raises(DecisionRefusedError) as caught:
        find_zone(text)

    assert caught.value.sentence == NAME_A_PLACE


def test_every_zone_that_is_offered_exists_and_no_sign_of_one_is_turned_round() -> None:
    for name in zone_names():
        assert find_zone(name) == name
        assert ZoneInfo(name).key == name
        assert not name.startswith("Etc/")
    assert {"EST", "MST", "HST", "CET", "GMT"}.isdisjoint(zone_names())


@pytest.mark.parametrize("typed", ["utc+2", "GMT+2", "etc/gmt"])
def test_no_zone_is_offered_for_a_difference_from_utc(typed: str) -> None:
    assert zones_like(typed, 25) == []


def test_before_anything_is_typed_zones_of_all_continents_are_offered() -> None:
    offered = zones_like("", 25)

    assert offered == list(WELL_KNOWN)
    assert {name.split("/")[0] for name in offered} >= {"Africa", "America", "Asia", "Australia", "Europe", "Pacific"}


def test_places_that_begin_with_what_was_typed_come_first_then_those_of_a_country() -> None:
    assert zones_like("ber", 25)[:2] == ["Atlantic/Bermuda", "Europe/Berlin"]
    assert zones_like("new y", 25) == ["America/New_York"]
    assert zones_like("german", 25) == ["Europe/Berlin", "Europe/Busingen"]
    assert zones_like("uk", 25)[0] == "Europe/London"
    assert zones_like("nowhere at all", 25) == []
