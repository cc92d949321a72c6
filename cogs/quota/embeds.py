"""What is set and used, in words: of a whole server in pages, of one role, channel or member in one embed."""

from __future__ import annotations

from calendar import day_name
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.discord_limits import LONGEST_CHOICE, MOST_CHOICES
from bot.language import beginning
from bot.presentation.usage import barred_lines
from bot.services.calendar import Window
from bot.services.policy import (
    PER,
    SPAN_NAMES,
    THINGS,
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

    from bot.services.policy import Grant, LimitRule, ServerPolicy
    from bot.services.quotas import BudgetHint, MemberLimit, MemberLimits, Overview, RuleStatus

LONGEST_TEXT = 4000  # characters; an embed's description holds 4096
LINES_PER_PAGE = 16  # of 245 characters at most
CHANNELS_NAMED = 10
LEFT = {Scope.MEMBER: "has left", Scope.ROLE: "removed", Scope.CHANNEL: "deleted"}


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
    nothing: list[Line] = [("- None is set.", None)]
    return _pages(
        _calendar(overview.policy),
        {
            "Budgets, shared by all": _lines(budgets, gone) or nothing,
            "Allowances, for each member": _lines(allowances, gone) or nothing,
            "Grants in force": [(_grant_line(grant, gone), (grant.scope, grant.scope_id)) for grant in overview.grants],
            "Set by whoever runs this bot": [(line, None) for line in _of_operator(overview)],
        },
    )


def overview_embed(pages: list[Page], number: int) -> discord.Embed:
    """One page of the overview, counted from 1."""
    embed = discord.Embed(title="Limits of this server", description=pages[number - 1].text)
    if len(pages) > 1:
        embed.set_footer(text=f"Page {number} of {len(pages)}")
    return embed


def subject_embed(overview: Overview, scope: Scope, scope_id: int) -> discord.Embed:
    """What is set for one role or channel, or for the server as such, and what is used of it."""
    budgets, allowances = _split(overview.limit_statuses)
    lines = [line for line, _ in _lines([*budgets, *allowances], NOBODY)]
    lines += [_grant_line(grant, NOBODY) for grant in overview.grants]
    if scope is Scope.SERVER:
        lines += _of_operator(overview)
    who = "this server" if scope is Scope.SERVER else mention(scope, scope_id)
    text = [f"What is set for {who}:", *lines] if lines else [f"Nothing is set for {who}. Use /quota set."]
    return discord.Embed(title="Limits", description=_fitting(text))


def member_embed(standing: MemberLimits, *, is_here: bool = True) -> discord.Embed:
    """What bounds one member, where it comes from, and what is used of it."""
    who = mention(Scope.MEMBER, standing.user_id)
    text = barred_lines(standing.policy.block_of(standing.user_id), standing.policy.pause)
    if is_here:
        text.append(f"What bounds {who}:")
    else:
        text.append(f"{who} is not a member of this server. What would bound them, without any role:")
    names = told_apart((_bound_name(bound), bound.status.limit.metric) for bound in standing.bounds)
    lines = [_bound_line(bound, name, standing.policy) for bound, name in zip(standing.bounds, names, strict=True)]
    lines += [
        f"- {beginning(SPAN_NAMES[rule.window])} allowance of {THINGS[rule.metric]}: unlimited, "
        f"{origin(rule, standing.policy)}."
        for rule in standing.unlimited
    ]
    if standing.hint is not None:
        lines.append(_hint_line(standing.hint))
    if standing.pools:
        lines.append(f"- {_pools(standing.pools)}")
    return discord.Embed(title="Limits of a member", description=_fitting([*text, *(lines or ["- Nothing."])]))


def limit_choices(rules: Iterable[tuple[LimitRule, str]], typed: str) -> list[tuple[str, LimitRule]]:
    """(``Mia's daily allowance: 25 pictures``, rule) for each rule and its name in which what was typed occurs."""
    wanted = typed.strip().lower()
    labelled = [(_label(rule, who), rule) for rule, who in rules]
    return [(label, rule) for label, rule in labelled if wanted in label.lower()][:MOST_CHOICES]


def _label(rule: LimitRule, who: str) -> str:
    name = rule_name(rule, who)
    amount = exact_text(rule.metric, rule.maximum)
    return f"{name if name.startswith(who) else beginning(name)}: {amount}"[:LONGEST_CHOICE]


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
    name = f"- {beginning(called)}{_gone(rule.scope, rule.scope_id, gone)}: "
    if status is not None:
        return f"{name}{use_text(status)}. It resets <t:{status.resets_at}:R>."
    if rule.maximum is None:
        return f"{name}{exact_text(rule.metric, None)}."
    return f"{name}{exact_text(rule.metric, rule.maximum)} each. It resets <t:{standing.resets_at}:R>."


def _grant_line(grant: Grant, gone: Collection[Whose]) -> str:
    return f"- {grant_text(grant)}{_gone(grant.scope, grant.scope_id, gone)}. It ends <t:{grant.end_at}:R>."


def _gone(scope: Scope, scope_id: int, gone: Collection[Whose]) -> str:
    """A role that was removed is drawn as nothing that anybody can read: its id tells it from others."""
    return f" ({LEFT[scope]}, id {scope_id})" if (scope, scope_id) in gone else ""


def _bound_name(bound: MemberLimit) -> str:
    limit = bound.status.limit
    return beginning(limit.name if bound.rule is None else f"{SPAN_NAMES[limit.window]} allowance")


def _bound_line(bound: MemberLimit, name: str, policy: ServerPolicy) -> str:
    line = f"- {name}: {use_text(bound.status)}. It resets <t:{bound.status.resets_at}:R>."
    return line if bound.rule is None else f"{line} It is {per_window(bound.rule)}, {origin(bound.rule, policy)}."


def _hint_line(hint: BudgetHint) -> str:
    return f"- {hint_text(hint)} It resets <t:{hint.resets_at}:R>."


def _pools(channel_ids: tuple[int, ...]) -> str:
    channels = [mention(Scope.CHANNEL, each) for each in channel_ids[:CHANNELS_NAMED]]
    if rest := len(channel_ids) - len(channels):
        channels.append(f"{rest} more")
    return f"What they ask for in {listed(tuple(channels))} also counts in the budget of that channel."


def _of_operator(overview: Overview) -> tuple[str, ...]:
    lines: list[str] = []
    if overview.installation is not None:
        status = overview.installation
        lines.append(f"- This bot's monthly budget: {use_text(status)}. It resets <t:{status.resets_at}:R>.")
    elif overview.hint is not None:
        lines.append(_hint_line(overview.hint))
    daily = overview.defaults.member_daily_images
    if daily is not None:
        each = f"{exact_text(Metric.IMAGES, daily)} {PER[Window.DAY]}"
        lines.append(f"- Each member: {each}, where no daily allowance of pictures is set.")
    return tuple(lines)


def _calendar(policy: ServerPolicy) -> str:
    return f"Days begin by the clocks of {policy.zone}, weeks on {day_name[policy.week_start]}."


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
                texts[-1].append(f"**{heading}**")
            elif is_full:
                texts[-1].append(f"**{heading}**, continued")
            texts[-1].append(line)
            whose[-1] += [about] if about else []
    return [Page("\n".join(lines), tuple(about)) for lines, about in zip(texts, whose, strict=True)]


def _fitting(lines: list[str]) -> str:
    """The lines as far as they fit, and how many more there are."""
    kept: list[str] = []
    for line in lines:
        if sum(len(each) + 1 for each in [*kept, line]) > LONGEST_TEXT:
            break
        kept.append(line)
    rest = len(lines) - len(kept)
    return "\n".join([*kept, f"- And {rest} more."] if rest else kept)
