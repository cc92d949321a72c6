"""Who may ask for what: the rules of a server's leads, held against one request. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import isqrt
from typing import TYPE_CHECKING

from bot.errors import NotPermittedError
from bot.language import phrase, plural
from bot.services.catalog import dimensions
from bot.services.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.services.catalog import Catalog, Model, SuggestedSize
    from bot.services.policy.limits import Requester
    from bot.services.policy.policy import RoleRule, ServerPolicy
    from bot.services.requests import ImageRequest

SECONDS_PER_DAY = 86_400
ASK_THERE = phrase("Ask there.")
CHANNELS_NAMED = 8  # in a refusal; who wants them all looks at the channels
STEP, MOST_RATIO = 16, 3  # of sizes that are free; see models.toml


@dataclass(frozen=True, slots=True)
class Permit:
    """What one member may ask for. None is free.

    Attributes:
        served: the models of the server's own list; empty for all.
        models: those that the member's roles leave, in no order.
        qualities: the same.
        most_pixels: width times height.
        most_count: pictures per request.
        may_edit: whether they may start from pictures.
    """

    served: tuple[str, ...] = ()
    models: tuple[str, ...] | None = None
    qualities: tuple[str, ...] | None = None
    most_pixels: int | None = None
    most_count: int | None = None
    may_edit: bool = True

    def allows_model(self, model_id: str) -> bool:
        """Whether the server and the member's roles leave this model, named by its id in the catalog."""
        return (not self.served or model_id in self.served) and (self.models is None or model_id in self.models)

    def allows_quality(self, quality: str) -> bool:
        """Whether the member's roles leave this quality."""
        return self.qualities is None or quality in self.qualities

    def allows_size(self, size: str) -> bool:
        """Whether a ``WIDTHxHEIGHT`` in pixels that was checked before is not too large."""
        width, height = dimensions(size)
        return self.most_pixels is None or width * height <= self.most_pixels


def permit_for(policy: ServerPolicy, requester: Requester) -> Permit:
    """What a member may ask for, by the rules for their roles.

    Each aspect is decided by itself: by the most generous of those roles of the member that say something about it,
    else by the rule for everybody, else it is free. So a rule for a role may be narrower than the one for everybody,
    as with allowances, where the nearer one counts; but of several roles none takes away what another gives: once one
    of a member's roles says something about an aspect, no further role takes anything of it away.

    Leads are bound by the rules like everybody: they can change them, and that is then in the audit.
    """

    def spoken(says: Callable[[RoleRule], object]) -> tuple[RoleRule, ...]:
        return _speakers(policy, requester, says)

    def together(says: Callable[[RoleRule], tuple[str, ...] | None]) -> tuple[str, ...] | None:
        rules = spoken(says)
        return tuple(dict.fromkeys(name for rule in rules for name in says(rule) or ())) if rules else None

    return Permit(
        served=policy.models,
        models=together(lambda rule: rule.models),
        qualities=together(lambda rule: rule.qualities),
        most_pixels=max((rule.most_pixels or 0 for rule in spoken(lambda rule: rule.most_pixels)), default=None),
        most_count=max((rule.most_count or 0 for rule in spoken(lambda rule: rule.most_count)), default=None),
        may_edit=any(rule.may_edit for rule in spoken(lambda rule: rule.may_edit))
        or not spoken(lambda rule: rule.may_edit),
    )


