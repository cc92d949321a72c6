"""The one place where concrete classes meet."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from bot.foundation import Foundation
from bot.openai_images import OpenAIImages
from bot.pictures import ContactSheets, check_result, retouch
from bot.services.accounting import Corrector, MonthNews, MonthReports
from bot.services.admission import Admission, Clearance, DefaultsDesk, Drafting
from bot.services.calendar import TrueClock, unjumped
from bot.services.catalog import open_catalog
from bot.services.conversations import Conversations, open_conversations
from bot.services.gallery import Deletions, FileHolds, GalleryPosts, History, Publications, Stars, Sweeping, Upkeep
from bot.services.jobs import (
    Answers,
    BufferedBlobs,
    Cancellations,
    Generation,
    JobRunner,
    Outcomes,
    Pausing,
    PendingWrites,
    PictureReceiver,
    ProviderAccount,
    Recovery,
    Restoration,
    ServerStatuses,
    Stores,
    Studio,
    TurnCalls,
    line_of,
)
from bot.services.policy import Defaults, Rules, ServerSettings, limits_for
from bot.services.presets import PresetDesk, open_starters
from bot.services.quotas import (
    Accounts,
    BudgetAlerts,
    IncreaseDesk,
    IncreaseNotices,
    LimitStatuses,
    QuotaDesk,
    UsageDesk,
)
from bot.services.turns import Measurements, Pace
from bot.storage.alerts import SqliteAlerts
from bot.storage.blobs import FileBlobs
from bot.storage.conversations import SqliteConversations
from bot.storage.database.database import Database
from bot.storage.database.lock import DataDirectoryLock
from bot.storage.database.restoration import SqliteGoneBack
from bot.storage.database.state import State
from bot.storage.history import SqliteHistory
from bot.storage.increases import SqliteIncreases
from bot.storage.ledger.charge_lookup import SqliteCharges
from bot.storage.ledger.durations import SqlitePast
from bot.storage.ledger.ledger import SqliteLedger
from bot.storage.ledger.lineage import SqliteLineage
from bot.storage.ledger.open_jobs import SqliteOpenCharges
from bot.storage.ledger.report import SqliteBooks
from bot.storage.ledger.requests import SqliteRequests
from bot.storage.ledger.usage import SqliteUse
from bot.storage.member_defaults import SqliteMemberDefaults
from bot.storage.policies import SqliteAudit, SqlitePolicies
from bot.storage.presets import SqlitePresets
from bot.storage.stars import SqliteStars

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.config import Settings
    from bot.services.catalog import Catalog
    from bot.services.gallery import Lineage
    from bot.services.jobs import GoneBack
    from bot.services.ledger import BlobStore, Errands, Ledger, Requests
    from bot.services.policy import Audit, Policies

SAFETY_KEY = "safety_identifier_key"  # names the secret in the state table
LAST_WRITTEN = "last_written"  # names what is written to see whether anything can be


@dataclass(frozen=True)
class Services:
    """What cogs may ask for."""

    settings: Settings
    catalog: Catalog
    studio: Studio
    admission: Admission
    drafting: Drafting
    rules: Rules
    pausing: Pausing
    cancellations: Cancellations
    server_statuses: ServerStatuses
    server_settings: ServerSettings
    default_desk: DefaultsDesk
    stores: Stores
    errands: Errands
    accounts: Accounts
    quotas: QuotaDesk
    ledger: Ledger
    policies: Policies
    audit: Audit
    defaults: Defaults
    usage: UsageDesk
    month_reports: MonthReports
    month_news: MonthNews
    corrector: Corrector
    increases: IncreaseDesk
    increase_notices: IncreaseNotices
    budget_alerts: BudgetAlerts
    answers: Answers
    requests: Requests
    lineage: Lineage
    history: History
    stars: Stars
    presets: PresetDesk
    conversations: Conversations
    upkeep: Upkeep
    gallery_posts: GalleryPosts
    publications: Publications
    deletions: Deletions
    blobs: BlobStore
    file_holds: FileHolds
    sweeping: Sweeping
    restoration: Restoration
    recovery: Recovery
    state: State
    clock: TrueClock
    account: ProviderAccount
    database: Database
    contact_sheets: ContactSheets = field(default_factory=ContactSheets)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncGenerator[Services]:
    """Open everything that stands behind the commands; close it in the opposite order, the database last.

    Raises:
        OperatorError: another process is at work on the data directory, or the database cannot be used.
    """
    catalog = open_catalog(
        settings.model,
        gif=settings.gif,
        svg_author=settings.svg_author,
        names=settings.model_names,
        retired_on=datetime.now(UTC).date() if settings.official_image_api else None,
    )
    pace = Pace(settings.images_per_minute)
    with DataDirectoryLock(settings.data_dir):
        database = await Database.open(settings.database_path)
        try:
            async with OpenAIImages(
                settings.openai_api_key.get_secret_value(),
                settings.openai_base_url,
                float(settings.job_timeout),
                settings.model_names,
                pace.told,
            ) as images:
                services = await _connect(settings, catalog, database, images, pace)
                try:
                    yield services
                finally:
                    await services.stars.close()
                    await services.month_news.close()
                    await services.budget_alerts.close()
                    await services.account.close()
                    await services.increase_notices.close()
        finally:
            await database.close()


@dataclass(frozen=True)
class _GroundFloor:
    """What stands on it, and others need."""

    accounts: Accounts
    admission: Admission
    budget_alerts: BudgetAlerts
    answers: Answers
    restoration: Restoration
    studio: Studio
    recovery: Recovery


async def _connect(
    settings: Settings, catalog: Catalog, database: Database, images: OpenAIImages, pace: Pace
) -> Services:
    state, policies = State(database), SqlitePolicies(database)
    files = FileBlobs(settings.images_dir)
    await policies.open()
    stores = _stores(files, state)
    requests, blobs = SqliteRequests(database), BufferedBlobs(files, stores.files)
    below = Foundation(
        settings=settings,
        catalog=catalog,
        database=database,
        images=images,
        pace=pace,
        account=ProviderAccount(images.models, policies),
        state=state,
        clock=TrueClock(),
        ledger=SqliteLedger(database),
        requests=requests,
        files=files,
        stores=stores,
        blobs=blobs,
        file_holds=FileHolds(requests, blobs),
        policies=policies,
        audit=SqliteAudit(database),
        defaults=Defaults(settings.monthly_budget, settings.member_daily_images),
        member_defaults=await SqliteMemberDefaults.load(database),
    )
    accounts = Accounts(below.ledger, below.policies, partial(limits_for, defaults=below.defaults), below.clock)
    admission = Admission(below.policies, catalog, below.allow_retired, below.clock)
    budget_alerts = BudgetAlerts(accounts, SqliteAlerts(database), below.clock)
    answers = Answers(requests, stores.books, blobs, accounts, below.clock, ended=budget_alerts.request_ended)
    restoration = Restoration(SqliteGoneBack(database), below.policies, below.clock)
    generation = _maker(below, accounts, admission, await state.secret(SAFETY_KEY))
    studio, recovery = _at_work(below, accounts, answers, generation, restoration.gone_back)
    return _services(below, _GroundFloor(accounts, admission, budget_alerts, answers, restoration, studio, recovery))


def _at_work(
    below: Foundation, accounts: Accounts, answers: Answers, generation: Generation, gone_back: GoneBack
) -> tuple[Studio, Recovery]:
    """What sees requests to their end: those that come, and those that an earlier process left."""
    measured = Measurements()
    queue = line_of(below.settings.concurrency, measured, below.pace)
    job_runner = JobRunner(queue, generation, answers, below.stores, measured, below.discards.carry_out)
    recovery = Recovery(
        job_runner=job_runner,
        ledger=below.ledger,
        requests=below.requests,
        policies=below.policies,
        generation=generation,
        answers=answers,
        books=below.stores.books,
        gone_back=gone_back,
        measured=measured,
        past=SqlitePast(below.database),
        discards=below.discards,
        clock=below.clock,
    )
    studio = Studio(
        catalog=below.catalog,
        ledger=below.ledger,
        requests=below.requests,
        accounts=accounts,
        queue=queue,
        generation=generation,
        answers=answers,
        stores=below.stores,
        job_runner=job_runner,
        recovery=recovery,
        clock=below.clock,
    )
    return studio, recovery


def _stores(files: FileBlobs, state: State) -> Stores:
    books = PendingWrites("books", lambda: state.put(LAST_WRITTEN, str(int(time.time()))))
    return Stores(PendingWrites("files", files.try_out), books)


def _maker(below: Foundation, accounts: Accounts, admission: Admission, safety_key: bytes) -> Generation:
    return Generation(
        outcomes=Outcomes(
            ledger=below.ledger,
            books=below.stores.books,
            blobs=below.blobs,
            receiver=PictureReceiver(check_result, retouch, below.blobs),
            catalog=below.catalog,
            notes=below.state,
            clock=below.clock,
        ),
        clearance=Clearance(below.ledger, accounts, admission, below.audit, below.clock),
        books=below.stores.books,
        blobs=below.blobs,
        provider=below.images,
        turns=TurnCalls(below.images, below.images, below.state),
        pace=below.pace,
        account=below.account,
        outage=below.outage,
        safety_key=safety_key,
        timeout=float(below.settings.job_timeout),
    )


def _services(below: Foundation, ground: _GroundFloor) -> Services:
    accounts, studio, drafting = ground.accounts, ground.studio, below.drafting(ground.admission)
    return Services(
        settings=below.settings,
        catalog=below.catalog,
        studio=studio,
        admission=ground.admission,
        drafting=drafting,
        rules=Rules(below.decisions, below.catalog, below.allow_retired),
        pausing=Pausing(below.decisions, studio.job_runner),
        cancellations=Cancellations(studio.job_runner, below.discards, below.audit),
        server_statuses=_server_statuses(below, studio, below.limit_statuses(accounts)),
        server_settings=ServerSettings(below.decisions),
        default_desk=DefaultsDesk(drafting, below.decisions),
        stores=below.stores,
        errands=below.errands,
        accounts=accounts,
        quotas=QuotaDesk(below.decisions, below.limit_statuses(accounts)),
        ledger=below.ledger,
        policies=below.policies,
        audit=below.audit,
        defaults=below.defaults,
        usage=UsageDesk(accounts, SqliteUse(below.database)),
        month_reports=MonthReports(SqliteBooks(below.database), below.policies, below.audit, below.clock),
        month_news=MonthNews(SqliteBooks(below.database), below.policies, below.state, below.clock),
        corrector=Corrector(accounts, SqliteCharges(below.database)),
        increases=IncreaseDesk(accounts, SqliteIncreases(below.database)),
        increase_notices=IncreaseNotices(accounts, SqliteIncreases(below.database)),
        budget_alerts=ground.budget_alerts,
        answers=ground.answers,
        requests=below.requests,
        lineage=SqliteLineage(below.database),
        history=History(SqliteHistory(below.database)),
        stars=Stars(SqliteStars(below.database), below.gallery_posts, below.requests, below.policies, below.clock),
        gallery_posts=below.gallery_posts,
        conversations=open_conversations(SqliteConversations(below.database), below),
        presets=PresetDesk(SqlitePresets(below.database), open_starters(), below.file_holds, below.clock),
        upkeep=below.upkeep,
        publications=below.publications(ground.restoration),
        deletions=Deletions(below.requests, below.upkeep, below.file_holds, below.audit, below.clock),
        blobs=below.blobs,
        file_holds=below.file_holds,
        sweeping=Sweeping(below.file_holds, below.files, ground.restoration.keeps_files, unjumped()),
        restoration=ground.restoration,
        recovery=ground.recovery,
        state=below.state,
        clock=below.clock,
        account=below.account,
        database=below.database,
    )


def _server_statuses(below: Foundation, studio: Studio, limit_statuses: LimitStatuses) -> ServerStatuses:
    return ServerStatuses(
        studio.job_runner,
        limit_statuses,
        SqliteOpenCharges(below.database),
        below.catalog,
        below.settings.model,
        below.allow_retired,
        version("atelier"),
        below.account,
        below.outage,
    )
