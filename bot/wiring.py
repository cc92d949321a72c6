"""The one place where concrete classes meet."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.errors import ConfigurationError, UnknownModelError
from bot.openai_images import OpenAIImages
from bot.pictures import UnreadablePictureError as DamagedPictureError
from bot.pictures import check_result
from bot.services.accounts import Accounts
from bot.services.answering import Answers
from bot.services.catalog import Catalog
from bot.services.images import CheckedPicture, UnreadablePictureError
from bot.services.making import Maker
from bot.services.pace import Pace
from bot.services.policy import Defaults, limits_for
from bot.services.queue import FairQueue
from bot.services.studio import Studio
from bot.storage.blobs import FileBlobs
from bot.storage.database import Database
from bot.storage.ledger import SqliteLedger
from bot.storage.lock import DataDirectoryLock
from bot.storage.policies import SqliteAudit, SqlitePolicies
from bot.storage.requests import SqliteRequests
from bot.storage.state import State, SteadyClock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.config import Settings
    from bot.services.governing import Audit, Policies
    from bot.services.keeping import BlobStore, Requests
    from bot.services.ledger import Ledger

CLOCK_TOLERANCE = 3600  # seconds
SAFETY_KEY = "safety_identifier_key"  # names the secret in the state table

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Services:
    """What cogs may ask for."""

    settings: Settings
    catalog: Catalog
    studio: Studio
    accounts: Accounts
    ledger: Ledger
    policies: Policies
    audit: Audit
    defaults: Defaults
    answers: Answers
    requests: Requests
    blobs: BlobStore
    state: State
    images: OpenAIImages
    database: Database


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncGenerator[Services]:
    """Open everything that stands behind the commands; close it in the opposite order, the database last.

    Raises:
        OperatorError: another process is at work on the data directory, or the database cannot be used.
    """
    catalog = Catalog.load()
    _check_default_model(catalog, settings)
    with DataDirectoryLock(settings.data_dir):
        database = await Database.open(settings.database_path)
        try:
            async with OpenAIImages(
                settings.openai_api_key.get_secret_value(), settings.openai_base_url, float(settings.job_timeout)
            ) as images:
                services = await _connect(settings, catalog, database, images)
                await services.studio.recover()
                yield services
        finally:
            await database.close()


def _check_default_model(catalog: Catalog, settings: Settings) -> None:
    try:
        model = catalog.model(settings.model)
        model.priced()
    except UnknownModelError as error:
        raise ConfigurationError([f"ATELIER_MODEL: {error.sentence}"]) from None
    if settings.official_image_api and model.is_retired(datetime.now(UTC).date()):
        instead = model.successor or catalog.default_id
        raise ConfigurationError([f"ATELIER_MODEL: {model.id} was shut down on {model.shutdown}. Use {instead}."])


async def _connect(settings: Settings, catalog: Catalog, database: Database, images: OpenAIImages) -> Services:
    ledger = SqliteLedger(database)
    requests = SqliteRequests(database)
    state = State(database)
    blobs = FileBlobs(settings.images_dir)
    policies = SqlitePolicies(database)
    defaults = Defaults(settings.monthly_budget, settings.member_daily_images)
    latest = await state.latest()
    if latest > time.time() + CLOCK_TOLERANCE:
        _log.error(
            "the ledger has seen a later time than this machine's clock; its days and months stand still until then"
        )
    clock = SteadyClock(time.time, latest)
    accounts = Accounts(ledger, policies, partial(limits_for, defaults=defaults), clock)
    maker = Maker(
        ledger=ledger,
        blobs=blobs,
        provider=images,
        check=_check,
        catalog=catalog,
        pace=Pace(settings.images_per_minute),
        safety_key=await state.secret(SAFETY_KEY),
        timeout=float(settings.job_timeout),
        clock=clock,
    )
    answers = Answers(requests, blobs, accounts, clock)
    studio = Studio(
        catalog=catalog,
        ledger=ledger,
        requests=requests,
        accounts=accounts,
        queue=FairQueue(settings.concurrency),
        maker=maker,
        answers=answers,
        clock=clock,
    )
    return Services(
        settings=settings,
        catalog=catalog,
        studio=studio,
        accounts=accounts,
        ledger=ledger,
        policies=policies,
        audit=SqliteAudit(database),
        defaults=defaults,
        answers=answers,
        requests=requests,
        blobs=blobs,
        state=state,
        images=images,
        database=database,
    )


async def _check(content: bytes) -> CheckedPicture:
    try:
        checked = await check_result(content)
    except DamagedPictureError as error:
        raise UnreadablePictureError(str(error)) from error
    return CheckedPicture(checked.media_type, checked.width, checked.height)
