"""What is set and used, in words: of a whole server in pages, of one role, channel or member in one embed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.language import beginning, composed, joined, phrase
from bot.presentation.usage import barred_lines, fitting
from bot.services.calendar import Window
from bot.services.policy import (
    PER,
    SPAN_NAMES,
    THINGS,
    WEEKDAYS,
    Metric,
    Scope,
    exact_text,
    mention,
    rule_name,
    told_apart,
)
from bot.services.quotas import grant_text, hint_text, origin, per_window, use_text
from bot.services.text import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.services.ledger import LimitStatus
    from bot.services.policy import Grant, LimitRule, ServerPolicy
    from bot.services.quotas import BudgetHint, MemberLimit, MemberLimits, Overview, RuleStatus

LONGEST_TEXT = 4000  # characters; an embed's description holds 4096
LINES_PER_PAGE = 16  # of 245 characters at most
CHANNELS_NAMED = 10
LEFT = {Scope.MEMBER: phrase("has left"), Scope.ROLE: phrase("removed"), Scope.CHANNEL: phrase("deleted")}


Whose = tuple[Scope, int]
NOBODY: frozenset[Whose] = frozenset()
Line = tuple[str, Whose | None]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of an overview that fits into an embed.

    Attributes:
        whose: scopes and ids that it is about.
    """

    text: str
    whose: tuple[Whose, ...]


def overview_pages(overview: Overview, gone: Collection[Whose] = NOBODY) -> list[Page]:
    """Everything that is set on a server; one page at least, and as many whatever is `gone`.

    `gone` are the scopes and ids of removed roles, deleted channels and members who have left.
    """
    budgets, allowances = _split(overview.limit_statuses)
    nothing: list[Line] = [(phrase("- None is set."), None)]
    return _pages(
        _calendar(overview.policy),
        {
            phrase("Budgets, shared by all"): _lines(budgets, gone) or nothing,
            phrase("Allowances, for each member"): _lines(allowances, gone) or nothing,
            phrase("Grants in force"): [
                (_grant_line(grant, gone), (grant.scope, grant.scope_id)) for grant in overview.grants
            ],
            phrase("Set by whoever runs this bot"): [(line, None) for line in _of_operator(overview)],
        },
    )


def overview_embed(pages: list[Page], number: int) -> discord.Embed:
    """One page of the overview, counted from 1."""
    embed = discord.Embed(title=phrase("Limits of this server"), description=pages[number - 1].text)
    if len(pages) > 1:
        embed.set_footer(text=phrase("Page {number} of {count}", number=number, count=len(pages)))
    return embed


def subject_embed(overview: Overview, scope: Scope, scope_id: int) -> discord.Embed:
    """What is set for one role or channel, or for the server as such, and what is used of it."""
    budgets, allowances = _split(overview.limit_statuses)
    lines = [line for line, _ in _lines([*budgets, *allowances], NOBODY)]
    lines += [_grant_line(grant, NOBODY) for grant in overview.grants]
    if scope is Scope.SERVER:
        lines += _of_operator(overview)
    who = mention(scope, scope_id)
    text: list[str] = [phrase("Nothing is set for {who}. Use /quota set.", who=who)]
    if lines:
        text = [phrase("What is set for {who}:", who=who), *lines]
    return discord.Embed(title=phrase("Limits"), description=_fitting(text))


def member_embed(standing: MemberLimits, *, is_here: bool = True) -> discord.Embed:
    """What bounds one member, where it comes from, and what is used of it."""
    who = mention(Scope.MEMBER, standing.user_id)
    text = barred_lines(standing.policy.block_of(standing.user_id), standing.policy.pause)
    if is_here:
        text.append(phrase("What bounds {who}:", who=who))
    else:
        text.append(phrase("{who} is not a member of this server. What would bound them, without any role:", who=who))
    names = told_apart((_bound_name(bound), bound.status.limit.metric) for bound in standing.bounds)
    lines = [_bound_line(bound, name, standing.policy) for bound, name in zip(standing.bounds, names, strict=True)]
    lines += [
        phrase("- {name}: unlimited, {origin}.", name=_unlimited(rule), origin=origin(rule, standing.policy))
        for rule in standing.unlimited
    ]
    if standing.hint is not None:
        lines.append(_hint_line(standing.hint))
    if standing.pools:
        lines.append(_pools(standing.pools))
    told = [*text, *(lines or [phrase("- Nothing.")])]
    return discord.Embed(title=phrase("Limits of a member"), description=_fitting(told))


def limit_choices(rules: Iterable[tuple[LimitRule, str]], typed: str) -> list[tuple[str, LimitRule]]:
    """(``Mia's daily allowance: 25 pictures``, rule) for each rule and its name in which what was typed occurs."""
    wanted = typed.strip().lower()
    labelled = [(_label(rule, who), rule) for rule, who in rules]
    return [(label, rule) for label, rule in labelled if wanted in label.lower()][:MOST_CHOICES]


def _label(rule: LimitRule, who: str) -> str:
    name = rule_name(rule, who)
    called = name if name.startswith(who) else beginning(name)
    amount = exact_text(rule.metric, rule.maximum)
    return composed(lambda told: told[0][:LONGEST_CHOICE], [joined(": ", [called, amount])])


