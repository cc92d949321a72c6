"""Rules of a server as leads write them and as they are told what they have written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import DecisionRefusedError, UnknownModelError
from bot.language import joined, phrase, plural
from bot.services.policy.decisions import unchanged
from bot.services.policy.permissions import pixels_text
from bot.services.text import from_to, listed, quoted

if TYPE_CHECKING:
    from bot.services.catalog import Catalog
    from bot.services.policy.policy import RoleRule, ServerPolicy

AUTOMATIC = "auto"  # the locale that stands for what Discord says of the server
LANGUAGES = {  # by Discord's locales, each by its own name
    "en-US": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es-ES": "Español (España)",
    "es-419": "Español (Latinoamérica)",
    "pt-BR": "Português (Brasil)",
    "ja": "日本語",
}
ANY = "any"  # what takes an aspect out of a rule
NONE = phrase("none")
NO_RULE = phrase("no rule")
NOT_SAID = phrase("not said")  # by this rule, so that other rules decide
WEEKDAYS = (
    phrase("Monday"),
    phrase("Tuesday"),
    phrase("Wednesday"),
    phrase("Thursday"),
    phrase("Friday"),
    phrase("Saturday"),
    phrase("Sunday"),
)
HOW_LISTED = {
    "models": phrase("Write the models one after another with commas between them, or “any”."),
    "qualities": phrase("Write the qualities one after another with commas between them, or “any”."),
}
LONGEST_LIST = 400  # characters; all models and their snapshots are shorter
_BETWEEN = re.compile(r"[\s,;]+")


def read_models(text: str, catalog: Catalog) -> tuple[str, ...] | None:
    """The ids of models in a list, in the catalog's order; None for ``any``. A dated snapshot stands for its model.

    Raises:
        DecisionRefusedError: the list is empty, or a part of it is no model; the sentence names it.
    """
    parts = _parts(text, "models")
    if parts is None:
        return None
    try:
        named = {catalog.model(part).id for part in parts}
    except UnknownModelError as error:
        raise DecisionRefusedError(unchanged(error.sentence)) from None
    return tuple(model.id for model in catalog.models if model.id in named)


def read_qualities(text: str, catalog: Catalog) -> tuple[str, ...] | None:
    """The qualities in a list, from the cheapest to the dearest; None for ``any``.

    Raises:
        DecisionRefusedError: the list is empty, or a part of it is no quality of any model; the sentence names it.
    """
    parts = _parts(text, "qualities")
    if parts is None:
        return None
    known = all_qualities(catalog)
    for part in parts:
        if part not in known:
            refusal = phrase("{what} is not a quality. Choose of {known}.", what=quoted(part), known=listed(known))
            raise DecisionRefusedError(unchanged(refusal))
    return tuple(quality for quality in known if quality in parts)


def is_any(text: str) -> bool:
    """Whether the word takes an aspect out of a rule: ``any``, or ``all``, as people say too."""
    return text.strip().lower() in {ANY, "all"}


def all_qualities(catalog: Catalog) -> tuple[str, ...]:
    """Every quality that some model has, from the cheapest to the dearest."""
    richest_first = sorted(catalog.models, key=lambda model: -len(model.qualities))
    return tuple(dict.fromkeys(quality for model in richest_first for quality in model.qualities))


def _parts(text: str, kind: str) -> tuple[str, ...] | None:
    wanted = text.strip().lower()
    if is_any(wanted):
        return None
    parts = tuple(part for part in _BETWEEN.split(wanted) if part not in {"", "and", "or"})
    if not parts or len(wanted) > LONGEST_LIST:
        raise DecisionRefusedError(unchanged(HOW_LISTED[kind]))
    return parts


def models_text(policy: ServerPolicy) -> str:
    """``all``, or their ids."""
    return listed(policy.models, "and") if policy.models else phrase("all")


def channels_text(policy: ServerPolicy) -> str:
    """``everywhere``, or mentions."""
    if not policy.channels:
        return phrase("everywhere")
    return listed(tuple(f"<#{channel_id}>" for channel_id in policy.channels), "and")


def calendar_text(policy: ServerPolicy) -> str:
    """The zone and the first day of a week."""
    return phrase("{zone}, weeks begin on {day}", zone=policy.zone, day=WEEKDAYS[policy.week_start])


def wait_text(policy: ServerPolicy) -> str:
    """``no wait``, or its days."""
    days = policy.newcomer_days
    return plural("{count} day", "{count} days", days) if days else phrase("no wait")


def moderation_text(policy: ServerPolicy) -> str:
    """``auto``, or ``low``."""
    return policy.moderation


def replies_text(policy: ServerPolicy) -> str:
    """``at once``, ``ask``, ``only when mentioned``, or ``never``."""
    return phrase(policy.replies.value)


def log_text(policy: ServerPolicy) -> str:
    """``none``, or a mention."""
    return NONE if policy.log_channel_id is None else f"<#{policy.log_channel_id}>"


def gallery_text(policy: ServerPolicy) -> str:
    """``none``, or ``<#5>, from 3 stars``."""
    gallery = policy.gallery
    if gallery is None:
        return NONE
    place = f"<#{gallery.channel_id}>"
    return plural("{place}, from {count} star", "{place}, from {count} stars", gallery.stars, place=place)


