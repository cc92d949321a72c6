"""Every failure that is worded for a person.

UserFacingError                     a sentence for a member, said by `answer_failure`
├── RequestRefused                  cannot be made as asked; nothing was sent, nothing is charged
│   ├── UnknownModelError           a model or a price that the catalog does not hold
│   ├── UnsupportedOptionError      an option that the chosen model does not have
│   ├── InputPictureError           an attachment that cannot be used
│   └── NotPermittedError           a rule of this server's leads stands against it
├── PresetRefusedError              a preset that cannot be so, or is not there; nothing was changed or charged
├── DecisionRefusedError            what a lead decided cannot be so; nothing was changed
├── LimitReachedError               a budget or an allowance would be passed
├── QueueFullError                  too many jobs wait already
├── NotAcceptingError               paused, or about to shut down
│   └── StoreTroubleError           the disk or the books cannot be written just now
├── NotYoursError                   only somebody else may do this: who asked, who wrote the words, a moderator
├── PictureGoneError                a picture, or what it was made from, is not there any more
└── ImageFailure                    the image API made no picture
    ├── PromptBlockedError          the provider's safety system said no
    ├── RequestRejectedError        the provider refused the request as it was
    │   ├── ConversationForgottenError  the provider does not keep any more what a turn goes on from
    │   └── NoConversationsError        this endpoint or main model makes no pictures in conversations
    ├── ProviderAccountError        key, verification, billing: the operator has to act
    ├── ProviderBusyError           rate limit or overload; certainly not started
    ├── ProviderUnreachableError    no connection; certainly not started
    └── OutcomeUnknownError         it may have been made, and paid for

OperatorError                       a sentence for whoever runs the bot, printed by the command line
├── ConfigurationError              settings, with every fault at once
├── AlreadyRunningError             another process holds the data directory
├── BillError                       a file that is no export of the provider's costs, or cannot be relied on
└── DatabaseError                   the file cannot be used as it is
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.language import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence


class UserFacingError(Exception):
    """A failure whose text is a sentence for the person who caused or met it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class RequestRefused(UserFacingError):  # noqa: N818 - a refusal is an answer, not an accident
    """The request cannot be made as asked. Nothing was sent, nothing is charged."""


class UnknownModelError(RequestRefused):
    """The catalog does not hold this model, or not its price."""


class UnsupportedOptionError(RequestRefused):
    """The chosen model does not have this option or value."""


class InputPictureError(RequestRefused):
    """An attached picture cannot be used as an input."""


class NotPermittedError(RequestRefused):
    """A rule of this server's leads stands against the request; the sentence names it and what would be possible."""


class PresetRefusedError(UserFacingError):
    """A preset cannot be so, cannot be used so, or is not there for whoever asks. Nothing was changed or charged."""


class DecisionRefusedError(UserFacingError):
    """What a lead decided cannot be so. Nothing was changed; the sentence says what can be."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What stood in the way of a reservation.

    Attributes:
        limit: the limit's name as a person would say it ("this server's monthly budget").
        metric: ``usd`` or ``images``.
        maximum: the limit, in nano-dollars or pictures.
        left: what is left of it, in the same unit; never negative.
        needed: what the request would have reserved, in the same unit.
        resets_at: when the window ends, in seconds since 1970 (UTC).
        scope: whose limit it is: ``installation``, ``server``, ``channel``, ``role`` or ``member``.
        scope_id: the id of that; 0 for the installation.
        window: ``hour``, ``day``, ``week`` or ``month``.
        pictures: how many the request was for.
    """

    limit: str
    metric: str
    maximum: int
    left: int
    needed: int
    resets_at: int
    scope: str
    scope_id: int
    window: str
    pictures: int = 1


class LimitReachedError(UserFacingError):
    """A budget or an allowance would be passed. Nothing was reserved."""

    def __init__(self, sentence: str, shortfall: Shortfall) -> None:
        super().__init__(sentence)
        self.shortfall = shortfall


class QueueFullError(UserFacingError):
    """Too many jobs wait already, of this member or altogether."""


class NotAcceptingError(UserFacingError):
    """The studio is paused or is shutting down."""


class StoreTroubleError(NotAcceptingError):
    """What comes of it could not be kept just now: the disk is full, say. Nothing was charged."""


class NotYoursError(UserFacingError):
    """Only somebody else may do this: who asked for the picture, who wrote the words, or a moderator."""


PICTURE_DELETED = phrase("This picture was deleted. Ask for a new one with /imagine.")


class PictureGoneError(UserFacingError):
    """A picture, its message, or what it was made from is not there any more, or not for whoever asks."""

    def __init__(self, sentence: str = PICTURE_DELETED) -> None:
        super().__init__(sentence)


