"""The catalogs: whole, true to their sources, as long as Discord allows, and read as gettext's own tools read them."""

from __future__ import annotations

import gettext
import re
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.pofile import read_po

from bot.discord_ui.commands import CommandTranslator
from bot.language import CATALOGS, LOCALES, load_catalogs
from bot.language.catalog import Catalog
from bot.sandbox.discord.checks.commands import LARGEST_COMMAND, check_commands
from bot.sandbox.discord.wire.refusals import FormFaults
from tests.language.sources import texts_of_commands, texts_of_fields, texts_of_sources

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages import Catalog as BabelCatalog

    from tests.conftest import OpenHouse

PLACEHOLDER = re.compile(r"\{[a-z_0-9]*\}")
FRENCH_SPACING = re.compile(r"(?<!\u202f)[;:!?»%](?![\w/=])|«(?!\u202f)|[^\S\n\u202f][;:!?»%]|\w'\w")
_KANA = "[\u3041-\u30ff\u4e00-\u9fff]"  # and ideographs
_WIDE = "[\u3001\u3002\uff01\uff08\uff1a\uff1f\u300c\u300d]"
JAPANESE_SPACING = re.compile(rf"{_KANA}[,.;:!?()%]|[,;:!?()]{_KANA}|{_WIDE} |{_KANA} {_KANA}")
UNCHANGED = re.compile(r"(?<![\w/])/[a-z]+|`|<[@#t]|\*\*|^-# |\n")


def read(name: str) -> BabelCatalog:
    with CATALOGS[name].open("rb") as file:
        return read_po(file, locale=name, abort_invalid=True)


def messages(name: str) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """By source: the id as Babel gives it, and the forms."""
    return {
        each.id if isinstance(each.id, str) else each.id[0]: (
            each.id,
            (each.string,) if isinstance(each.string, str) else tuple(each.string or ()),
        )
        for each in read(name)
        if each.id
    }


@pytest.mark.parametrize("name", CATALOGS)
async def test_no_text_is_missing_and_none_is_left_over(name: str, opened: OpenHouse) -> None:
    async with opened() as house:
        spoken = texts_of_sources() | set(texts_of_commands(house.bot.tree))
    translated = {
        source if isinstance(source, str) else tuple(source) for source, forms in messages(name).values() if all(forms)
    }

    assert spoken - translated == set(), f"missing in {CATALOGS[name]}: {sorted(map(repr, spoken - translated))}"
    assert translated - spoken == set(), f"left over in {CATALOGS[name]}: {sorted(map(repr, translated - spoken))}"


@pytest.mark.parametrize("name", CATALOGS)
def test_no_placeholder_differs(name: str) -> None:
    for source, forms in messages(name).values():
        *_, said = (source,) if isinstance(source, str) else source
        for form in forms:  # of several, one may say the number in words of its language
            left_out = set(PLACEHOLDER.findall(said)) ^ set(PLACEHOLDER.findall(form))

            assert left_out <= (set() if isinstance(source, str) else {"{count}"}), said


@pytest.mark.parametrize("name", CATALOGS)
def test_names_of_commands_and_formats_stay_as_they_are(name: str) -> None:
    for source, forms in messages(name).values():
        *_, said = (source,) if isinstance(source, str) else source
        for form in forms:
            assert sorted(UNCHANGED.findall(form)) == sorted(UNCHANGED.findall(said)), said


def test_french_never_breaks_a_line_before_a_colon_nor_inside_quotation_marks() -> None:
    signs = ", ' & + ! ?"  # are listed for what they are
    said = [form.replace(signs, "") for _, forms in messages("fr").values() for form in forms]

    assert [each for each in said if FRENCH_SPACING.search(each)] == []


def test_japanese_has_wide_signs_and_no_space_behind_them() -> None:
    said = [form for _, forms in messages("ja").values() for form in forms]

    assert [each for each in said if JAPANESE_SPACING.search(each)] == []


@pytest.mark.parametrize("name", CATALOGS)
async def test_none_of_a_command_is_longer_than_discord_allows(name: str, opened: OpenHouse) -> None:
    catalog = Catalog(CATALOGS[name])
    async with opened() as house:
        most = texts_of_commands(house.bot.tree)

    assert [text for text, longest in most.items() if len(catalog.message(text) or "") > longest] == []


@pytest.mark.parametrize("name", CATALOGS)
def test_what_stands_at_a_field_of_a_dialog_is_not_cut_off(name: str) -> None:
    catalog, most = Catalog(CATALOGS[name]), texts_of_fields()

    assert len(most) > 15
    assert [text for text, longest in most.items() if len(catalog.message(text) or "") > longest] == []


@pytest.mark.parametrize("name", CATALOGS)
def test_plural_forms_compile_and_there_are_as_many_as_the_language_has(name: str) -> None:
    header = read(name)
    rule = gettext.c2py(header.plural_expr)

    assert {rule(count) for count in range(200)} == set(range(header.num_plurals))
    for source, forms in messages(name).values():
        assert len(forms) == (1 if isinstance(source, str) else header.num_plurals), source


@pytest.mark.parametrize("name", CATALOGS)
def test_our_reader_reads_what_babel_reads(name: str) -> None:
    ours = Catalog(CATALOGS[name]).messages

    assert {source: forms for source, forms in ours.items() if source} == {
        source: forms for source, (_, forms) in messages(name).items()
    }


def test_a_message_over_several_lines_is_read_whole_and_one_without_a_translation_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "xx.po"
    file.write_text(
        'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        '# a note\n#: bot/client.py:1\nmsgid ""\n"one "\n"two"\nmsgstr "eins "\n"\\"zwei\\"\\\\\\t\\n"\n\n'
        'msgid "three"\nmsgstr ""\n\nmsgid "{count} cat"\nmsgid_plural "{count} cats"\n'
        'msgstr[0] "{count} Katze"\nmsgstr[1] "{count} Katzen"\n',
        encoding="utf-8",
    )
    catalog = Catalog(file)

    assert catalog.message("one two") == 'eins "zwei"\\\t\n'
    assert catalog.message("three") is None
    assert [catalog.message("{count} cat", count) for count in (0, 1, 2)] == [
        "{count} Katzen",
        "{count} Katze",
        "{count} Katzen",
    ]


async def test_discord_takes_the_commands_in_all_languages(opened: OpenHouse) -> None:
    async with opened() as house:
        tree = house.bot.tree
        translator = CommandTranslator()
        payload = [await each.get_translated_payload(tree, translator) for each in tree.get_commands()]
    faults = FormFaults()
    check_commands(payload, faults)

    assert faults.as_refusal().errors == {}
    assert set(payload[0]["description_localizations"]) == set(LOCALES)
    assert all(each["name_localizations"] == {} for each in payload if each["type"] == 1)
    assert LARGEST_COMMAND == 8000


async def test_names_in_a_menu_are_translated_for_they_are_read(opened: OpenHouse) -> None:
    async with opened() as house:
        tree = house.bot.tree
        translator = CommandTranslator()
        (menu,) = [each for each in tree.get_commands() if each.name == "Edit image"]
        payload = await menu.get_translated_payload(tree, translator)

    assert payload["name_localizations"]["de"] == "Bild ändern"


def test_every_locale_has_its_catalog() -> None:
    assert set(load_catalogs()) == set(LOCALES)
