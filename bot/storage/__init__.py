"""Where everything is kept: the only importer of SQLite, and the image files."""

from bot.storage.blobs import FileBlobs
from bot.storage.database.database import Database
from bot.storage.database.lock import DataDirectoryLock
from bot.storage.database.opening import open_read_only
from bot.storage.database.state import State
from bot.storage.ledger.ledger import SqliteLedger
from bot.storage.ledger.report import Report, read_report
from bot.storage.ledger.requests import SqliteRequests
from bot.storage.policies import SqliteAudit, SqlitePolicies

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
