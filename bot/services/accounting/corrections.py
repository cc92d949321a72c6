"""What leads say of charges that they know better than the ledger: settled, given back, adjusted, and audited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.errors import DecisionRefusedError, RequestRefused
from bot.language import phrase
from bot.services.ledger import ChargeConflictError, ChargeState, Correction
from bot.services.policy import (
    Decision,
    Limit,
    Metric,
    Requester,
    Scope,
    bucket_of,
    exact_text,
    parse_amount,
    unchanged,
)
from bot.services.requests import format_usd
from bot.services.text import number_of, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Corrected
    from bot.services.policy import Amount, Lead
    from bot.services.quotas import Accounts


def charge_text(state: ChargeState, nano: int, *, exact: bool = True) -> str:
    """``charged $0.008925``, ``unknown ($0.02 held)``, ``not charged``; `nano` is in nano-dollars."""
    usd = exact_text(Metric.USD, nano) if exact else format_usd(nano)
    if state is ChargeState.UNKNOWN:
        return phrase("unknown ({usd} held)", usd=usd)
    if state in {ChargeState.RESERVED, ChargeState.DISPATCHED}:
        return phrase("being made ({usd} held)", usd=usd)
    return phrase("charged {usd}", usd=usd) if nano else phrase("not charged")


def correction_decision(
    corrected: Corrected, correction: Correction, at: int, *, member_id: int, picture: int | None
) -> Decision:
    """A correction for the audit.

    Args:
        corrected: what was changed.
        correction: what the lead said.
        at: in seconds since 1970 (UTC).
        member_id: who asked for the picture.
        picture: its number; where none came, the job's id stands for it.
    """
    who = f"<@{member_id}>"
    if picture is None:
        what = phrase("job {job} of {who}", job=corrected.job_id, who=who)
    else:
        what = phrase("picture {number} of {who}", number=f"#{picture}", who=who)
    return Decision(
        actor_id=correction.actor_id,
        at=at,
        action="quota resolve",
        subject=what,
        before=charge_text(corrected.state_before, corrected.nano_before),
        after=charge_text(corrected.state_after, corrected.nano_after),
        why=correction.why,
    )


LONGEST_REASON = 200  # characters
NO_CHARGE = "none"  # stands for the choice that says that there is nothing to choose
NONE_UNKNOWN = phrase(
    "No charge of this server is unknown now. To correct one that is closed, give its picture's number, such as #4821."
)
NOT_FOUND = unchanged(
    phrase(
        "I find no such charge on this server. Choose one from the list, or give a picture's number, such as #4821, "
        "or a job's id from /quota export."
    )
)
_PICTURE = re.compile(r"#? ?([0-9]+)")
_JOB = re.compile(r"[0-9]{1,20}:[0-9]{1,3}")
_BARE = re.compile(r"[0-9][0-9.,]*|\.[0-9]+")
_MINUS = re.compile(r"\$? ?[-−\u2010-\u2014]")  # noqa: RUF001 - signs that people write


class Billing(StrEnum):
    """What the provider did, as a lead knows it."""

    AT_HOLD = "held"
    NOT = "nothing"
    AT_AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class ChargeOnFile:
    """A job's charge as it is kept. Amounts are nano-dollars, times seconds since 1970 (UTC).

    Attributes:
        counted_nano: what counts for it: the hold of an open job, the cost of a closed one with its adjustments.
        picture: the number that people see, or None if none came.
        deadline_at: when it is charged at its hold, or None.
        most_nano: the most that it can have cost: what was held for it, or what the provider reported.
        is_reported: the provider told its tokens; the installation's budget then counts it by them, whatever leads say.
    """

    job_id: str
    requester: Requester
    model: str
    quality: str
    state: ChargeState
    hold_nano: int
    counted_nano: int
    picture: int | None
    reserved_at: int
    deadline_at: int | None
    most_nano: int
    is_reported: bool


class Charges(Protocol):
    """Looks up charges of one server."""

    async def unknown(self, server_id: int, most: int) -> Sequence[ChargeOnFile]:
        """Those of unknown outcome, oldest first."""
        ...

    async def of_job(self, server_id: int, job_id: str) -> ChargeOnFile | None:
        """The charge of a job, or None if this server has no such job."""
        ...

    async def of_picture(self, server_id: int, number: int) -> ChargeOnFile | None:
        """The charge of a picture, also of a deleted one; None if this server has none of this number."""
        ...


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much more of a limit is used now, in its unit; negative if some of it is free again."""

    limit: Limit
    change: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """What came of a lead's word.

    Attributes:
        charge: as it was found.
        corrected: what the ledger changed.
        effects: on the limits that bound the member now and count this charge; of other windows only counters change.
    """

    charge: ChargeOnFile
    corrected: Corrected
    effects: tuple[Effect, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything was written."""
        made = self.corrected
        return (made.state_before, made.nano_before) != (made.state_after, made.nano_after)


@dataclass(frozen=True)
class Corrector:
    """Where leads correct charges.

    The member is not written to: what is given back is in sight where they look for it, in /usage and under their next
    result, and most corrections come days after, when a message out of nothing would only puzzle. For the same reason
    nobody is written to when an unknown job is charged at its deadline.
    """

    accounts: Accounts
    charges: Charges

    async def unknown(self, server_id: int, most: int) -> Sequence[ChargeOnFile]:
        """Charges of unknown outcome, oldest first."""
        return await self.charges.unknown(server_id, most)

    async def find(self, server_id: int, reference: str) -> ChargeOnFile | None:
        """The charge that a lead means by a job's id or a picture's number such as ``#4821``; None if there is none."""
        reference = " ".join(reference.split())
        if _JOB.fullmatch(reference):
            return await self.charges.of_job(server_id, reference)
        number = _PICTURE.fullmatch(reference)
        return None if number is None else await self.charges.of_picture(server_id, number_of(number[1]))

    async def resolve(self, lead: Lead, reference: str, billing: Billing, amount: str | None, why: str) -> Resolved:
        """Settle or release an unknown charge, or adjust one that is closed, as a lead knows it; audited.

        Args:
            lead: who says so; only charges of their server are found.
            reference: a job's id, or a picture's number.
            billing: what the provider did.
            amount: in dollars, only with `Billing.AT_AMOUNT`.
            why: how they know; at most `LONGEST_REASON` characters are kept.

        Raises:
            RequestRefused: there is no such charge, or the amount is none; nothing was changed.
            DecisionRefusedError: the charge cannot be corrected yet, or so; nothing was changed.
        """
        reason = one_line(why, LONGEST_REASON)
        if not reason:
            raise RequestRefused(unchanged(phrase("Say in a few words how you know.")))
        given = _given(billing, amount)
        charge = await self.find(lead.server_id, reference)
        if charge is None:
            none_unknown = reference.strip() == NO_CHARGE
            raise RequestRefused(NONE_UNKNOWN if none_unknown else NOT_FOUND)
        _refuse_open(charge)
        nano = _agreed(charge, given) if given is not None else charge.hold_nano if billing is Billing.AT_HOLD else 0
        correction = Correction(charge.job_id, nano, lead.user_id, reason)
        try:
            corrected = await self.accounts.ledger.correct(lead.server_id, correction, int(self.accounts.clock()))
        except ChargeConflictError as error:
            meanwhile = phrase("This charge has changed meanwhile. Try again.")
            raise DecisionRefusedError(unchanged(meanwhile)) from error
        return Resolved(charge, corrected, await self._effects(charge, corrected))

    async def _effects(self, charge: ChargeOnFile, corrected: Corrected) -> tuple[Effect, ...]:
        change = {
            Metric.USD: corrected.nano_after - corrected.nano_before,
            Metric.IMAGES: _pictures(charge, corrected.state_after, corrected.nano_after)
            - _pictures(charge, corrected.state_before, corrected.nano_before),
        }
        terms = await self.accounts.terms(charge.requester)
        return tuple(
            Effect(limit, change[limit.metric])
            for limit in terms.limits
            for window in (bucket_of(limit, terms.buckets),)
            if change[limit.metric]
            and not (charge.is_reported and limit.scope is Scope.INSTALLATION)
            and window.start_at <= charge.reserved_at < window.end_at
        )


def _given(billing: Billing, amount: str | None) -> int | None:
    """The amount in nano-dollars where one is needed; else None.

    Raises:
        RequestRefused: it is missing, not needed, or no amount of dollars.
    """
    if billing is not Billing.AT_AMOUNT:
        if amount is not None:
            only = phrase("An amount goes with “billed at this amount” only. Choose that, or leave the amount out.")
            raise RequestRefused(unchanged(only))
        return None
    text = "" if amount is None else amount.strip()
    if not text:
        raise RequestRefused(unchanged(phrase("Say what was billed: add the amount in dollars, such as $0.05.")))
    if _MINUS.match(text):
        less = phrase("A charge cannot be less than nothing. Write what was billed, such as $0.05.")
        raise RequestRefused(unchanged(less))
    parsed = _dollars(text)
    if parsed.metric is not Metric.USD or parsed.value is None:
        raise RequestRefused(unchanged(phrase("A charge is in dollars: write what was billed, such as $0.05.")))
    if not parsed.value:
        raise RequestRefused(unchanged(phrase("If nothing was billed, choose “not billed” without an amount.")))
    return parsed.value


def _dollars(text: str) -> Amount:
    try:
        return parse_amount(f"${text}" if _BARE.fullmatch(text) else text)
    except RequestRefused as refusal:
        if "pictures" not in refusal.sentence:
            raise
        # Its advice offers pictures too, which are no charge.
        none = phrase("{what} is not an amount of dollars that I understand. Write it like $0.05.", what=quoted(text))
        raise RequestRefused(unchanged(none)) from None


def _agreed(charge: ChargeOnFile, nano: int) -> int:
    most = charge.most_nano
    if nano > most:
        given, known = (exact_text(Metric.USD, each) for each in (nano, most))
        more = phrase(
            "{given} is more than this picture can have cost by our price table, {known}. Check the amount; if the "
            "bill does say so, tell whoever runs this bot.",
            given=given,
            known=known,
        )
        raise DecisionRefusedError(unchanged(more))
    return nano


def _refuse_open(charge: ChargeOnFile) -> None:
    if charge.state is ChargeState.RESERVED:
        raise DecisionRefusedError(phrase("This picture still waits for its turn; wait until it was made."))
    if charge.state is ChargeState.DISPATCHED:
        raise DecisionRefusedError(phrase("This picture is still being made; wait until it ends."))


def _pictures(charge: ChargeOnFile, state: ChargeState, nano: int) -> int:
    """How many pictures count for a charge in this state: one that came, and one that was or may be billed."""
    return int(state is ChargeState.UNKNOWN or charge.picture is not None or nano > 0)
