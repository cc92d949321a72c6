"""The settings: read once at the edge, frozen, secrets unprintable, every fault named at once."""

from __future__ import annotations

import difflib
import ipaddress
import os
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from typing_extensions import override

from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NANO = 1_000_000_000  # nano-dollars in a dollar
OFFICIAL_IMAGE_API = "https://api.openai.com/v1"
SECRETS = ("DISCORD_TOKEN", "OPENAI_API_KEY")
MOST_DOLLARS = 1_000_000
MOST_PICTURES = 1_000_000
UNLIMITED = "unlimited"
PREFIX = "ATELIER_"
DEFAULT_DIRECTORY = "/run/secrets"
SERVICE_LINK = "tcp://"  # begins what Kubernetes sets as ATELIER_PORT if a service has our name
NEAR = 0.7  # of 1: how alike two names are of which one must be meant by the other
UNREADABLE = "(a file that cannot be read)"  # in the place of a secret, so that the other faults are found too


def _dollars(value: object) -> object:
    """``20``, ``$20`` or ``12.50`` to nano-dollars; ``unlimited`` to None."""
    if not isinstance(value, str):
        return value
    text = value.strip().removeprefix("$")
    if text.lower() == UNLIMITED:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f'must be dollars such as 20 or 12.50, or "{UNLIMITED}"') from None
    if not amount.is_finite() or not 0 <= amount <= MOST_DOLLARS:
        raise ValueError(f'must be between 0 and {MOST_DOLLARS} dollars, or "{UNLIMITED}"')
    return int(amount * NANO)


def _pictures(value: object) -> object:
    """A whole number; ``unlimited`` to None."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.lower() == UNLIMITED:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_PICTURES))):
        raise ValueError(f'must be a whole number of pictures below {MOST_PICTURES}, or "{UNLIMITED}"')
    return int(text)


def _web_address(value: object) -> object:
    if isinstance(value, str):
        address = value.strip().rstrip("/")
        if not address.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return address
    return value


def _socket_address(value: object) -> object:
    if isinstance(value, str) and not value.strip().startswith(("ws://", "wss://")):
        raise ValueError("must start with ws:// or wss://")
    return value


def _model_names(value: object) -> object:
    """``gpt-image-2=openai/gpt-image-2, …`` to what a model of the catalog is called elsewhere."""
    if not isinstance(value, str):
        return value
    names: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in value.split(","))):
        model, sign, name = (part.strip() for part in pair.partition("="))
        if not (model and sign and name) or any(letter.isspace() for letter in model + name):
            raise ValueError(
                "must be pairs such as gpt-image-2=openai/gpt-image-2, separated by commas: "
                "the model's name here, and what your endpoint calls it"
            )
        if model.lower() in names:
            raise ValueError(f"names {model} twice")
        names[model.lower()] = name
    return names


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


WebAddress = Annotated[str, NoDecode, BeforeValidator(_web_address)]
NanoDollars = Annotated[int | None, NoDecode, BeforeValidator(_dollars)]
Pictures = Annotated[int | None, NoDecode, BeforeValidator(_pictures)]


class DataSettings(BaseSettings):
    """Where things are kept: enough for whoever only reads them."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        str_strip_whitespace=True,
    )

    data_dir: Path = Field(default=Path("atelier-data"), validation_alias="ATELIER_DATA_DIR")

    @property
    def database_path(self) -> Path:
        """The SQLite file in the data directory."""
        return self.data_dir / "atelier.sqlite3"

    @property
    def images_dir(self) -> Path:
        """Where original pictures are kept."""
        return self.data_dir / "images"