class ImageFailure(UserFacingError):  # noqa: N818 - the family's name; its members end in Error
    """The image API made no picture.

    Attributes:
        charged: ``no`` when it is certain that nothing was billed; ``unknown`` when it is not.
        code: the provider's own code or a short word of ours, for the log and the ledger.
        retry_after: seconds after which the same request may be sent again, or None if it may not be.
        request_id: the provider's id of the request, for its support.
        accepted: whether the provider took our account, and refused what was asked for or failed at it.
        outage: whether it seems that the provider would have failed at any request.
    """

    charged: str = "no"
    accepted: bool = False
    outage: bool = False

    @property
    def comes_again(self) -> bool:
        """Whether the request certainly did not start, for a reason that passes by itself."""
        return False

    def __init__(
        self, sentence: str, *, code: str, retry_after: float | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.retry_after = retry_after
        self.request_id = request_id


class PromptBlockedError(ImageFailure):
    """The provider's safety system blocked the prompt, an input or the result.

    Attributes:
        named: to what it said no, in the provider's words, made harmless; for who asked alone. Empty if it did not say.
    """

    named: tuple[str, ...] = ()


class RequestRejectedError(ImageFailure):
    """The provider refused the request as it was sent."""


class ConversationForgottenError(RequestRejectedError):
    """What a turn of a conversation goes on from is not kept any more; nothing was begun."""


class NoConversationsError(RequestRejectedError):
    """This endpoint, or the main model there, makes no pictures in conversations; nothing was begun."""


class ProviderAccountError(ImageFailure):
    """Key, verification or billing: only the operator can mend it.

    Attributes:
        words: the provider's own, harmless and without secrets; empty if there are none.
        reach: what is refused: ``account`` (every request), ``model`` (those of the same model), or ``request``, where
            it is not certain that others would be refused too.
    """

    def __init__(
        self, sentence: str, *, code: str, request_id: str | None = None, words: str = "", reach: str = "account"
    ) -> None:
        super().__init__(sentence, code=code, request_id=request_id)
        self.words = words
        self.reach = reach


class ProviderBusyError(ImageFailure):
    """Rate limit or overload; the request was certainly not started.

    Attributes:
        limit: what is limited, as the provider names it (``images``, ``input-images``, ``requests``); None for an
            overload, or if it does not say.
        per_minute: how much of it is given back in a minute, or None if it does not say.
    """

    def __init__(
        self,
        sentence: str,
        *,
        code: str,
        retry_after: float | None = None,
        request_id: str | None = None,
        limit: str | None = None,
        per_minute: float | None = None,
    ) -> None:
        super().__init__(sentence, code=code, retry_after=retry_after, request_id=request_id)
        self.limit = limit
        self.per_minute = per_minute
        self.outage = self.comes_again

    @property
    @override
    def comes_again(self) -> bool:
        return self.limit is None and self.retry_after is not None


class ProviderUnreachableError(ImageFailure):
    """No connection came about; the request was certainly not sent."""

    outage = True

    @property
    @override
    def comes_again(self) -> bool:
        return self.retry_after is not None


FREE = phrase("Nothing was charged.")
HELD = phrase("Whether it is billed is not known yet, so its price stays held.")


def not_known(reason: str) -> str:
    """The sentence of an `OutcomeUnknownError`; `reason` is why no picture came, without a full stop."""
    return phrase("No picture came: {reason}. {held}", reason=reason, held=HELD)


class OutcomeUnknownError(ImageFailure):
    """The request was sent and its outcome is not known: the hold stays."""

    charged = "unknown"


class OperatorError(Exception):
    """A failure that whoever runs the bot has to mend; the text says how."""


class ConfigurationError(OperatorError):
    """The settings have faults; all of them are named at once."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(f"The settings need a change:\n{listed}")


class AlreadyRunningError(OperatorError):
    """Another process holds the lock of the data directory."""


class BillError(OperatorError):
    """A file is no export of the provider's costs, or cannot be relied on."""


BOOKS_NOT_WRITTEN = phrase("My books cannot be written")


class DatabaseError(OperatorError):
    """The file cannot be used as it is: damaged, newer than this program, full, locked, or on a network disk.

    Attributes:
        reason: the same in a few words for members, as the beginning of a sentence.
        is_damage: whether it stays so until somebody mends the file; what else it is may pass.
    """

    def __init__(self, sentence: str, reason: str = BOOKS_NOT_WRITTEN, *, is_damage: bool = False) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.is_damage = is_damage

    @property
    def cure(self) -> str:
        """What members can do about it, as a sentence."""
        if self.is_damage:
            return phrase("Please tell whoever runs me: it does not pass by itself.")
        return phrase("Try again in a few minutes; if it stays so, tell whoever runs me.")
