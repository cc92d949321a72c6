"""A request's life: reserved, queued, generated, answered."""

from bot.services.jobs.cancellation import DISCARDED, Cancellations, Canceller, Discards
from bot.services.jobs.delivery import Answers, Delivery, DeliveryError, Posted, Preview, Result
from bot.services.jobs.files import BufferedBlobs, PictureReceiver
from bot.services.jobs.generation import Generation
from bot.services.jobs.job_runner import JobRunner
from bot.services.jobs.live_requests import Load, Withdrawal, line_of
from bot.services.jobs.outage import Downtime, Outage
from bot.services.jobs.outcomes import CUT, NAMED, WHY_NO_WORDS, Outcomes
from bot.services.jobs.pausing import LONGEST_REASON, Pausing, Switched, why_paused
from bot.services.jobs.pending_writes import PendingWrites, Stores
from bot.services.jobs.provider import (
    FILE_ENDINGS,
    Begun,
    CheckedPicture,
    ConversationProvider,
    Drawn,
    FinishedImage,
    ImageProvider,
    InputImage,
    PartialImage,
    Reply,
    UnreadablePictureError,
)
from bot.services.jobs.provider_account import ProviderAccount
from bot.services.jobs.recovery import GoneBack, LastSeen, Recovery, Restoration
from bot.services.jobs.server_status import OpenCharges, OpenJobs, ServerStatus, ServerStatuses
from bot.services.jobs.studio import Studio
from bot.services.jobs.turn_calls import TURN, TurnCalls

__all__ = [
    "CUT",
    "DISCARDED",
    "FILE_ENDINGS",
    "LONGEST_REASON",
    "NAMED",
    "TURN",
    "WHY_NO_WORDS",
    "Answers",
    "Begun",
    "BufferedBlobs",
    "Cancellations",
    "Canceller",
    "CheckedPicture",
    "ConversationProvider",
    "Delivery",
    "DeliveryError",
    "Discards",
    "Downtime",
    "Drawn",
    "FinishedImage",
    "Generation",
    "GoneBack",
    "ImageProvider",
    "InputImage",
    "JobRunner",
    "LastSeen",
    "Load",
    "OpenCharges",
    "OpenJobs",
    "Outage",
    "Outcomes",
    "PartialImage",
    "Pausing",
    "PendingWrites",
    "PictureReceiver",
    "Posted",
    "Preview",
    "ProviderAccount",
    "Recovery",
    "Reply",
    "Restoration",
    "Result",
    "ServerStatus",
    "ServerStatuses",
    "Stores",
    "Studio",
    "Switched",
    "TurnCalls",
    "UnreadablePictureError",
    "Withdrawal",
    "line_of",
    "why_paused",
]
