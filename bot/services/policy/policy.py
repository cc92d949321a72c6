"""What a server's leads have decided, and which limits follow from it for one requester. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.language import phrase
from bot.services.calendar import Window
from bot.services.policy.default_choices import DefaultChoices
from bot.services.policy.limits import Limit, Metric, Requester, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

ALLOWANCE_SCOPES = (Scope.SERVER, Scope.ROLE, Scope.MEMBER)
BUDGET_SCOPES = (Scope.SERVER, Scope.CHANNEL, Scope.ROLE)
MODERATIONS = ("auto", "low")  # the usual one first; https://platform.openai.com/docs/api-reference/images/create
SPAN_NAMES = {
    Window.HOUR: phrase("hourly"),
    Window.DAY: phrase("daily"),
    Window.WEEK: phrase("weekly"),
    Window.MONTH: phrase("monthly"),
}


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One limit that a lead has set.

    Attributes:
        shared: a budget, which all of the scope share; otherwise an allowance, which each member of it has.
        scope: of a budget, server, channel or role; of an allowance, member, role, or server for everybody.
        scope_id: the id of that.
        maximum: nano-dollars or pictures, as the metric says; None is unlimited, and only for allowances.
    """

    shared: bool
    scope: Scope
    scope_id: int
    metric: Metric
    window: Window
    maximum: int | None

    @property
    def key(self) -> tuple[bool, Scope, int, Metric, Window]:
        """What there can be only one rule for."""
        return self.shared, self.scope, self.scope_id, self.metric, self.window


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What those who have a role may ask for. None leaves it to their other roles, and then it is free.

    Attributes:
        role_id: the server's own id means everybody.
        models: the models that they may use.
        qualities: the qualities that they may use.
        most_pixels: width times height, at most.
        most_count: pictures per request, at most.
        may_edit: whether they may start from pictures.
    """

    role_id: int
    models: tuple[str, ...] | None = None
    qualities: tuple[str, ...] | None = None
    most_pixels: int | None = None
    most_count: int | None = None
    may_edit: bool | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing new is made: since when, by whom, and why."""

    at: int
    actor_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Block:
    """A member who may make nothing: since when, by whom, and why."""

    user_id: int
    at: int
    actor_id: int
    why: str


@dataclass(frozen=True, slots=True)
class GalleryChannel:
    """Where pictures are shown that members have starred.

    Attributes:
        stars: how many bring a picture there; that of who asked for it does not count.
    """

    channel_id: int
    stars: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A one-time credit: `amount` (nano-dollars or pictures) is added to a limit from `start_at` until `end_at`.

    Attributes:
        scope: member for an allowance; server, channel or role for a budget.
    """

    scope: Scope
    scope_id: int
    metric: Metric
    window: Window
    amount: int
    start_at: int
    end_at: int


class ReplyMode(StrEnum):
    """When words in a reply to a picture change it; talk never does unasked. The values are kept."""

    AT_ONCE = "at once"  # one's own; other people's are asked about
    ASK = "ask"
    MENTIONED = "only when mentioned"  # as at once, where the bot is mentioned
    NEVER = "never"  # a reply is a message like any other

    @classmethod
    def _missing_(cls, value: object) -> ReplyMode | None:
        """Earlier versions kept only whether they do."""
        return {True: cls.AT_ONCE, False: cls.NEVER}.get(value) if isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class ServerPolicy:
    """Everything that a server's leads have decided; as it is for a server whose leads have decided nothing.

    Attributes:
        zone: the IANA name of the time zone of its days, weeks and months.
        week_start: the first day of a week, 0 for Monday to 6 for Sunday.
        log_channel_id: where alerts and requests for more are posted.
        lead_role_id: whoever has this role decides like those who may manage the server; None for nobody.
        resumed_at: when the last pause ended, in seconds since 1970 (UTC); 0 if there was none.
        channels: where pictures may be made; empty for everywhere. Threads belong to their channel.
        models: which models may be used; empty for all.
        newcomer_days: days that a member waits after joining.
        moderation: one of `MODERATIONS`: how strictly the provider screens requests and results.
        replies: when words in a reply to a picture change it.
        defaults: what is made for members who say nothing else, and have chosen nothing else for themselves.
        gallery: where starred pictures are shown; None for nowhere.
        locale: Discord's name of the language of what everybody reads; empty for the one that Discord tells.
        version: changes with every decision and grant; 0 if there was none.
        grants: those that may still be in force.
    """

    zone: str = "UTC"
    week_start: int = 0
    log_channel_id: int | None = None
    lead_role_id: int | None = None
    pause: Pause | None = None
    resumed_at: int = 0
    channels: tuple[int, ...] = ()
    models: tuple[str, ...] = ()
    blocked: tuple[Block, ...] = ()
    newcomer_days: int = 0
    moderation: str = "auto"
    replies: ReplyMode = ReplyMode.AT_ONCE
    defaults: DefaultChoices = field(default_factory=DefaultChoices)
    gallery: GalleryChannel | None = None
    locale: str = ""
    limits: tuple[LimitRule, ...] = ()
    roles: tuple[RoleRule, ...] = ()
    version: int = 0
    grants: tuple[Grant, ...] = ()

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone of the calendar windows."""
        return ZoneInfo(self.zone)

    def block_of(self, user_id: int) -> Block | None:
        """Why this member may make nothing; None if they are not blocked."""
        return next((block for block in self.blocked if block.user_id == user_id), None)


