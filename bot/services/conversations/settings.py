"""Which text model leads conversations: the one that is set, or the catalog's first where the provider is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol

from bot.errors import ConfigurationError
from bot.services.conversations.conversations import Conversations

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.catalog import Catalog, MainModel
    from bot.services.conversations.conversations import ConversationRecords
    from bot.services.ledger import Requests

OFF = "off"  # set in place of a model


class ConversationSettings(Protocol):
    """What is set of conversations."""

    @property
    def conversations(self) -> str | None:
        """The main model's id, or `OFF`; None if nothing is set."""
        ...

    @property
    def conversations_stored(self) -> bool:
        """Whether the provider may keep them."""
        ...

    @property
    def official_image_api(self) -> bool:
        """Whether the provider itself is asked."""
        ...


class Foundation(Protocol):
    """What conversations stand on."""

    @property
    def requests(self) -> Requests:
        """Keeps requests and their pictures."""
        ...

    @property
    def catalog(self) -> Catalog:
        """Has the main models."""
        ...

    @property
    def settings(self) -> ConversationSettings:
        """What is set."""
        ...

    @property
    def clock(self) -> Callable[[], float]:
        """Seconds since 1970 (UTC)."""
        ...


def open_conversations(records: ConversationRecords, below: Foundation) -> Conversations:
    """Conversations as they are set up. Raises as `leading` does."""
    settings, today = below.settings, datetime.fromtimestamp(below.clock(), UTC).date()
    main = leading(below.catalog, settings.conversations, today, official=settings.official_image_api)
    return Conversations(records, below.requests, main, settings.conversations_stored, below.clock)


def leading(catalog: Catalog, name: str | None, today: date, *, official: bool) -> MainModel | None:
    """Who leads conversations; None where each message there changes the last picture by itself.

    Args:
        catalog: has the main models.
        name: as it is set; None if it is not: then nobody does at other endpoints than the provider's own, for few of
            them make pictures in conversations.
        today: decides which models are retired.
        official: the provider itself is asked.

    Raises:
        ConfigurationError: the one that is set is not known, or not served any more.
    """
    if name == OFF or (name is None and not official):
        return None
    known = catalog.models[0].main_models.values()
    offered = [main for main in known if main.prices is not None and not main.is_retired(today)]
    if name is None:
        return next(iter(offered), None)
    found = next((main for main in offered if main.id == name), None)
    if found is None:
        words = ", ".join(main.id for main in offered)
        raise ConfigurationError([f"ATELIER_CONVERSATIONS: {name} cannot lead conversations. Use {OFF}, or {words}."])
    return found
