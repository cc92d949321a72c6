"""Rules of a server as leads write them and as they are told what they have written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import DecisionRefusedError, UnknownModelError
from bot.services.permits import pixels_text
from bot.services.wording import listed, quoted

if TYPE_CHECKING:
    from bot.services.catalog import Catalog
    from bot.services.policy import RoleRule, ServerPolicy

ANY = "any"  # what takes an aspect out of a rule
NO_RULE = "no rule"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
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
        raise DecisionRefusedError(f"{error.sentence} Nothing was changed.") from None
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
            raise DecisionRefusedError(
                f"{quoted(part)} is not a quality. Choose of {listed(known)}. Nothing was changed."
            )
    return tuple(quality for quality in known if quality in parts)


def all_qualities(catalog: Catalog) -> tuple[str, ...]:
    """Every quality that some model has, from the cheapest to the dearest."""
    richest_first = sorted(catalog.models, key=lambda model: -len(model.qualities))
    return tuple(dict.fromkeys(quality for model in richest_first for quality in model.qualities))


def _parts(text: str, kind: str) -> tuple[str, ...] | None:
    wanted = text.strip().lower()
    if wanted == ANY:
        return None
    parts = tuple(part for part in _BETWEEN.split(wanted) if part not in {"", "and", "or"})
    if not parts or len(wanted) > LONGEST_LIST:
        raise DecisionRefusedError(
            f"Write the {kind} one after another with commas between them, or “any”. Nothing was changed."
        )
    return parts


def models_text(policy: ServerPolicy) -> str:
    """``all``, or their ids."""
    return listed(policy.models, "and") if policy.models else "all"


def channels_text(policy: ServerPolicy) -> str:
    """``everywhere``, or mentions."""
    return (
        listed(tuple(f"<#{channel_id}>" for channel_id in policy.channels), "and") if policy.channels else "everywhere"
    )


def calendar_text(policy: ServerPolicy) -> str:
    """The zone and the first day of a week."""
    return f"{policy.zone}, weeks begin on {WEEKDAYS[policy.week_start]}"


def wait_text(policy: ServerPolicy) -> str:
    """``no wait``, or its days."""
    days = policy.newcomer_days
    return f"{days} day{'s' * (days != 1)}" if days else "no wait"


def log_text(policy: ServerPolicy) -> str:
    """``none``, or a mention."""
    return "none" if policy.log_channel_id is None else f"<#{policy.log_channel_id}>"


def rule_text(rule: RoleRule | None, catalog: Catalog) -> str:
    """All that a rule for a role says: ``qualities low and medium; up to 1536×1024; at most 2 pictures at once``."""
    if rule is None:
        return NO_RULE
    parts: list[str] = []
    if rule.models is not None:
        parts.append(f"models {listed(rule.models, 'and')}")
    if rule.qualities is not None:
        parts.append(f"qualities {listed(rule.qualities, 'and')}")
    if rule.most_pixels is not None:
        parts.append(f"up to {pixels_text(rule.most_pixels, catalog.model(catalog.default_id).suggested_sizes)}")
    if rule.most_count is not None:
        parts.append(f"at most {rule.most_count} picture{'s' * (rule.most_count != 1)} at once")
    if rule.may_edit is not None:
        parts.append("may start from pictures" if rule.may_edit else "may not start from pictures")
    return "; ".join(parts) or NO_RULE


def role_text(role_id: int, server_id: int) -> str:
    """A role as a mention; the one that everybody has as a word, for its mention would read as a call to all."""
    return "everybody" if role_id == server_id else f"<@&{role_id}>"