@dataclass(frozen=True, slots=True)
class Defaults:
    """The operator's settings.

    Attributes:
        monthly_budget_nano: what the whole installation may spend in a month (UTC), all servers together; or None.
        member_daily_images: a member's allowance in servers that have set none of that kind; or None.
    """

    monthly_budget_nano: int | None
    member_daily_images: int | None


def limits_for(policy: ServerPolicy, requester: Requester, at: int, *, defaults: Defaults) -> tuple[Limit, ...]:
    """Every limit that bounds a request of `requester` at `at` (seconds since 1970, UTC), from the nearest outwards.

    An allowance is the member's own, else the most generous of their roles', else the server's, for each metric and
    window. Of budgets all hold: those of the member's roles, the channel, the server and the installation.
    """
    allowances = _allowances(policy, requester, defaults)
    budgets = [
        Limit(rule.scope, requester.server_id, rule.scope_id, rule.metric, rule.window, rule.maximum, budget_name(rule))
        for scope, ids in (
            (Scope.ROLE, requester.role_ids),
            (Scope.CHANNEL, (requester.pool_id,)),
            (Scope.SERVER, (requester.server_id,)),
        )
        for rule in policy.limits
        if rule.shared and rule.scope is scope and rule.scope_id in ids and rule.maximum is not None
    ]
    limits = [with_grants(limit, policy.grants, at) for limit in (*allowances, *budgets)]
    if defaults.monthly_budget_nano is not None:
        limits.append(
            Limit(
                Scope.INSTALLATION,
                0,
                0,
                Metric.USD,
                Window.MONTH,
                defaults.monthly_budget_nano,
                phrase("this bot's monthly budget"),
            )
        )
    return tuple(limits)


def allowance_rule(
    policy: ServerPolicy, requester: Requester, metric: Metric, window: Window, defaults: Defaults
) -> LimitRule | None:
    """The rule from which a member's allowance comes; None if nothing bounds this metric in this window."""
    rules = [rule for rule in policy.limits if not rule.shared and (rule.metric, rule.window) == (metric, window)]
    default = None
    if (metric, window) == (Metric.IMAGES, Window.DAY) and defaults.member_daily_images is not None:
        default = LimitRule(
            shared=False,
            scope=Scope.SERVER,
            scope_id=requester.server_id,
            metric=metric,
            window=window,
            maximum=defaults.member_daily_images,
        )
    if not rules:
        return default
    return (
        _most_generous(rule for rule in rules if rule.scope is Scope.MEMBER and rule.scope_id == requester.user_id)
        or _most_generous(rule for rule in rules if rule.scope is Scope.ROLE and rule.scope_id in requester.role_ids)
        or _most_generous(rule for rule in rules if rule.scope is Scope.SERVER)
        or default
    )


def budget_name(rule: LimitRule) -> str:
    """A budget as a person says it: ``this server's monthly budget``, ``the daily budget of <#5>``."""
    span = SPAN_NAMES[rule.window]
    if rule.scope is Scope.SERVER:
        return phrase("this server's {span} budget", span=span)
    mention = f"<#{rule.scope_id}>" if rule.scope is Scope.CHANNEL else f"<@&{rule.scope_id}>"
    return phrase("the {span} budget of {who}", span=span, who=mention)


def _allowances(policy: ServerPolicy, requester: Requester, defaults: Defaults) -> Iterable[Limit]:
    for metric in Metric:
        for window in Window:
            rule = allowance_rule(policy, requester, metric, window, defaults)
            if rule is not None and rule.maximum is not None:
                name = phrase("your {span} allowance", span=SPAN_NAMES[window])
                yield Limit(Scope.MEMBER, requester.server_id, requester.user_id, metric, window, rule.maximum, name)


def _most_generous(rules: Iterable[LimitRule]) -> LimitRule | None:
    found = tuple(rules)
    unlimited = next((rule for rule in found if rule.maximum is None), None)
    return unlimited or max(found, key=lambda rule: rule.maximum or 0, default=None)


def with_grants(limit: Limit, grants: Iterable[Grant], at: int) -> Limit:
    """The limit with every grant that is in force for it at `at` (seconds since 1970, UTC) added to its maximum."""
    granted = sum(
        grant.amount
        for grant in grants
        if (grant.scope, grant.scope_id, grant.metric, grant.window)
        == (limit.scope, limit.scope_id, limit.metric, limit.window)
        and grant.start_at <= at < grant.end_at
    )
    return Limit(
        limit.scope,
        limit.server_id,
        limit.scope_id,
        limit.metric,
        limit.window,
        limit.maximum + granted,
        limit.name,
        granted,
    )