def _split(limit_statuses: tuple[RuleStatus, ...]) -> tuple[list[RuleStatus], list[RuleStatus]]:
    """Budgets and allowances, those of the server first."""
    order = [Scope.SERVER, Scope.CHANNEL, Scope.ROLE, Scope.MEMBER]
    found = sorted(limit_statuses, key=lambda each: order.index(each.rule.scope))
    return [each for each in found if each.rule.shared], [each for each in found if not each.rule.shared]


def _lines(limit_statuses: Iterable[RuleStatus], gone: Collection[Whose]) -> list[Line]:
    found = list(limit_statuses)
    names = told_apart((rule_name(each.rule), each.rule.metric) for each in found)
    return [
        (_standing_line(each, name, gone), (each.rule.scope, each.rule.scope_id))
        for each, name in zip(found, names, strict=True)
    ]


def _standing_line(standing: RuleStatus, called: str, gone: Collection[Whose]) -> str:
    rule, status = standing.rule, standing.status
    name = _gone(beginning(called), rule.scope, rule.scope_id, gone)
    if status is not None:
        return _used_line(name, status)
    amount = exact_text(rule.metric, rule.maximum)
    if rule.maximum is None:
        return phrase("- {name}: {amount}.", name=name, amount=amount)
    when = f"<t:{standing.resets_at}:R>"
    return phrase("- {name}: {amount} each. It resets {when}.", name=name, amount=amount, when=when)


def _used_line(name: str, status: LimitStatus) -> str:
    return phrase(
        "- {name}: {use}. It resets {when}.", name=name, use=use_text(status), when=f"<t:{status.resets_at}:R>"
    )


def _grant_line(grant: Grant, gone: Collection[Whose]) -> str:
    what = _gone(grant_text(grant), grant.scope, grant.scope_id, gone)
    return phrase("- {grant}. It ends {when}.", grant=what, when=f"<t:{grant.end_at}:R>")


def _gone(name: str, scope: Scope, scope_id: int, gone: Collection[Whose]) -> str:
    """A role that was removed is drawn as nothing that anybody can read: its id tells it from others."""
    if (scope, scope_id) not in gone:
        return name
    return phrase("{name} ({state}, id {id})", name=name, state=LEFT[scope], id=str(scope_id))


def _unlimited(rule: LimitRule) -> str:
    span, things = SPAN_NAMES[rule.window], THINGS[rule.metric]
    return beginning(phrase("{span} allowance of {things}", span=span, things=things))


def _bound_name(bound: MemberLimit) -> str:
    limit = bound.status.limit
    if bound.rule is None:
        return beginning(limit.name)
    return beginning(phrase("{span} allowance", span=SPAN_NAMES[limit.window]))


def _bound_line(bound: MemberLimit, name: str, policy: ServerPolicy) -> str:
    line = _used_line(name, bound.status)
    if bound.rule is None:
        return line
    it = phrase("It is {amount}, {origin}.", amount=per_window(bound.rule), origin=origin(bound.rule, policy))
    return joined(" ", [line, it])


def _hint_line(hint: BudgetHint) -> str:
    resets = phrase("It resets {when}.", when=f"<t:{hint.resets_at}:R>")
    return joined(" ", ["-", hint_text(hint), resets])


def _pools(channel_ids: tuple[int, ...]) -> str:
    channels = [mention(Scope.CHANNEL, each) for each in channel_ids[:CHANNELS_NAMED]]
    if rest := len(channel_ids) - len(channels):
        channels.append(phrase("{number} more", number=rest))
    return phrase(
        "- What they ask for in {channels} also counts in the budget of that channel.", channels=listed(tuple(channels))
    )


def _of_operator(overview: Overview) -> tuple[str, ...]:
    lines: list[str] = []
    if overview.installation is not None:
        lines.append(_used_line(beginning(phrase("this bot's monthly budget")), overview.installation))
    elif overview.hint is not None:
        lines.append(_hint_line(overview.hint))
    daily = overview.defaults.member_daily_images
    if daily is not None:
        each = phrase("{amount} {span}", amount=exact_text(Metric.IMAGES, daily), span=PER[Window.DAY])
        lines.append(phrase("- Each member: {amount}, where no daily allowance of pictures is set.", amount=each))
    return tuple(lines)


def _calendar(policy: ServerPolicy) -> str:
    day = WEEKDAYS[policy.week_start]
    return phrase("Days begin by the clocks of {zone}, weeks on {day}.", zone=policy.zone, day=day)


def _pages(opening: str, sections: Mapping[str, Sequence[Line]]) -> list[Page]:
    """The sections in pages; a heading is told again where its lines go on."""
    texts: list[list[str]] = [[opening]]
    whose: list[list[Whose]] = [[]]
    for heading, lines in sections.items():
        for number, (line, about) in enumerate(lines):
            is_full = len(texts[-1]) > LINES_PER_PAGE
            if is_full:
                texts.append([])
                whose.append([])
            if number == 0:
                texts[-1].append(phrase("**{heading}**", heading=heading))
            elif is_full:
                texts[-1].append(phrase("**{heading}**, continued", heading=heading))
            texts[-1].append(line)
            whose[-1] += [about] if about else []
    return [Page(joined("\n", lines), tuple(about)) for lines, about in zip(texts, whose, strict=True)]


def _fitting(lines: Sequence[str]) -> str:
    """The lines as far as they fit, and how many more there are."""
    return fitting((), lines, most=LONGEST_TEXT)