class Settings(DataSettings):
    """Everything that can be set. Environment over `.env`; a secret may come from a file.

    `read_settings` makes one; tests and the demo hand in values by name.
    """

    discord_token: SecretStr = Field(validation_alias="DISCORD_TOKEN", min_length=1)
    openai_api_key: SecretStr = Field(validation_alias="OPENAI_API_KEY", min_length=1)
    openai_base_url: WebAddress = Field(OFFICIAL_IMAGE_API, validation_alias="OPENAI_BASE_URL")
    discord_api_url: WebAddress | None = Field(None, validation_alias="DISCORD_API_URL")
    discord_gateway_url: Annotated[str, BeforeValidator(_socket_address)] | None = Field(
        None, validation_alias="DISCORD_GATEWAY_URL"
    )
    model: str = Field("gpt-image-2.5-flare", validation_alias="ATELIER_MODEL", min_length=1)
    model_names: Annotated[dict[str, str], NoDecode, BeforeValidator(_model_names)] = Field(
        default_factory=dict[str, str], validation_alias="ATELIER_MODEL_NAMES"
    )
    concurrency: int = Field(4, validation_alias="ATELIER_CONCURRENCY", ge=1, le=64)
    images_per_minute: int | None = Field(None, validation_alias="ATELIER_IMAGES_PER_MINUTE", ge=1, le=10_000)
    job_timeout: int = Field(600, validation_alias="ATELIER_JOB_TIMEOUT", ge=5, le=3600)
    partial_images: int = Field(3, validation_alias="ATELIER_PARTIAL_IMAGES", ge=0, le=3)
    gif: bool = Field(default=False, validation_alias="ATELIER_GIF")
    svg_author: str | None = Field(None, validation_alias="ATELIER_SVG_AUTHOR", min_length=1)
    conversations: str | None = Field(None, validation_alias="ATELIER_CONVERSATIONS", min_length=1)
    conversations_stored: bool = Field(default=True, validation_alias="ATELIER_CONVERSATIONS_STORED")
    message_content: bool = Field(default=False, validation_alias="ATELIER_MESSAGE_CONTENT")
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        "INFO", validation_alias="ATELIER_LOG_LEVEL"
    )
    log_format: Literal["text", "json"] = Field("text", validation_alias="ATELIER_LOG_FORMAT")
    http_port: int | None = Field(None, validation_alias="ATELIER_HTTP_PORT", ge=1, le=65_535)
    http_host: str = Field("127.0.0.1", validation_alias="ATELIER_HTTP_HOST", min_length=1)
    sync_guild: int | None = Field(None, validation_alias="ATELIER_SYNC_GUILD", ge=1)
    monthly_budget: NanoDollars = Field(20 * NANO, validation_alias="ATELIER_MONTHLY_BUDGET")
    member_daily_images: Pictures = Field(25, validation_alias="ATELIER_MEMBER_DAILY_IMAGES")

    @property
    def official_image_api(self) -> bool:
        """Whether the provider itself is asked, which refuses models past their shutdown."""
        return self.openai_base_url == OFFICIAL_IMAGE_API


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this machine: no proxy is asked for it, and nothing goes over the network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxy_of(address: str) -> str | None:
    """The proxy that the environment names for an address, by ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``.

    Raises:
        ConfigurationError: one of them is no proxy that we can use.
    """
    proxies = {name: proxy for name, proxy in getproxies().items() if name in {"http", "https", "all"} and proxy}
    for name, given in proxies.items():
        if "://" in given and not given.startswith(("http://", "https://")):
            raise ConfigurationError(
                [f"{name.upper()}_PROXY must be the address of an HTTP proxy, beginning with http:// or https://."]
            )
    parts = urlsplit(address)
    host, scheme = parts.hostname or "", parts.scheme.replace("ws", "http")
    proxy = proxies.get(scheme) or proxies.get("all")
    if proxy is None or is_loopback(host) or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


