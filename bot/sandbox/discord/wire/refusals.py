"""The answers in which Discord says no, with its own status and code.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.discord.wire.json_values import Json

INVALID_FORM = 50035
_SENTENCES = {
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10008: "Unknown Message",
    10013: "Unknown User",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    20009: "Explicit content cannot be sent to the desired recipient(s)",
    20016: "This action cannot be performed due to slowmode rate limit",
    20028: "The write action you are performing on the channel has hit the write rate limit.",
    40003: "You are opening direct messages too fast",
    40004: "Send messages has been temporarily disabled",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50008: "Cannot send messages in a non-text channel",
    50013: "Missing Permissions",
    50027: "Invalid Webhook Token",
    INVALID_FORM: "Invalid Form Body",
    50045: "File uploaded exceeds the maximum size",
    50083: "Thread is archived",
    50278: "Cannot send messages to this user due to having no mutual guilds",
    160005: "Thread is locked",
    200000: "Message was blocked by automatic moderation",
    240000: "Message blocked by harmful links filter",
}


class Refusal(Exception):  # noqa: N818 - an answer of the protocol, not an accident of ours
    """An error answer.

    Attributes:
        status: the HTTP status.
        code: Discord's own code; 0 where it has none.
    """

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def to_json(self) -> Json:
        """The body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def sentence_of(code: int) -> str:
    """What Discord says beside a code; empty for codes that are not listed here."""
    return _SENTENCES.get(code, "")


def unauthorized() -> Refusal:
    """No token, or a wrong one."""
    return Refusal(401, 0, "401: Unauthorized")


def no_such_route() -> Refusal:
    """A path that the sandbox does not serve."""
    return Refusal(404, 0, "404: Not Found")


def unknown_channel() -> Refusal:
    """No such channel."""
    return Refusal(404, 10003, "Unknown Channel")


def unknown_guild() -> Refusal:
    """No such server, or the bot is not in it."""
    return Refusal(404, 10004, "Unknown Guild")


def unknown_member() -> Refusal:
    """Nobody of this id in the server."""
    return Refusal(404, 10007, "Unknown Member")


def unknown_message() -> Refusal:
    """No such message for the one who asks."""
    return Refusal(404, 10008, "Unknown Message")


def unknown_user() -> Refusal:
    """No such account."""
    return Refusal(404, 10013, "Unknown User")


def unknown_webhook() -> Refusal:
    """A token that was never given out, or whose interaction was not answered yet."""
    return Refusal(404, 10015, "Unknown Webhook")


def unknown_interaction() -> Refusal:
    """An interaction that does not exist, or was not answered within 3 seconds."""
    return Refusal(404, 10062, "Unknown interaction")


def already_acknowledged() -> Refusal:
    """A second first answer."""
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def expired_token() -> Refusal:
    """An interaction token after its 15 minutes."""
    return Refusal(401, 50027, "Invalid Webhook Token")


def missing_access() -> Refusal:
    """The bot cannot see the channel."""
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    """The bot sees the channel but may not do this in it."""
    return Refusal(403, 50013, "Missing Permissions")


def archived_thread(status: int) -> Refusal:
    """What cannot be done while a thread rests: editing, and writing where only a moderator may open it again."""
    return Refusal(status, 50083, "Thread is archived")


def locked_thread(status: int) -> Refusal:
    """A thread in which only those write who manage threads."""
    return Refusal(status, 160005, "Thread is locked")


def not_in_this_kind_of_channel() -> Refusal:
    """A category, in which nobody writes."""
    return Refusal(400, 50008, "Cannot send messages in a non-text channel")


def not_in_a_forum() -> Refusal:
    """A forum holds posts, no messages of its own."""
    return Refusal(400, 40058, "Cannot send a message in a forum channel")


def no_mutual_server() -> Refusal:
    """The person shares no server with the bot any more."""
    return Refusal(403, 50278, "Cannot send messages to this user due to having no mutual guilds")


def thread_exists() -> Refusal:
    """A second thread from the same message."""
    return Refusal(400, 160004, "A thread has already been created for this message")


def not_the_author() -> Refusal:
    """Only the author edits a message."""
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def no_direct_messages() -> Refusal:
    """The person does not accept direct messages from the bot."""
    return Refusal(403, 50007, "Cannot send messages to this user")


def empty_message() -> Refusal:
    """Neither words nor files nor anything else to show."""
    return Refusal(400, 50006, "Cannot send an empty message")


def file_not_sent() -> Refusal:
    """The attachments list names a file that the request does not hold."""
    return Refusal(400, 50146, "Attachment data not found")


def unknown_sticker() -> Refusal:
    """There are no stickers here."""
    return Refusal(400, 50081, "Invalid sticker sent")


def too_large(code: int) -> Refusal:
    """A file over the limit, or a request over 25 MiB."""
    text = {50045: "File uploaded exceeds the maximum size"}.get(code, "Request entity too large")
    return Refusal(413, code, text)


class FormFaults:
    """Collects what is wrong with a body; Discord names every fault at its place.

    Example:
        `faults.add("embeds.0.title", "BASE_TYPE_MAX_LENGTH", "Must be 256 or fewer in length.")`
    """

    def __init__(self) -> None:
        self._errors: Json = {}

    def add(self, place: str, code: str, message: str) -> None:
        """Note a fault at a dotted place."""
        spot = self._errors
        for part in filter(None, place.split(".")):
            spot = spot.setdefault(part, {})
        spot.setdefault("_errors", []).append({"code": code, "message": message})

    def check_length(self, place: str, value: object, longest: int, shortest: int = 0) -> None:
        """Note a text that is too short or too long."""
        length = len(value) if isinstance(value, str) else 0
        if length > longest:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
        if length < shortest:
            self.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {shortest} and {longest} in length.")

    def check_count(self, place: str, count: int, most: int, least: int = 0) -> None:
        """Note a list that is too short or too long."""
        if not least <= count <= most:
            self.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def raise_if_any(self) -> None:
        """Refuse the body if a fault was noted.

        Raises:
            Refusal: 400 with code 50035.
        """
        if self._errors:
            raise self.as_refusal()

    def as_refusal(self) -> Refusal:
        """The answer that names the faults."""
        return Refusal(400, INVALID_FORM, "Invalid Form Body", self._errors)


def invalid_form(place: str, code: str, message: str) -> Refusal:
    """A body with one fault."""
    faults = FormFaults()
    faults.add(place, code, message)
    return faults.as_refusal()
