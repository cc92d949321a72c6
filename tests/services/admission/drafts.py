"""Drafts of changes of an earlier picture, under what leads permit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from bot.services.admission import Admission, Drafting, Start
from bot.services.policy import NO_CHOICES, DefaultChoices, MemberDefaults, RoleRule, ServerPolicy
from bot.services.requests import Change, ImageRequest, Wishes
from tests.examples import CATALOG, MODEL, NOW, REQUEST, REQUESTER, STORED, job, order, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.catalog import Catalog
    from bot.services.policy import Policies


EVERYBODY = REQUESTER.server_id
OLDER = CATALOG.model("gpt-image-2")
NEWEST = CATALOG.model("gpt-image-2.6-flare")
FIXED = CATALOG.model("gpt-image-1.5")
BEFORE = replace(REQUEST, prompt="a red fox")


class Leads:
    """As much of `Policies` as is asked for: one policy for every server."""

    def __init__(self, policy: ServerPolicy) -> None:
        self.policy = policy

    async def of(self, server_id: int) -> ServerPolicy:
        assert server_id == EVERYBODY
        return self.policy


class Members(MemberDefaults):
    """Keeps what members have chosen in memory only."""

    def __init__(self, own: DefaultChoices = NO_CHOICES) -> None:
        """Args: `own` is what the requester has chosen."""
        self.kept = {(EVERYBODY, REQUESTER.user_id): own}

    @override
    def of(self, server_id: int, user_id: int) -> DefaultChoices:
        return self.kept.get((server_id, user_id), NO_CHOICES)

    @override
    async def change(
        self, server_id: int, user_id: int, alter: Callable[[DefaultChoices], DefaultChoices]
    ) -> DefaultChoices:
        self.kept[server_id, user_id] = alter(self.of(server_id, user_id))
        return self.kept[server_id, user_id]


class Desk:
    """Drafts for one member under one policy."""

    def __init__(
        self,
        *,
        catalog: Catalog = CATALOG,
        default: str = MODEL.id,
        now: int = NOW,
        allow_retired: bool = False,
        models: tuple[str, ...] = (),
        moderation: str = "auto",
        qualities: tuple[str, ...] | None = None,
        most_pixels: int | None = None,
        most_count: int | None = None,
        own: DefaultChoices = NO_CHOICES,
        server: DefaultChoices = NO_CHOICES,
    ) -> None:
        rule = RoleRule(EVERYBODY, qualities=qualities, most_pixels=most_pixels, most_count=most_count)
        policy = ServerPolicy(models=models, moderation=moderation, roles=(rule,), defaults=server)
        self.admission = Admission(cast("Policies", Leads(policy)), catalog, allow_retired, lambda: float(now))
        self.drafting = Drafting(catalog, self.admission, default, 3, Members(own))

    async def draft(self, change: Change, start: Start | None = None, **wishes: Any) -> ImageRequest:  # noqa: ANN401 - any wish
        return await self.drafting.draft(REQUESTER, change, Wishes(**wishes), start)

    async def edit(self, start: Start | None = None, **wishes: Any) -> ImageRequest:  # noqa: ANN401 - any wish
        return await self.draft(Change.EDIT, start, **{"prompt": "a hat"} | wishes)

    async def admit(self, request: ImageRequest) -> None:
        await self.admission.check(request, REQUESTER, references=1, joined_at=None)


def start_of(size: str | None = None, **before: Any) -> Start:  # noqa: ANN401 - any field of the request before
    """Picture #4821 of a red fox, as large as was asked for."""
    request = replace(BEFORE, **before | ({} if size is None else {"size": size}))
    image = replace(STORED, width=request.width, height=request.height)
    return Start(order(job(1, picture(image=image)), request=request), picture(image=image))