def check_permitted(
    policy: ServerPolicy,
    requester: Requester,
    request: ImageRequest,
    *,
    catalog: Catalog,
    references: int,
    joined_at: int | None,
    now: int,
) -> None:
    """See that the leads' rules allow a request. Leads are bound by them like everybody.

    Args:
        policy: of the requester's server.
        requester: who asks, where, with which roles.
        request: allowed by the catalog.
        catalog: names what may be chosen instead; a dated snapshot is its model.
        references: how many input pictures the request has or will have; any makes it an edit.
        joined_at: when the requester joined the server, in seconds since 1970 (UTC); None if Discord does not say,
            as for guests, who then are newcomers for as long as there is a wait.
        now: seconds since 1970 (UTC).

    Raises:
        NotPermittedError: the sentence names the rule and what would be possible.
        UnknownModelError: the catalog does not hold the request's model.
    """
    _check_member(policy, requester, joined_at, now)
    _check_channel(policy, requester)
    permit = permit_for(policy, requester)
    model = catalog.model(request.model)
    offered = catalog.offered(datetime.fromtimestamp(now, UTC).date())
    _check_model(policy, requester, permit, model, tuple(each.id for each in offered))
    _check_quality(policy, requester, permit, model, request.quality)
    _check_amounts(policy, requester, permit, model, request, references)


def check_publishing(policy: ServerPolicy, owner: Requester) -> None:
    """See that the leads' rules let a member show something of theirs to everybody; nothing is made, and nothing paid.

    Raises:
        NotPermittedError: the sentence names the rule.
    """
    if policy.pause is not None:
        raise NotPermittedError(
            phrase(
                "{who} has paused me on this server, so I publish nothing. Press again when that is over.",
                who=f"<@{policy.pause.actor_id}>",
            )
        )
    if (lead := _blocker(policy, owner)) is not None:
        raise NotPermittedError(phrase("A lead has blocked you from showing pictures here. Ask {who}.", who=lead))
    _check_channel(policy, owner, phrase("Publish it there."))


