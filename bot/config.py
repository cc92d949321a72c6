"""The settings: read once at the edge, frozen, secrets unprintable, every fault named at once."""

from __future__ import annotations

import os
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from typing_extensions import override

from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

NANO = 1_000_000_000  # nano-dollars in a dollar
OFFICIAL_IMAGE_API = "https://api.openai.com/v1"
SECRETS = ("DISCORD_TOKEN", "OPENAI_API_KEY")
MOST_DOLLARS = 1_000_000
MOST_PICTURES = 1_000_000
UNLIMITED = "unlimited"


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


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


WebAddress = Annotated[str, NoDecode, BeforeValidator(_web_address)]
NanoDollars = Annotated[int | None, NoDecode, BeforeValidator(_dollars)]
Pictures = Annotated[int | None, NoDecode, BeforeValidator(_pictures)]


class SecretFiles(PydanticBaseSettingsSource):
    """`DISCORD_TOKEN_FILE=/run/secrets/token`: a secret in a file of its own, as container platforms hand them over."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Read the file that ``<NAME>_FILE`` names, if it is set and the field is a secret."""
        name = str(field.validation_alias)
        path = os.environ.get(f"{name}_FILE", "") if name in SECRETS else ""
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), name, False
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigurationError([f"{name}_FILE names {path}, which cannot be read: {reason}."]) from None

    def __call__(self) -> dict[str, Any]:
        """All secrets that were given as files."""
        found: dict[str, Any] = {}
        for field_name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, field_name)
            if value is not None:
                found[key] = value
        return found


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
    concurrency: int = Field(4, validation_alias="ATELIER_CONCURRENCY", ge=1, le=64)
    images_per_minute: int | None = Field(None, validation_alias="ATELIER_IMAGES_PER_MINUTE", ge=1, le=10_000)
    job_timeout: int = Field(600, validation_alias="ATELIER_JOB_TIMEOUT", ge=5, le=3600)
    partial_images: int = Field(3, validation_alias="ATELIER_PARTIAL_IMAGES", ge=0, le=3)
    gif: bool = Field(default=False, validation_alias="ATELIER_GIF")
    svg_author: str | None = Field(None, validation_alias="ATELIER_SVG_AUTHOR", min_length=1)
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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: given by name, environment, secret files named there, `.env`, secrets directory."""
        return init_settings, env_settings, SecretFiles(settings_cls), dotenv_settings, file_secret_settings

    @property
    def official_image_api(self) -> bool:
        """Whether the provider itself is asked, which refuses models past their shutdown."""
        return self.openai_base_url == OFFICIAL_IMAGE_API


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


WHAT_TO_DO = {
    "DISCORD_TOKEN": "Copy the bot's token from Discord's developer portal, page Bot.",
    "OPENAI_API_KEY": "Create a key for a project of its own at the provider, with a spend limit there too.",
}


def read_settings(**given: object) -> Settings:
    """Read the settings from the environment, `.env` and secret files; values given by name win.

    Names are those of the environment (``DISCORD_TOKEN=…``). A secrets directory is read where
    ``ATELIER_SECRETS_DIR`` says so, else from ``/run/secrets`` if that exists.

    Raises:
        ConfigurationError: with one sentence for each fault, never showing a secret.
    """
    named = os.environ.get("ATELIER_SECRETS_DIR", "")
    directory = Path(named) if named else Path("/run/secrets")
    if named and not directory.is_dir():
        raise ConfigurationError([f"ATELIER_SECRETS_DIR names {named}, which is not a directory."])
    try:
        return Settings(_secrets_dir=directory if directory.is_dir() else None, **given)  # type: ignore[arg-type]  # values come by alias, unvalidated
    except ValidationError as error:
        raise ConfigurationError([_sentence(dict(fault)) for fault in error.errors()]) from None
    except (SettingsError, OSError) as error:
        raise ConfigurationError([f"The settings cannot be read: {error}"]) from None


def read_data_settings() -> DataSettings:
    """Where things are kept, for whoever needs neither token nor key."""
    return DataSettings()


def _sentence(fault: Mapping[str, Any]) -> str:
    """One fault in words. The value given is not repeated: it may be a secret."""
    name = str(fault["loc"][0])
    advice = WHAT_TO_DO.get(name, "")
    if fault["type"] in {"missing", "string_too_short", "too_short"}:
        return f"{name} is not set. {advice}".strip()
    reason = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name}: {reason[0].lower()}{reason[1:]}. {advice}".strip()
