"""How far a paid call has come, and what its failures mean."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
import openai
import structlog

from bot.errors import OutcomeUnknownError, not_known
from bot.language import phrase
from bot.openai_images.failures import from_body, from_connection, from_status, from_turn_status
from bot.openai_images.links import LinkError
from bot.openai_images.rate_limit_headers import Tell, standings_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_log = structlog.stdlib.get_logger(__name__)


@dataclass
class Sent:
    """How far a call of a model has come.

    Attributes:
        tell: told how the rate limits of the model stand.
        answered: whether an answer has begun.
        request_id: the provider's id of it.
    """

    model: str
    tell: Tell
    answered: bool = False
    request_id: str | None = None

    def begins(self, headers: Mapping[str, str]) -> None:
        """The answer has begun, with these headers."""
        self.answered, self.request_id = True, headers.get("x-request-id")
        self.tell_limits(headers)

    def tell_limits(self, headers: Mapping[str, str]) -> None:
        """Say what they tell of the rate limits."""
        if standings := standings_of(headers):
            self.tell(self.model, standings)

    @contextmanager
    def understood(self, *, in_conversation: bool = False) -> Generator[None]:
        """Turn the library's errors inside into ours.

        Raises:
            ImageFailure: instead of them.
        """
        try:
            yield
        except openai.APIStatusError as error:
            self.tell_limits(error.response.headers)
            raise (from_turn_status if in_conversation else from_status)(error) from error
        except openai.APIConnectionError as error:
            raise from_connection(error.__cause__, self.request_id, sent=self.answered) from error
        except openai.APIError as error:
            raise from_body(error.body, self.request_id) from error
        except (ValueError, httpx2.DecodingError) as error:
            garbled = not_known(phrase("the image API's answer was garbled"))
            raise OutcomeUnknownError(garbled, code="garbled", request_id=self.request_id) from error
        except httpx2.RequestError as error:
            raise from_connection(error, self.request_id, sent=self.answered) from error
        except LinkError as error:
            _log.error("picture is at an address that gives none", reason=str(error), provider_request=self.request_id)
            elsewhere = not_known(phrase("the image API sent an address instead, and I could not fetch it from there"))
            raise OutcomeUnknownError(elsewhere, code="link", request_id=self.request_id) from error


def cut_off(request_id: str | None) -> OutcomeUnknownError:
    """An answer that ended before its time."""
    return OutcomeUnknownError(
        not_known(phrase("the image API's answer was cut off")), code="incomplete", request_id=request_id
    )
