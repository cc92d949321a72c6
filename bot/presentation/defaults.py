"""Defaults as words: what is set, by whom, what it costs, and what else can be chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.language import beginning, composed, joined, phrase, plural
from bot.services.admission import NO, NONE, YES, choice_text
from bot.services.policy import NO_CHOICES, Aspect, Whose
from bot.services.requests import DRAWN, MOST_PICTURES, Change, Wishes, estimate_choice, format_price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.services.admission import Drafting, Usual
    from bot.services.policy import Choice

TITLES = {
    Aspect.MODEL: phrase("Model"),
    Aspect.SIZE: phrase("Size"),
    Aspect.QUALITY: phrase("Quality"),
    Aspect.COUNT: phrase("How many"),
    Aspect.FORMAT: phrase("Format"),
    Aspect.PRIVATE: phrase("Who sees it"),
    Aspect.PREVIEWS: phrase("Previews"),
}
HEADS = {
    Whose.OWN: phrase(
        "### Your defaults on this server\n"
        "They count wherever you choose nothing else. A picture of mine that you change stays as it was made, and what "
        "comes of a reply is seen by everybody."
    ),
    Whose.SERVER: phrase(
        "### This server's defaults\n"
        "They count for members who choose nothing else and have no default of their own (/settings)."
    ),
}
UNSET = {Whose.OWN: phrase("no default of yours"), Whose.SERVER: phrase("no default")}


@dataclass(frozen=True, slots=True)
class DefaultOption:
    """What can be chosen: as it is read, the value behind it, what it costs, and whether it is chosen."""

    label: str
    value: str
    about: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownDefault:
    """One of the defaults: what is set, as a line or two; and what can be."""

    aspect: Aspect
    title: str
    text: str
    options: tuple[DefaultOption, ...]


@dataclass(frozen=True, slots=True)
class DefaultsShown:
    """All of them.

    Attributes:
        head: what they are, and what a picture costs with them.
        is_set: whether there is any to take back.
    """

    head: str
    defaults: tuple[ShownDefault, ...]
    is_set: bool


def shown_defaults(drafting: Drafting, usual: Usual, whose: Whose) -> DefaultsShown:
    """The defaults of a member, or of a server."""
    own = usual.defaults.own if whose is Whose.OWN else usual.defaults.server
    lines = [HEADS[whose], _price_text(drafting, usual)]
    shown = tuple(_shown(drafting, usual, whose, aspect) for aspect in Aspect)
    return DefaultsShown(joined("\n", lines), shown, own != NO_CHOICES)


def _price_text(drafting: Drafting, usual: Usual) -> str:
    """``one picture costs $0.019, and 3 at once $0.057``."""
    each, count = _price(drafting, usual), usual.count().value
    if count == 1:
        return phrase(
            "**Price**: one picture with these costs up to {price}; its words and input pictures cost extra.",
            price=format_price(each),
        )
    return phrase(
        "**Price**: one picture with these costs up to {price}, and {count} at once {together}; its words and input "
        "pictures cost extra.",
        price=format_price(each),
        count=count,
        together=format_price(count * each),
    )


def _price(drafting: Drafting, usual: Usual) -> int:
    """What one picture costs, in nano-dollars."""
    request = drafting.drafted(usual, Change.NEW, Wishes(prompt=DRAWN))
    return estimate_choice(drafting.catalog.model(request.model), request)


def _shown(drafting: Drafting, usual: Usual, whose: Whose, aspect: Aspect) -> ShownDefault:
    found = usual.of(aspect, drafting.most_partials)
    chosen = _set_by(choice_text(usual.catalog, aspect, found.value), found.whose)
    lines: list[str] = [phrase("**{title}**: {choice}", title=TITLES[aspect], choice=chosen)]
    lines += ["-# " + found.note] if found.note else []
    return ShownDefault(aspect, TITLES[aspect], joined("\n", lines), _options(drafting, usual, whose, aspect))


def _options(drafting: Drafting, usual: Usual, whose: Whose, aspect: Aspect) -> tuple[DefaultOption, ...]:
    """First that there is none, then what can be chosen, each with its price."""
    kept = (usual.defaults.own if whose is Whose.OWN else usual.defaults.server).of(aspect)
    without = _having(usual, whose, aspect, None)
    below = without.of(aspect, drafting.most_partials)
    unset = phrase(
        "{title}: {choice} ({unset})",
        title=TITLES[aspect],
        choice=_set_by(choice_text(usual.catalog, aspect, below.value), below.whose),
        unset=UNSET[whose],
    )
    options = [DefaultOption(composed(_cut, [unset]), NONE, _about(drafting, without, aspect), kept is None)]
    offered = list(_possible(drafting, usual, aspect))
    for choice in offered if kept is None or kept in offered else (kept, *offered):
        about = _about(drafting, _having(usual, whose, aspect, choice), aspect)
        options.append(DefaultOption(_label(usual, aspect, choice), _value(choice), about, kept == choice))
    return tuple(options[:MOST_CHOICES])


def _possible(drafting: Drafting, usual: Usual, aspect: Aspect) -> Iterable[Choice]:
    """What can be chosen, as far as it may be."""
    catalog, permit = usual.catalog, usual.permit
    model = catalog.model(usual.model().value)
    possible: dict[Aspect, Iterable[Choice]] = {
        Aspect.MODEL: (each.id for each in catalog.offered(usual.today) if permit.allows_model(each.id)),
        Aspect.SIZE: (each.size for each in model.suggested_sizes if permit.allows_size(each.size)),
        Aspect.QUALITY: (each for each in model.qualities if permit.allows_quality(each)),
        Aspect.COUNT: range(1, min(permit.most_count or MOST_PICTURES, MOST_PICTURES) + 1),
        Aspect.FORMAT: model.formats,
        Aspect.PRIVATE: (False, True),
        Aspect.PREVIEWS: range(drafting.most_partials + 1),
    }
    return possible[aspect]


def _label(usual: Usual, aspect: Aspect, choice: Choice) -> str:
    """A choice as it is offered; it is understood by itself, for a menu shows and reads out nothing else."""
    text = choice_text(usual.catalog, aspect, choice)
    if aspect is Aspect.SIZE:
        suggested = usual.catalog.model(usual.model().value).suggested_sizes
        text = joined(" ", [*(each.word for each in suggested if each.size == choice), text])
    elif aspect is Aspect.QUALITY:
        text = phrase("{value} quality", value=text)
    elif aspect is Aspect.FORMAT:
        text = phrase("{value} format", value=text)
    elif aspect is Aspect.PRIVATE:
        text = phrase("only who asks sees it") if choice else phrase("everybody sees it")
    elif aspect is Aspect.PREVIEWS:
        most = plural("at most {count} preview", "at most {count} previews", int(choice))
        text = most if choice else phrase("no previews")
    return composed(_cut, [beginning(text)])


def _cut(told: Sequence[str]) -> str:
    return told[0][:LONGEST_CHOICE]


def _set_by(choice: str, whose: Whose) -> str:
    return {
        Whose.OWN: phrase("{choice}, yours", choice=choice),
        Whose.SERVER: phrase("{choice}, this server's", choice=choice),
        Whose.BOT: phrase("{choice}, the bot's", choice=choice),
    }[whose]


def _about(drafting: Drafting, usual: Usual, aspect: Aspect) -> str:
    """What a choice costs, where it costs anything."""
    if aspect is Aspect.PRIVATE:
        return ""
    each = _price(drafting, usual)
    if aspect is Aspect.COUNT:
        return phrase("{price} together", price=format_price(usual.count().value * each))
    return phrase("{price} a picture", price=format_price(each))


def _having(usual: Usual, whose: Whose, aspect: Aspect, choice: Choice | None) -> Usual:
    """What would be usual with another choice."""
    layers = usual.defaults
    if whose is Whose.OWN:
        return replace(usual, defaults=replace(layers, own=layers.own.having(aspect, choice)))
    return replace(usual, defaults=replace(layers, server=layers.server.having(aspect, choice)))


def _value(choice: Choice) -> str:
    """As it stands behind an option."""
    if isinstance(choice, bool):
        return YES if choice else NO
    return str(choice)
