"""A stand-in for OpenAI's Image API on 127.0.0.1: its wire, its rules, its bill and its faults."""

from bot.sandbox.images.account import Account, Trouble
from bot.sandbox.images.bill import Bill, BillLine
from bot.sandbox.images.faults import ONLY_IN_CONVERSATIONS, Fault, FaultKind, Faults
from bot.sandbox.images.options import ImageOptions
from bot.sandbox.images.received import Call, ReceivedFile
from bot.sandbox.images.server import SandboxImages
from bot.sandbox.images.tokens import Usage

__all__ = [
    "ONLY_IN_CONVERSATIONS",
    "Account", "Bill", "BillLine", "Call", "Fault", "FaultKind", "Faults", "ImageOptions", "ReceivedFile",
    "SandboxImages", "Trouble", "Usage",
]  # fmt: skip
