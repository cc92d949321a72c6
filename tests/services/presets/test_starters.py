"""The starter set: what it offers, and that it fits what a preset is."""

from __future__ import annotations

from bot.services.presets import checked_name, open_starters, option_facts
from bot.services.requests import Wishes

STARTERS = open_starters()


def test_the_set_shows_what_the_image_api_is_good_at() -> None:
    assert [each.name for each in STARTERS] == [
        "Poster",
        "Product photo",
        "Style change",
        "Icon set",
        "Sprite sheet",
        "Floor plan",
        "Sticker",
        "Book illustration",
        "Guided picture",
    ]
    assert len({each.starter for each in STARTERS}) == len({each.key for each in STARTERS}) == len(STARTERS)


def test_each_is_a_preset_as_anybody_could_keep_it_and_says_what_it_is_for() -> None:
    for each in STARTERS:
        assert checked_name(each.name) == each.name
        assert each.template.first_open is not None or each.takes_picture
        assert each.about
        assert not each.ref.isdigit()
        assert each.options.model is None


def test_one_asks_for_a_picture_and_three_have_no_background() -> None:
    assert [each.name for each in STARTERS if each.takes_picture] == ["Style change"]
    assert [each.name for each in STARTERS if each.options.background == "transparent"] == [
        "Icon set",
        "Sprite sheet",
        "Sticker",
    ]


def test_options_are_told_in_words() -> None:
    options = Wishes(
        model="gpt-image-2",
        size="1536x1024",
        quality="high",
        count=1,
        background="transparent",
        output_format="webp",
        compression=0,
        input_fidelity="high",
        complexity="low",
        frames=9,
    )

    assert option_facts(options) == [
        "gpt\\-image\\-2",
        "size 1536x1024",
        "quality high",
        "one picture at a time",
        "transparent background",
        "as webp",
        "compression 0",
        "high input fidelity",
        "low complexity",
        "9 frames",
    ]
    assert option_facts(Wishes(count=3)) == ["3 pictures at a time"]
