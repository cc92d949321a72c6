"""What leads decide about who may ask for what and where: models, channels, and what each role may ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import DecisionRefusedError, UnsupportedOptionError
from bot.language import phrase, plural
from bot.services.catalog import dimensions
from bot.services.policy.decisions import Decisions, Lead, unchanged
from bot.services.policy.permissions import STEP
from bot.services.policy.policy import RoleRule
from bot.services.policy.rule_text import (
    channels_text,
    is_any,
    models_text,
    read_models,
    read_qualities,
    role_text,
    rule_difference,
    rule_text,
)
from bot.services.requests import MOST_PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.catalog import Catalog
    from bot.services.policy.decisions import Decision
    from bot.services.policy.policy import ServerPolicy

    Difference = Callable[[ServerPolicy, ServerPolicy], tuple[str, str]]

MOST_CHANNELS = 50  # in the list; nobody reads more
EDITS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class RoleOrder:
    """What a lead wants for a role. None leaves an aspect as it is; ``any`` takes it out of the rule.

    Attributes:
        models: ids, with commas between them.
        qualities: the same.
        largest: a size in the words that /imagine knows; it counts by its pixels.
        count: ``1`` to ``4`` pictures at once.
        edits: ``yes`` or ``no``.
        clear: forget what the rule said before.
    """

    models: str | None = None
    qualities: str | None = None
    largest: str | None = None
    count: str | None = None
    edits: str | None = None
    clear: bool = False


@dataclass(frozen=True)
class Rules:
    """Changes what may be asked for. Equal words before and after mean that nothing was changed, and is not audited.

    Attributes:
        allow_retired: the operator's endpoint may still serve what OpenAI has shut down.
    """

    decisions: Decisions
    catalog: Catalog
    allow_retired: bool

    async def allow_model(self, lead: Lead, text: str) -> Decision:
        """Add to the server's models; where all were allowed, the first one begins the list.

        Raises:
            UnknownModelError: there is no such model.
            DecisionRefusedError: nobody serves it any more, or its price is not known.
        """
        model = self.catalog.model(text)
        if model.id not in self._offered() and not self.allow_retired:
            raise DecisionRefusedError(unchanged(phrase("{model} is not offered any more.", model=model.title)))

        def said(before: ServerPolicy, _: ServerPolicy) -> tuple[str, str]:
            allowed = phrase("allowed {model}", model=model.id)
            return "", allowed if before.models else phrase("allowed only {model}", model=model.id)

        return await self._list_models(lead, lambda listed: listed | {model.id}, said)

    async def forbid_model(self, lead: Lead, text: str) -> Decision:
        """Take from the server's models; where all were allowed, the others of today become the list.

        Raises:
            UnknownModelError: there is no such model.
            DecisionRefusedError: none would be left, which would allow all.
        """
        model = self.catalog.model(text)

        def without(listed: set[str]) -> set[str]:
            left = (listed or self._offered()) - {model.id}
            if not left:
                only = phrase(
                    "{model} is the only model that may be used. Allow another one first, or stop everything with "
                    "/studio pause.",
                    model=model.title,
                )
                raise DecisionRefusedError(unchanged(only))
            return left if listed or model.id in self._offered() else listed

        forbidden = phrase("forbade {model}", model=model.id)
        return await self._list_models(lead, without, lambda _before, _after: ("", forbidden))

    async def reset_models(self, lead: Lead) -> Decision:
        """Allow all models."""
        return await self._list_models(lead, lambda _: set())

    async def add_channel(self, lead: Lead, channel_id: int) -> Decision:
        """Add to the channels where pictures are made; the first one begins the list.

        Raises:
            DecisionRefusedError: the list is full.
        """

        def longer(listed: tuple[int, ...]) -> tuple[int, ...]:
            if channel_id not in listed and len(listed) >= MOST_CHANNELS:
                most = phrase("{most} channels are the most. Remove one first.", most=MOST_CHANNELS)
                raise DecisionRefusedError(unchanged(most))
            return listed if channel_id in listed else (*listed, channel_id)

        return await self._list_channels(
            lead,
            longer,
            lambda before, after: _of_many(phrase("added {channel}", channel=f"<#{channel_id}>"), before, after),
        )

    async def remove_channel(self, lead: Lead, channel_id: int) -> Decision:
        """Take from the channels where pictures are made.

        Raises:
            DecisionRefusedError: none would be left, which would allow all.
        """

        def shorter(listed: tuple[int, ...]) -> tuple[int, ...]:
            if listed == (channel_id,):
                only = phrase(
                    "{channel} is the only channel where pictures are made. Add another one first, reset the list, or "
                    "stop everything with /studio pause.",
                    channel=f"<#{channel_id}>",
                )
                raise DecisionRefusedError(unchanged(only))
            if not listed:
                every = phrase(
                    "Pictures are made in every channel. Add those where they shall be made, and only there."
                )
                raise DecisionRefusedError(unchanged(every))
            return tuple(each for each in listed if each != channel_id)

        return await self._list_channels(
            lead,
            shorter,
            lambda before, after: _of_many(phrase("removed {channel}", channel=f"<#{channel_id}>"), before, after),
        )

    async def reset_channels(self, lead: Lead) -> Decision:
        """Allow all channels."""
        return await self._list_channels(lead, lambda _: ())

    async def set_role(self, lead: Lead, role_id: int, order: RoleOrder) -> Decision:
        """Change what those who have a role may ask for; the server's own id is everybody.

        Raises:
            DecisionRefusedError: a list, size or number makes no sense; the sentence says which.
        """
        read = self._read(order)

        def rule_of(policy: ServerPolicy) -> RoleRule | None:
            return next((rule for rule in policy.roles if rule.role_id == role_id), None)

        def alter(before: ServerPolicy) -> ServerPolicy:
            bare = RoleRule(role_id)
            rule = read(bare if order.clear else rule_of(before) or bare)
            others = tuple(each for each in before.roles if each.role_id != role_id)
            return (
                before
                if rule == rule_of(before)
                else replace(before, roles=others if rule == bare else (*others, rule))
            )

        subject = phrase("what {role} may ask for", role=role_text(role_id, lead.server_id))
        return await self.decisions.change(
            lead,
            "studio roles",
            subject,
            alter,
            lambda policy: rule_text(rule_of(policy), self.catalog),
            difference=lambda before, after: rule_difference(rule_of(before), rule_of(after), self.catalog),
        )

    def _read(self, order: RoleOrder) -> Callable[[RoleRule], RoleRule]:
        """What an order does to a rule; read before the transaction, for it may be refused."""
        changes: dict[str, object] = {}
        if order.models is not None:
            changes["models"] = read_models(order.models, self.catalog)
        if order.qualities is not None:
            changes["qualities"] = read_qualities(order.qualities, self.catalog)
        if order.largest is not None:
            changes["most_pixels"] = self._read_pixels(order.largest)
        if order.count is not None:
            changes["most_count"] = _read_count(order.count)
        if order.edits is not None:
            changes["may_edit"] = _read_edits(order.edits)
        return lambda rule: replace(rule, **changes)  # type: ignore[arg-type]  # each by its field's own reader

    def _read_pixels(self, text: str) -> int | None:
        if is_any(text):
            return None
        try:  # the newest models make any size; what older ones do not make their own check refuses
            found = self.catalog.model(self.catalog.default_id).nearest_size(text)
        except UnsupportedOptionError as error:
            raise DecisionRefusedError(unchanged(error.sentence)) from None
        if found.far >= STEP:  # no bound is another than was said, beside what is lost to rounding
            raise DecisionRefusedError(unchanged(found.refusal))
        width, height = dimensions(found.size)
        return width * height

    def _offered(self) -> set[str]:
        today = datetime.fromtimestamp(self.decisions.clock(), UTC).date()
        return {model.id for model in self.catalog.offered(today)}

    async def _list_models(
        self, lead: Lead, alter: Callable[[set[str]], set[str]], difference: Difference | None = None
    ) -> Decision:
        order = [model.id for model in self.catalog.models]

        def listed(before: ServerPolicy) -> ServerPolicy:
            after = alter(set(before.models))
            known = sorted(after & set(order), key=order.index)
            return replace(before, models=(*known, *sorted(after - set(order))))

        subject = phrase("the models of this server")
        return await self.decisions.change(lead, "studio models", subject, listed, models_text, difference=difference)

    async def _list_channels(
        self, lead: Lead, alter: Callable[[tuple[int, ...]], tuple[int, ...]], difference: Difference | None = None
    ) -> Decision:
        def listed(before: ServerPolicy) -> ServerPolicy:
            return replace(before, channels=alter(before.channels))

        subject = phrase("where pictures are made")
        return await self.decisions.change(
            lead, "studio channels", subject, listed, channels_text, difference=difference
        )


def _of_many(what: str, before: ServerPolicy, after: ServerPolicy) -> tuple[str, str]:
    """What was done to a list of channels, which may be long; the first channel of all has no list before it."""
    if not before.channels:
        return channels_text(before), channels_text(after)
    left = len(after.channels)
    return "", plural("{what}, {count} channel now", "{what}, {count} channels now", left, what=what)


def _read_count(text: str) -> int | None:
    if is_any(text):
        return None
    numbers = [str(number) for number in range(1, MOST_PICTURES + 1)]
    if text.strip() not in numbers:
        raise DecisionRefusedError(unchanged(phrase("A request has 1 to {most} pictures.", most=MOST_PICTURES)))
    return int(text)


def _read_edits(text: str) -> bool | None:
    wanted = text.strip().lower()
    if wanted not in EDITS and not is_any(wanted):
        raise DecisionRefusedError(unchanged(phrase("Say yes, no or any for edits.")))
    return EDITS.get(wanted)
