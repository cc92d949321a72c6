"""What all services stand on: settings, database, files, and what there is only one of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.services.admission import Drafting
from bot.services.gallery import GalleryPosts, Publications, Upkeep
from bot.services.jobs import Discards, Outage
from bot.services.policy import Decisions
from bot.services.quotas import LimitStatuses
from bot.storage.errands import SqliteErrands
from bot.storage.gallery_posts import SqliteGalleryPosts
from bot.storage.journal import FileJournal
from bot.storage.publications import SqlitePublications
from bot.storage.result_messages import SqliteResultMessages

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.openai_images import OpenAIImages
    from bot.services.admission import Admission
    from bot.services.calendar import TrueClock
    from bot.services.catalog import Catalog
    from bot.services.gallery import FileHolds
    from bot.services.jobs import BufferedBlobs, ProviderAccount, Restoration, Stores
    from bot.services.policy import Defaults
    from bot.services.quotas import Accounts
    from bot.services.turns import Pace
    from bot.storage.blobs import FileBlobs
    from bot.storage.database.database import Database
    from bot.storage.database.state import State
    from bot.storage.ledger.ledger import SqliteLedger
    from bot.storage.ledger.requests import SqliteRequests
    from bot.storage.member_defaults import SqliteMemberDefaults
    from bot.storage.policies import SqliteAudit, SqlitePolicies

JOURNAL, WAITING = "cancelled.journal", "waiting.journal"  # in the data directory


@dataclass(frozen=True)
class Foundation:
    """What the services stand on."""

    settings: Settings
    catalog: Catalog
    database: Database
    images: OpenAIImages
    pace: Pace
    account: ProviderAccount
    state: State
    clock: TrueClock
    ledger: SqliteLedger
    requests: SqliteRequests
    files: FileBlobs
    stores: Stores
    blobs: BufferedBlobs
    policies: SqlitePolicies
    audit: SqliteAudit
    defaults: Defaults
    member_defaults: SqliteMemberDefaults
    file_holds: FileHolds

    @property
    def discards(self) -> Discards:
        """Remembered in the database: any is as good."""
        return Discards(self.state, self.journal, self.requests, self.file_holds, self.stores.books, self.clock)

    @cached_property
    def decisions(self) -> Decisions:
        """What leads decide."""
        return Decisions(self.policies, self.clock)

    @cached_property
    def gallery_posts(self) -> GalleryPosts:
        """One, for it knows what is being posted."""
        return GalleryPosts(SqliteGalleryPosts(self.database), self.requests, self.policies)

    @cached_property
    def journal(self) -> FileJournal:
        """One, for it knows where its next line goes."""
        return FileJournal(self.settings.data_dir / JOURNAL)

    @cached_property
    def errands(self) -> SqliteErrands:
        """One, for it knows what stands in its journal."""
        return SqliteErrands(self.database, FileJournal(self.settings.data_dir / WAITING))

    @cached_property
    def upkeep(self) -> Upkeep:
        """One, for who changes what is seen of a request takes turns."""
        return Upkeep(self.requests, SqliteResultMessages(self.database))

    def publications(self, restoration: Restoration) -> Publications:
        """What is published, and taken back."""
        records, gone_back_at = SqlitePublications(self.database), restoration.gone_back.noticed_at
        return Publications(self.requests, records, self.upkeep, self.policies, gone_back_at, self.clock)

    @cached_property
    def outage(self) -> Outage:
        """One for all calls."""
        return Outage(self.images.models, self.state, self.policies, self.clock)

    def limit_statuses(self, accounts: Accounts) -> LimitStatuses:
        """What looks up rules and what is used of them; it keeps nothing, so that any is as good."""
        return LimitStatuses(self.policies, self.ledger, self.defaults, self.clock, accounts.visibility)

    def drafting(self, admission: Admission) -> Drafting:
        """What drafts requests."""
        settings = self.settings
        return Drafting(self.catalog, admission, settings.model, settings.partial_images, self.member_defaults)

    @property
    def allow_retired(self) -> bool:
        """Another endpoint than the provider's own may still serve models that the provider has shut down."""
        return not self.settings.official_image_api