def pixels_text(pixels: int, suggested: Iterable[SuggestedSize]) -> str:
    """A number of pixels as a suggested size that has so many, ``1536×1024``; else ``2,088,960 pixels``.

    Beside the bare number stands the squarest size that has so many, if a model with free sizes makes one.
    """
    for each in suggested:
        width, height = dimensions(each.size)
        if width * height == pixels:
            return f"{width}×{height}"
    for height in range(isqrt(pixels) // STEP * STEP, 0, -STEP):
        width, rest = divmod(pixels, height)
        if width > MOST_RATIO * height:
            break
        if not rest and width % STEP == 0:
            return phrase("{pixels} pixels, as {size} has them", pixels=pixels, size=f"{width}×{height}")
    return phrase("{pixels} pixels", pixels=pixels)


def _check_member(policy: ServerPolicy, requester: Requester, joined_at: int | None, now: int) -> None:
    if (lead := _blocker(policy, requester)) is not None:
        raise NotPermittedError(phrase("A lead has blocked you from making pictures here. Ask {who}.", who=lead))
    days = policy.newcomer_days
    if not days:
        return
    wait = plural(
        "New members of this server wait {count} day before they make pictures",
        "New members of this server wait {count} days before they make pictures",
        days,
    )
    if joined_at is None:
        unknown = phrase("{wait}, and Discord does not tell me since when you are one. Ask a lead.", wait=wait)
        raise NotPermittedError(unknown)
    opens_at = joined_at + days * SECONDS_PER_DAY
    if now < opens_at:
        opens = f"<t:{opens_at}:F>"
        raise NotPermittedError(phrase("{wait}: you can make pictures from {when} on.", wait=wait, when=opens))


def _blocker(policy: ServerPolicy, requester: Requester) -> str | None:
    """Who has blocked them; None if nobody has."""
    block = next((block for block in policy.blocked if block.user_id == requester.user_id), None)
    return None if block is None else f"<@{block.actor_id}>"


def _check_channel(policy: ServerPolicy, requester: Requester, instead: str = ASK_THERE) -> None:
    if not policy.channels or requester.pool_id in policy.channels:
        return
    named = tuple(f"<#{channel_id}>" for channel_id in policy.channels[:CHANNELS_NAMED])
    more = len(policy.channels) - len(named)
    places = listed((*named, phrase("{number} more", number=more)), "and") if more else listed(named, "and")
    raise NotPermittedError(phrase("Pictures are made in {places} here. {instead}", places=places, instead=instead))


def _check_model(
    policy: ServerPolicy, requester: Requester, permit: Permit, model: Model, offered: tuple[str, ...]
) -> None:
    if permit.allows_model(model.id):
        return
    possible = tuple(model_id for model_id in offered if permit.allows_model(model_id))
    instead = phrase("Nothing that you may use is offered now. Ask a lead.")
    if possible:
        instead = phrase("Choose {choices}.", choices=listed(possible))
    if permit.served and model.id not in permit.served:
        raise NotPermittedError(
            phrase("{model} is not used on this server. {instead}", model=model.title, instead=instead)
        )
    whose = _whose(policy, requester, lambda rule: rule.models)
    raise NotPermittedError(
        phrase(
            "{model} is not open to you here: {whose} only other models. {instead}",
            model=model.title,
            whose=whose,
            instead=instead,
        )
    )


def _check_quality(policy: ServerPolicy, requester: Requester, permit: Permit, model: Model, quality: str) -> None:
    if permit.allows_quality(quality):
        return
    whose = _whose(policy, requester, lambda rule: rule.qualities)
    possible = tuple(each for each in model.qualities if permit.allows_quality(each))
    if not possible:
        raise NotPermittedError(
            phrase(
                "The quality {quality} is not open to you here: {whose} none that {model} has. Choose another model.",
                quality=quality,
                whose=whose,
                model=model.title,
            )
        )
    raise NotPermittedError(
        phrase(
            "The quality {quality} is not open to you here: {whose} {allowed}.",
            quality=quality,
            whose=whose,
            allowed=listed(possible),
        )
    )


def _check_amounts(
    policy: ServerPolicy, requester: Requester, permit: Permit, model: Model, request: ImageRequest, references: int
) -> None:
    if not permit.allows_size(request.size):
        most = pixels_text(permit.most_pixels or 0, model.suggested_sizes)
        whose = _whose(policy, requester, lambda rule: rule.most_pixels)
        raise NotPermittedError(
            phrase(
                "{size} is larger than you may ask for here: {whose} up to {most}.",
                size=f"{request.width}×{request.height}",
                whose=whose,
                most=most,
            )
        )
    if permit.most_count is not None and request.count > permit.most_count:
        whose = _whose(policy, requester, lambda rule: rule.most_count)
        raise NotPermittedError(
            phrase(
                "{count} pictures at once are too many here: {whose} up to {most}.",
                count=request.count,
                whose=whose,
                most=permit.most_count,
            )
        )
    if references and not permit.may_edit:
        whose = _whose(policy, requester, lambda rule: rule.may_edit)
        raise NotPermittedError(
            phrase("You cannot start from pictures here: {whose} only words. Leave the pictures out.", whose=whose)
        )


def _speakers(policy: ServerPolicy, requester: Requester, says: Callable[[RoleRule], object]) -> tuple[RoleRule, ...]:
    """The rules that decide an aspect: those of the member's roles that say something, else the one for everybody."""
    speaking = tuple(rule for rule in policy.roles if says(rule) is not None)
    everybody = requester.server_id
    own = tuple(rule for rule in speaking if rule.role_id in requester.role_ids and rule.role_id != everybody)
    return own or tuple(rule for rule in speaking if rule.role_id == everybody)


def _whose(policy: ServerPolicy, requester: Requester, says: Callable[[RoleRule], object]) -> str:
    """The beginning of what would be possible: ``your role <@&8> allows``."""
    rules = _speakers(policy, requester, says)
    if rules[0].role_id == requester.server_id:
        return phrase("this server allows everybody")
    roles = tuple(f"<@&{rule.role_id}>" for rule in rules)
    if len(roles) == 1:
        return phrase("your role {role} allows", role=roles[0])
    return phrase("your roles {roles} allow", roles=listed(roles, "and"))
