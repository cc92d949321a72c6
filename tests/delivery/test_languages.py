"""What stands in views and embeds is told in the reader's language, as long as Discord takes it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.delivery.languages import language_of_server, locale_of, translated, translated_embed
from bot.language import ENGLISH, PSEUDO, Language, phrase

PSEUDO_LANGUAGE = Language(PSEUDO)


def texts_of(view: discord.ui.View | discord.ui.Modal | discord.ui.LayoutView) -> str:
    return str(view.to_components())


def test_labels_options_and_placeholders_are_told() -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label=phrase("Edit")))
    option = discord.SelectOption(label=phrase("One"), description=phrase("Two"))
    view.add_item(discord.ui.Select(placeholder=phrase("More"), options=[option]))

    shown = texts_of(translated(view, PSEUDO_LANGUAGE))

    assert all(each in shown for each in ("⟦Édít⟧", "⟦Óñé⟧", "⟦Twó⟧", "⟦Móré⟧"))


def test_dialogs_and_panels_are_told() -> None:
    modal = discord.ui.Modal(title=phrase("Title"))
    field = discord.ui.TextInput[Any](placeholder=phrase("Hint"))
    modal.add_item(discord.ui.Label(text=phrase("Name"), description=phrase("About"), component=field))
    panel = discord.ui.LayoutView()
    panel.add_item(discord.ui.TextDisplay(phrase("Words")))

    translated(modal, PSEUDO_LANGUAGE)

    assert modal.title == "⟦Títlé⟧"
    assert all(each in texts_of(modal) for each in ("⟦Híñt⟧", "⟦Ñámé⟧", "⟦Ábóút⟧"))
    assert "⟦Wórdš⟧" in texts_of(translated(panel, PSEUDO_LANGUAGE))


def test_what_is_longer_than_discord_allows_is_cut() -> None:
    view = discord.ui.View(timeout=None)
    button: discord.ui.Button[Any] = discord.ui.Button(label=phrase("x" * 80))
    view.add_item(button)
    translated(view, PSEUDO_LANGUAGE)

    assert button.label == f"⟦{'x' * 78}…"


def test_an_embed_is_told() -> None:
    embed = discord.Embed(title=phrase("Title"), description=phrase("Words"))
    embed.add_field(name=phrase("Name"), value=phrase("Value"), inline=False)
    embed.set_footer(text=phrase("End"))

    assert translated_embed(embed, PSEUDO_LANGUAGE).to_dict() == {
        "type": "rich",
        "flags": 0,
        "title": "⟦Títlé⟧",
        "description": "⟦Wórdš⟧",
        "fields": [{"name": "⟦Ñámé⟧", "value": "⟦Válúé⟧", "inline": False}],
        "footer": {"text": "⟦Éñd⟧"},
    }


def server_in(locale: discord.Locale, chosen: str = "") -> Any:  # noqa: ANN401 - what of a server is asked for
    """A server in Discord's words, whose leads have chosen a language or none."""
    client = SimpleNamespace(services=SimpleNamespace(policies=SimpleNamespace(locale_of={1: chosen}.get)))
    return SimpleNamespace(id=1, preferred_locale=locale, _state=SimpleNamespace(_get_client=lambda: client))


def test_in_english_a_view_stays_as_it_is() -> None:
    view = discord.ui.View(timeout=None)

    assert translated(view, ENGLISH) is view
    assert translated(None, PSEUDO_LANGUAGE) is None


@pytest.mark.parametrize(
    ("private", "in_server", "locale"), [(True, True, "de"), (False, True, "ja"), (False, False, "de")]
)
def test_an_answer_is_in_the_language_of_who_reads_it(private: bool, in_server: bool, locale: str) -> None:  # noqa: FBT001 - a case
    guild = server_in(discord.Locale.japanese) if in_server else None
    interaction: Any = SimpleNamespace(locale=discord.Locale.german, guild=guild)

    assert locale_of(interaction, private=private) == locale


@pytest.mark.parametrize(("chosen", "locale"), [("", "fr"), ("ja", "ja"), ("en-US", "en-US")])
def test_a_server_s_language_is_chosen_or_its_own_and_english_in_direct_messages(chosen: str, locale: str) -> None:
    guild = server_in(discord.Locale.french, chosen)

    assert (language_of_server(guild).locale, language_of_server(None)) == (locale, ENGLISH)
