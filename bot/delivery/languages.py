"""In which language something is shown, and what stands in views and embeds told in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import discord
from discord.ui.select import BaseSelect

from bot.discord_limits import LONGEST_FIELD, LONGEST_MESSAGE
from bot.language import ENGLISH, Language, Translatable, language_of
from bot.presentation.prompt_words import Compared, embed_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discord.ui.view import BaseView

    ViewT = TypeVar("ViewT", bound=BaseView | None)

# The texts of what stands in a view, with the characters that Discord takes: a translation may be too long.
_TEXTS: dict[type[Any], dict[str, int]] = {
    discord.ui.Button: {"label": 80},
    BaseSelect: {"placeholder": 150},
    discord.ui.TextInput: {"placeholder": 100},
    discord.ui.TextDisplay: {"content": 4000},
    discord.ui.Label: {"text": 45, "description": 100},
}
_LONGEST_OPTION = 100
_LONGEST_TITLE = 45


def language_of_reader(interaction: discord.Interaction[Any]) -> Language:
    """Of who acts, for what only they see."""
    return language_of(interaction.locale)


def locale_of(interaction: discord.Interaction[Any], *, private: bool) -> str:
    """Of whoever reads the answer: who acts, where only they see it, else everybody on the server."""
    return str(interaction.locale) if private or interaction.guild is None else locale_of_server(interaction.guild)


def locale_of_server(guild: discord.Guild) -> str:
    """The one that its leads have chosen, else the server's own, which only Community servers can set."""
    known: Any = guild
    client = known._state._get_client()  # noqa: SLF001 - a server knows its client, but keeps it to itself
    return client.services.policies.locale_of(guild.id) or str(guild.preferred_locale)


def language_of_server(guild: discord.Guild | None) -> Language:
    """Of a server, for what everybody sees there; English where there is none."""
    return ENGLISH if guild is None else language_of(locale_of_server(guild))


def translated(view: ViewT, language: Language) -> ViewT:
    """The same view, in that language."""
    if view is None or language is ENGLISH:
        return view
    if isinstance(view, discord.ui.Modal):
        _tell(view, "title", _LONGEST_TITLE, language)
    children: Iterable[Any] = view.walk_children()
    for child in children:
        item = getattr(child, "item", child)  # of a dynamic item, what it shows
        for kind, texts in _TEXTS.items():
            if isinstance(item, kind):
                for name, most in texts.items():
                    _tell(item, name, most, language)
        for option in getattr(item, "options", ()):
            _tell(option, "label", _LONGEST_OPTION, language)
            _tell(option, "description", _LONGEST_OPTION, language)
    return view


def for_reader(interaction: discord.Interaction[Any], **message: Any) -> dict[str, Any]:  # noqa: ANN401 - as discord.py takes them
    """The parts of a message that only who acts sees, in their language: its content, embed and view."""
    language, told = language_of_reader(interaction), dict(message)
    if isinstance(told.get("content"), str):
        told["content"] = language.translate(told["content"])[:LONGEST_MESSAGE]
    if isinstance(told.get("embed"), discord.Embed):
        told["embed"] = translated_embed(told["embed"], language)
    if told.get("view"):
        told["view"] = translated(told["view"], language)
    return told


def shown_in(text: str, language: Language) -> dict[str, Any]:
    """A text as parts of a message, in that language: what is compared in an embed, where it stands side by side."""
    if isinstance(text, Compared):
        return {"content": None, "embeds": [translated_embed(embed_of(text), language)]}
    return {"content": language.translate(text)[:LONGEST_MESSAGE]}


async def ask_in(interaction: discord.Interaction[Any], dialog: discord.ui.Modal) -> None:
    """Open a dialog in the language of who acts."""
    await interaction.response.send_modal(translated(dialog, language_of_reader(interaction)))


def translated_embed(embed: discord.Embed, language: Language) -> discord.Embed:
    """The same embed, in that language."""
    for name in ("title", "description"):
        _tell(embed, name, 4096, language)
    for place, field in enumerate(embed.fields):
        told = (language.translate(field.name or ""), language.translate(field.value or "")[:LONGEST_FIELD])
        embed.set_field_at(place, name=told[0], value=told[1], inline=field.inline)
    if embed.footer.text is not None:
        embed.set_footer(text=language.translate(embed.footer.text))
    return embed


def _tell(what: object, name: str, most: int, language: Language) -> None:
    text = getattr(what, name, None)
    if isinstance(text, Translatable):
        told = language.translate(text)
        setattr(what, name, told if len(told) <= most else f"{told[: most - 1]}…")