def lead_role_text(policy: ServerPolicy) -> str:
    """``none``, or a mention."""
    return NONE if policy.lead_role_id is None else f"<@&{policy.lead_role_id}>"


def language_text(policy: ServerPolicy) -> str:
    """``automatic``, or the language's own name for itself."""
    return LANGUAGES.get(policy.locale, policy.locale) if policy.locale else phrase("automatic")


def rule_text(rule: RoleRule | None, catalog: Catalog) -> str:
    """All that a rule for a role says: ``qualities low and medium; up to 1536×1024; at most 2 pictures at once``."""
    if rule is None:
        return NO_RULE
    parts: list[str] = []
    if rule.models is not None:
        parts.append(phrase("models {names}", names=listed(rule.models, "and")))
    if rule.qualities is not None:
        parts.append(phrase("qualities {names}", names=listed(rule.qualities, "and")))
    if rule.most_pixels is not None:
        parts.append(phrase("up to {size}", size=_size(rule.most_pixels, catalog)))
    if rule.most_count is not None:
        parts.append(plural("at most {count} picture at once", "at most {count} pictures at once", rule.most_count))
    if rule.may_edit is not None:
        parts.append(phrase("may start from pictures") if rule.may_edit else phrase("may not start from pictures"))
    return joined("; ", parts) if parts else NO_RULE


def rule_difference(before: RoleRule | None, after: RoleRule | None, catalog: Catalog) -> tuple[str, str]:
    """What is kept of a change of a rule: the aspects that differ; all of it if it is new or gone."""
    if before is None or after is None:
        return rule_text(before, catalog), rule_text(after, catalog)
    pairs = zip(_aspects(before, catalog), _aspects(after, catalog), strict=True)
    return "", joined(
        "; ", [joined(": ", [name, from_to(was, is_now)]) for (name, was), (_, is_now) in pairs if was != is_now]
    )


def _aspects(rule: RoleRule, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """What a rule says of each aspect, under the names of the options of /studio roles."""
    return (
        ("models", NOT_SAID if rule.models is None else listed(rule.models, "and")),
        ("qualities", NOT_SAID if rule.qualities is None else listed(rule.qualities, "and")),
        ("largest", NOT_SAID if rule.most_pixels is None else _size(rule.most_pixels, catalog)),
        ("count", NOT_SAID if rule.most_count is None else f"{rule.most_count}"),
        ("edits", NOT_SAID if rule.may_edit is None else phrase("yes") if rule.may_edit else phrase("no")),
    )


def _size(pixels: int, catalog: Catalog) -> str:
    return pixels_text(pixels, catalog.model(catalog.default_id).suggested_sizes)


def role_text(role_id: int, server_id: int) -> str:
    """A role as a mention; the one that everybody has as a word, for its mention would read as a call to all."""
    return phrase("everybody") if role_id == server_id else f"<@&{role_id}>"