class GivenSettings(Settings):
    """Settings from values given by name (``DISCORD_TOKEN=…``) and from nowhere else, for the demo and for tests."""

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what was given."""
        return (init_settings,)


DIRECTORY = "ATELIER_SECRETS_DIR"
# What may be set: the settings, where secrets lie, and where the tests find Discord's official description.
NAMES = frozenset(
    {
        *(str(field.validation_alias) for field in Settings.model_fields.values()),
        *(f"{name}_FILE" for name in SECRETS),
        DIRECTORY,
        "ATELIER_DISCORD_OPENAPI",
    }
)
WHAT_TO_DO = {
    "DISCORD_TOKEN": "Copy the bot's token from Discord's developer portal, page Bot.",
    "OPENAI_API_KEY": "Create a key for a project of its own at the provider, with a spend limit there too.",
}


def read_settings(**given: object) -> Settings:
    """Read the settings from the environment, `.env` and secret files; values given by name win.

    Names are those of the environment (``DISCORD_TOKEN=…``), which goes before `.env`. A secret may lie in the file
    that ``<NAME>_FILE`` names, or under its name in the directory that ``ATELIER_SECRETS_DIR`` names, else in
    ``/run/secrets`` if that exists.

    Raises:
        ConfigurationError: with one sentence for each fault, never showing a secret.
    """
    written = _written()
    faults = [f"{name} is not a setting. Do you mean {meant}?" for name, meant in _misspelt(written).items()]
    secrets: dict[str, Any] = {}
    for name, path, source in _secret_files(written, faults):
        if name not in given:
            secrets[name] = _secret_in(path, source, faults)
    try:
        values: dict[str, Any] = {**secrets, **given}
        read = Settings(**values)
    except ValidationError as error:
        faults = [*(_sentence(dict(fault), written) for fault in error.errors()), *faults]
    except SettingsError as error:
        faults.append(f"The settings cannot be read: {error}")
    else:
        if not faults:
            return read
    raise ConfigurationError(faults)


def read_data_settings() -> DataSettings:
    """Where things are kept, for whoever needs neither token nor key.

    Raises:
        ConfigurationError: `.env` cannot be read.
    """
    _written()
    return DataSettings()


def inherited_environment() -> dict[str, str]:
    """The environment without any setting of ours, for a bot that is set up by hand beside us."""
    return {name: value for name, value in os.environ.items() if name not in NAMES and not name.startswith(PREFIX)}


def unknown_settings() -> list[str]:
    """What begins like a setting of ours and is none of this version, sorted: it is ignored."""
    return sorted(name for name in _written() if name.startswith(PREFIX) and name not in NAMES)


def _written() -> dict[str, str]:
    """What the environment and `.env` set, by their names in capitals; the environment wins, what is empty is not set.

    Raises:
        ConfigurationError: `.env` cannot be read.
    """
    path = Path(str(DataSettings.model_config.get("env_file")))
    try:
        in_file = dotenv_values(path, encoding="utf-8") if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{path.absolute()} cannot be read: {_reason(error)}."]) from None
    return {name.upper(): value for name, value in [*in_file.items(), *os.environ.items()] if value and value.strip()}


def _secret_files(written: Mapping[str, str], faults: list[str]) -> Iterator[tuple[str, Path, str]]:
    """The secrets that come in files: name, file, and how the file was named. The environment itself goes before."""
    directory = Path(written.get(DIRECTORY, DEFAULT_DIRECTORY))
    if DIRECTORY in written and not directory.is_dir():
        faults.append(f"{DIRECTORY} names {directory}, which is not a directory.")
    environment = {name.upper() for name, value in os.environ.items() if value.strip()}
    for name in SECRETS:
        if name in environment:
            continue
        if f"{name}_FILE" in written:
            yield name, Path(written[f"{name}_FILE"]), f"{name}_FILE names {written[f'{name}_FILE']}, which"
        elif name not in written and os.path.lexists(directory / name):
            yield name, directory / name, f"{directory / name}"


def _secret_in(path: Path, source: str, faults: list[str]) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        faults.append(f"{source} cannot be read: {_reason(error)}.")
        return UNREADABLE
    if not secret:
        faults.append(f"{source} is empty.")
        return UNREADABLE
    return secret


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it is not text"


def _misspelt(written: Mapping[str, str]) -> dict[str, str]:
    """Names that begin like ours and are none, with those that must be meant: a budget that is ignored costs money.

    They are alike by letters, or made of some of the other's words, as ``ATELIER_BUDGET``.
    """
    found: dict[str, str] = {}
    tails = {name.removeprefix(PREFIX): name for name in NAMES if name.startswith(PREFIX)}
    for name in written:
        if not name.startswith(PREFIX) or name in NAMES or written[name].startswith(SERVICE_LINK):
            continue
        tail = name.removeprefix(PREFIX)
        words = set(tail.split("_"))
        near = difflib.get_close_matches(tail, tails, n=1, cutoff=NEAR) or [
            each for each in tails if words <= set(each.split("_"))
        ]
        if near:
            found[name] = tails[near[0]]
    return found


def _sentence(fault: Mapping[str, Any], written: Mapping[str, str]) -> str:
    """One fault in words. The value given is not repeated: it may be a secret."""
    name = str(fault["loc"][0])
    advice = WHAT_TO_DO.get(name, "")
    if fault["type"] in {"missing", "string_too_short", "too_short"}:
        others = [each for each in written if each not in NAMES]
        meant = difflib.get_close_matches(name, others, n=1, cutoff=NEAR)
        hint = f"{meant[0]} is: is that what it should be called?" if meant else advice
        return f"{name} is not set. {hint}".strip()
    reason = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name}: {reason[0].lower()}{reason[1:]}. {advice}".strip()
