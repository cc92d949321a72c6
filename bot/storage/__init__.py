"""Where everything is kept: the only importer of SQLite, and the image files."""

from bot.storage.blobs import FileBlobs
from bot.storage.database import Database
from bot.storage.ledger import SqliteLedger
from bot.storage.lock import DataDirectoryLock
from bot.storage.opening import open_read_only
from bot.storage.policies import SqliteAudit, SqlitePolicies
from bot.storage.report import Report, read_report
from bot.storage.requests import SqliteRequests
from bot.storage.state import State

__all__ = [
    "DataDirectoryLock",
    "Database",
    "FileBlobs",
    "Report",
    "SqliteAudit",
    "SqliteLedger",
    "SqlitePolicies",
    "SqliteRequests",
    "State",
    "open_read_only",
    "read_report",
]
