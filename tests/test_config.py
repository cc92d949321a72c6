"""The settings: where they come from, what is refused, what is never shown."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from bot.config import (
    OFFICIAL_IMAGE_API,
    WHAT_TO_DO,
    GivenSettings,
    Settings,
    proxy_of,
    read_data_settings,
    read_settings,
    unknown_settings,
)
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("bare_environment")

TOKEN = "token-that-nobody-may-see"
KEY = "key-that-nobody-may-see"
SECRETS = {"DISCORD_TOKEN": TOKEN, "OPENAI_API_KEY": KEY}


def settings(**given: object) -> Settings:
    return read_settings(**(SECRETS | given))


def faults(**given: object) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refusal:
        settings(**given)
    return refusal.value.faults


def test_the_two_secrets_are_all_that_must_be_set() -> None:
    read = settings()

    assert read.discord_token.get_secret_value() == TOKEN
    assert read.openai_api_key.get_secret_value() == KEY
    assert read.monthly_budget == 20_000_000_000
    assert read.member_daily_images == 25
    assert read.openai_base_url == OFFICIAL_IMAGE_API
    assert read.official_image_api
    assert read.http_port is None
    assert not read.message_content


def test_the_data_directory_holds_database_and_images(tmp_path: Path) -> None:
    read = settings(ATELIER_DATA_DIR=str(tmp_path))

    assert read.database_path == tmp_path / "atelier.sqlite3"
    assert read.images_dir == tmp_path / "images"


# --- faults


def test_every_fault_is_named_at_once_and_each_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_CONCURRENCY", "many")
    monkeypatch.setenv("ATELIER_MONTHLY_BUDGET", "lots")

    with pytest.raises(ConfigurationError) as refusal:
        read_settings()

    assert refusal.value.faults == (
        "DISCORD_TOKEN is not set. Copy the bot's token from Discord's developer portal, page Bot.",
        f"OPENAI_API_KEY is not set. {WHAT_TO_DO['OPENAI_API_KEY']}",
        "ATELIER_CONCURRENCY: input should be a valid integer, unable to parse string as an integer.",
        'ATELIER_MONTHLY_BUDGET: must be dollars such as 20 or 12.50, or "unlimited".',
    )
    assert str(refusal.value).startswith("The settings need a change:\n  - DISCORD_TOKEN is not set.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ATELIER_MONTHLY_BUGDET", "ATELIER_MONTHLY_BUDGET"),
        ("ATELIER_MONTLY_BUDGET", "ATELIER_MONTHLY_BUDGET"),
        ("ATELIER_BUDGET", "ATELIER_MONTHLY_BUDGET"),
        ("ATELIER_MONTHLYBUDGET", "ATELIER_MONTHLY_BUDGET"),
        ("atelier_member_daily_image", "ATELIER_MEMBER_DAILY_IMAGES"),
        ("ATELIER_DAILY_IMAGES", "ATELIER_MEMBER_DAILY_IMAGES"),
        ("ATELIER_CONCURENCY", "ATELIER_CONCURRENCY"),
        ("ATELIER_SECRET_DIR", "ATELIER_SECRETS_DIR"),
    ],
)
@pytest.mark.parametrize("in_file", [False, True])
def test_a_setting_that_is_misspelt_is_not_ignored(
    written: str, meant: str, *, in_file: bool, bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_file:
        (bare_environment / ".env").write_text(f"{written}=5\n")
    else:
        monkeypatch.setenv(written, "5")

    assert faults() == (f"{written.upper()} is not a setting. Do you mean {meant}?",)


def test_what_kubernetes_sets_for_a_service_of_our_name_is_no_misspelt_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    monkeypatch.setenv("ATELIER_PORT", "tcp://10.96.0.11:8080")
    monkeypatch.setenv("ATELIER_SERVICE_HOST", "10.96.0.11")
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    assert read_settings().http_port is None


def test_a_secret_under_another_name_is_asked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", TOKEN)

    with pytest.raises(ConfigurationError) as refusal:
        read_settings(OPENAI_API_KEY=KEY)

    assert refusal.value.faults == (
        "DISCORD_TOKEN is not set. DISCORD_BOT_TOKEN is: is that what it should be called?",
    )


def test_a_secret_that_cannot_be_read_hides_no_other_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "OPENAI_API_KEY").mkdir()
    (tmp_path / "blank").write_text("\n")
    monkeypatch.setenv("ATELIER_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "blank"))
    monkeypatch.setenv("ATELIER_CONCURRENCY", "many")
    monkeypatch.setenv("ATELIER_BUDGET", "5")

    with pytest.raises(ConfigurationError) as refusal:
        read_settings()

    assert sorted(refusal.value.faults) == sorted(
        (
            f"DISCORD_TOKEN_FILE names {tmp_path / 'blank'}, which is empty.",
            f"{tmp_path / 'OPENAI_API_KEY'} cannot be read: Is a directory.",
            "ATELIER_CONCURRENCY: input should be a valid integer, unable to parse string as an integer.",
            "ATELIER_BUDGET is not a setting. Do you mean ATELIER_MONTHLY_BUDGET?",
        )
    )


@pytest.mark.parametrize("read", [read_settings, read_data_settings])
def test_an_env_file_that_is_no_text_is_named(read: Callable[[], object], bare_environment: Path) -> None:
    (bare_environment / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe")

    with pytest.raises(ConfigurationError) as refusal:
        read()

    assert refusal.value.faults == (f"{bare_environment / '.env'} cannot be read: it is not text.",)


def test_where_secrets_lie_may_be_written_in_the_env_file(bare_environment: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "OPENAI_API_KEY").write_text(KEY)
    (bare_environment / ".env").write_text(
        f"DISCORD_TOKEN_FILE={tmp_path / 'token'}\nATELIER_SECRETS_DIR={tmp_path / 'secrets'}\n"
    )

    read = read_settings()

    assert (read.discord_token.get_secret_value(), read.openai_api_key.get_secret_value()) == (TOKEN, KEY)


@pytest.mark.parametrize("empty", ["", " \n", None])
@pytest.mark.parametrize("name", SECRETS)
def test_an_empty_secret_counts_as_not_set(name: str, empty: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {other: value for other, value in SECRETS.items() if other != name}
    if empty is not None:
        monkeypatch.setenv(name, empty)

    with pytest.raises(ConfigurationError) as refusal:
        read_settings(**others)

    assert [fault.split(".")[0] for fault in refusal.value.faults] == [f"{name} is not set"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_BASE_URL", "api.openai.com/v1"),
        ("OPENAI_BASE_URL", "ftp://example.org"),
        ("DISCORD_API_URL", "discord.com"),
        ("DISCORD_GATEWAY_URL", "https://gateway.discord.gg"),
        ("ATELIER_CONCURRENCY", "0"),
        ("ATELIER_CONCURRENCY", "65"),
        ("ATELIER_CONCURRENCY", "2.5"),
        ("ATELIER_IMAGES_PER_MINUTE", "0"),
        ("ATELIER_JOB_TIMEOUT", "4"),
        ("ATELIER_JOB_TIMEOUT", "3601"),
        ("ATELIER_JOB_TIMEOUT", "ten minutes"),
        ("ATELIER_PARTIAL_IMAGES", "4"),
        ("ATELIER_PARTIAL_IMAGES", "-1"),
        ("ATELIER_MESSAGE_CONTENT", "perhaps"),
        ("ATELIER_LOG_LEVEL", "LOUD"),
        ("ATELIER_LOG_FORMAT", "xml"),
        ("ATELIER_HTTP_PORT", "0"),
        ("ATELIER_HTTP_PORT", "65536"),
        ("ATELIER_SYNC_GUILD", "here"),
        ("ATELIER_SYNC_GUILD", "0"),
        ("ATELIER_MONTHLY_BUDGET", "-1"),
        ("ATELIER_MONTHLY_BUDGET", "1000001"),
        ("ATELIER_MONTHLY_BUDGET", "nan"),
        ("ATELIER_MONTHLY_BUDGET", "inf"),
        ("ATELIER_MONTHLY_BUDGET", "20 dollars"),
        ("ATELIER_MEMBER_DAILY_IMAGES", "-1"),
        ("ATELIER_MEMBER_DAILY_IMAGES", "2.5"),
        ("ATELIER_MEMBER_DAILY_IMAGES", "some"),
        ("ATELIER_MEMBER_DAILY_IMAGES", "٣"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    found = faults()

    assert len(found) == 1
    assert found[0].startswith(f"{name}: ")
    assert found[0].endswith(".")


# --- secrets


def test_a_secret_is_in_no_text_that_is_made_of_the_settings(caplog: pytest.LogCaptureFixture) -> None:
    read = settings()
    logging.getLogger("test").warning("settings %s %r", read, read.model_dump())

    shown = "\n".join([repr(read), str(read), str(read.model_dump()), read.model_dump_json(), caplog.text])

    assert json.loads(read.model_dump_json())["discord_token"] == "**********"
    assert TOKEN not in shown
    assert KEY not in shown


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "ATELIER_CONCURRENCY", "DISCORD_API_URL"])
def test_no_fault_repeats_the_value_that_was_given(name: str) -> None:
    found = faults(**{name: ["a-secret-in-the-wrong-place"]})

    assert found
    assert "a-secret-in-the-wrong-place" not in str(found)


def test_nobody_changes_the_settings_once_they_are_read() -> None:
    read = settings()

    with pytest.raises(ValidationError):
        setattr(read, "model", "another")  # noqa: B010 - the checkers know already that it cannot be set


# --- where they come from


def test_a_secret_may_come_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(path))

    read = read_settings(OPENAI_API_KEY=KEY)

    assert read.discord_token.get_secret_value() == TOKEN


def test_only_secrets_come_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model"
    path.write_text("gpt-image-2")
    monkeypatch.setenv("ATELIER_MODEL_FILE", str(path))

    assert settings().model == "gpt-image-2.5-flare"


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), (b"\xff\xfe\x00\xd8", "it is not text")]
)
def test_a_secret_file_that_cannot_be_read_is_named(
    content: bytes | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(path))

    with pytest.raises(ConfigurationError) as refusal:
        read_settings(OPENAI_API_KEY=KEY)

    assert refusal.value.faults == (f"DISCORD_TOKEN_FILE names {path}, which cannot be read: {reason}.",)


def test_secrets_may_lie_in_a_directory_under_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "DISCORD_TOKEN").write_text(f"{TOKEN}\n")
    (tmp_path / "OPENAI_API_KEY").write_text(KEY)
    monkeypatch.setenv("ATELIER_SECRETS_DIR", str(tmp_path))

    read = read_settings()

    assert (read.discord_token.get_secret_value(), read.openai_api_key.get_secret_value()) == (TOKEN, KEY)


def test_a_secrets_directory_that_is_not_there_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_SECRETS_DIR", str(tmp_path / "nowhere"))

    assert faults() == (f"ATELIER_SECRETS_DIR names {tmp_path / 'nowhere'}, which is not a directory.",)


def test_the_nearer_source_wins(bare_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name over environment over a named secret file over `.env` over the secrets directory."""
    sources: list[str] = []
    (tmp_path / "DISCORD_TOKEN").write_text("from the directory")
    (tmp_path / "OPENAI_API_KEY").write_text(KEY)
    monkeypatch.setenv("ATELIER_SECRETS_DIR", str(tmp_path))
    sources.append(read_settings().discord_token.get_secret_value())
    (bare_environment / ".env").write_text("DISCORD_TOKEN='from .env'\n")
    sources.append(read_settings().discord_token.get_secret_value())
    (tmp_path / "named").write_text("from a named file")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "named"))
    sources.append(read_settings().discord_token.get_secret_value())
    monkeypatch.setenv("DISCORD_TOKEN", "from the environment")
    sources.append(read_settings().discord_token.get_secret_value())
    sources.append(read_settings(DISCORD_TOKEN="by name").discord_token.get_secret_value())

    assert sources == ["from the directory", "from .env", "from a named file", "from the environment", "by name"]


def test_an_empty_variable_leaves_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_MODEL", "")
    monkeypatch.setenv("ATELIER_HTTP_PORT", "")

    assert settings().model == "gpt-image-2.5-flare"
    assert settings().http_port is None


def test_what_others_set_is_not_our_business(monkeypatch: pytest.MonkeyPatch, bare_environment: Path) -> None:
    (bare_environment / ".env").write_text("ATELIER_OF_TOMORROW=1\nSOMETHING_ELSE=2\n")
    monkeypatch.setenv("ATELIER_YESTERDAY", "3")

    assert settings().model == "gpt-image-2.5-flare"
    assert unknown_settings() == ["ATELIER_OF_TOMORROW", "ATELIER_YESTERDAY"]


def test_reading_the_ledger_needs_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_DATA_DIR", str(tmp_path))

    assert read_data_settings().database_path == tmp_path / "atelier.sqlite3"


# --- values


@pytest.mark.parametrize(
    ("typed", "nano"),
    [
        ("20", 20_000_000_000),
        ("$20", 20_000_000_000),
        (" 12.50 ", 12_500_000_000),
        ("0", 0),
        ("0.000000001", 1),
        ("0.1", 100_000_000),
        ("1000000", 1_000_000_000_000_000),
        ("unlimited", None),
        ("Unlimited", None),
    ],
)
def test_dollars_are_read_to_the_nano_dollar(typed: str, nano: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_MONTHLY_BUDGET", typed)

    assert settings().monthly_budget == nano


@pytest.mark.parametrize(("typed", "pictures"), [("25", 25), ("0", 0), (" 7 ", 7), ("UNLIMITED", None)])
def test_pictures_are_counted_in_whole_numbers(
    typed: str, pictures: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_MEMBER_DAILY_IMAGES", typed)

    assert settings().member_daily_images == pictures


@pytest.mark.parametrize(
    ("name", "attribute", "typed", "read"),
    [
        ("OPENAI_BASE_URL", "openai_base_url", "http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"),
        ("DISCORD_API_URL", "discord_api_url", " https://proxy.example/api/v10 ", "https://proxy.example/api/v10"),
        ("DISCORD_GATEWAY_URL", "discord_gateway_url", " wss://proxy.example ", "wss://proxy.example"),
        ("ATELIER_MODEL", "model", " gpt-image-2 ", "gpt-image-2"),
        ("ATELIER_LOG_LEVEL", "log_level", "debug", "DEBUG"),
        ("ATELIER_LOG_FORMAT", "log_format", "json", "json"),
        ("ATELIER_MESSAGE_CONTENT", "message_content", "on", True),
        ("ATELIER_GIF", "gif", "yes", True),
        ("ATELIER_SVG_AUTHOR", "svg_author", " gpt-6-luna ", "gpt-6-luna"),
        ("ATELIER_SVG_AUTHOR", "svg_author", "", None),
        (
            "ATELIER_MODEL_NAMES",
            "model_names",
            " gpt-image-2 = openai/gpt-image-2, GPT-image-2.5-flare=my-deployment, ",
            {"gpt-image-2": "openai/gpt-image-2", "gpt-image-2.5-flare": "my-deployment"},
        ),
        ("ATELIER_MODEL_NAMES", "model_names", "", {}),
        ("ATELIER_HTTP_PORT", "http_port", "9090", 9090),
        ("ATELIER_IMAGES_PER_MINUTE", "images_per_minute", "5", 5),
        ("ATELIER_SYNC_GUILD", "sync_guild", "123456789012345678", 123456789012345678),
    ],
)
def test_values_are_read_as_people_write_them(
    name: str, attribute: str, typed: str, read: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, typed)

    assert getattr(settings(), attribute) == read


def test_values_that_are_given_by_name_need_not_be_text() -> None:
    read = settings(ATELIER_MONTHLY_BUDGET=None, ATELIER_MEMBER_DAILY_IMAGES=3, ATELIER_LOG_LEVEL="INFO")

    assert (read.monthly_budget, read.member_daily_images) == (None, 3)


def test_the_demo_reads_nothing_but_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_MONTHLY_BUDGET", "1")
    monkeypatch.setenv("DISCORD_TOKEN", "of the real bot")

    read = GivenSettings(**SECRETS)  # type: ignore[arg-type]  # values come by alias, unvalidated

    assert read.discord_token.get_secret_value() == TOKEN
    assert read.monthly_budget == 20_000_000_000


def test_another_endpoint_is_not_the_provider() -> None:
    assert not settings(OPENAI_BASE_URL="http://127.0.0.1:1/v1").official_image_api


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("gpt-image-2", "must be pairs such as"),
        ("gpt-image-2=", "must be pairs such as"),
        ("=mine", "must be pairs such as"),
        ("gpt-image-2=my deployment", "must be pairs such as"),
        ("gpt-image-2=a,GPT-Image-2=b", "names GPT-Image-2 twice"),
    ],
)
def test_names_of_models_come_in_pairs(typed: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_MODEL_NAMES", typed)

    with pytest.raises(ConfigurationError) as told:
        settings()

    assert says in str(told.value)
    assert "ATELIER_MODEL_NAMES: " in str(told.value)


PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("environment", "address", "proxy"),
    [
        ({}, "https://discord.com/api", None),
        ({"HTTPS_PROXY": PROXY}, "https://discord.com/api", PROXY),
        ({"https_proxy": PROXY}, "wss://gateway.discord.gg", PROXY),
        ({"HTTPS_PROXY": "proxy.example:3128"}, "https://discord.com/api", PROXY),
        ({"ALL_PROXY": PROXY}, "https://discord.com/api", PROXY),
        ({"HTTP_PROXY": PROXY}, "https://discord.com/api", None),
        ({"HTTP_PROXY": PROXY}, "http://discord.test:8080/api", PROXY),
        ({"HTTP_PROXY": PROXY}, "http://127.0.0.1:8080/api", None),
        ({"HTTP_PROXY": PROXY}, "http://127.9.9.9:8080/api", None),
        ({"HTTP_PROXY": PROXY}, "http://[::1]:8080/api", None),
        ({"HTTP_PROXY": PROXY}, "http://localhost/api", None),
        ({"HTTP_PROXY": PROXY}, "http://discord.localhost:8080/api", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "discord.com"}, "https://discord.com/api", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, "https://discord.com/api", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "other.example"}, "https://discord.com/api", PROXY),
    ],
)
def test_proxies_are_those_of_the_environment(
    environment: dict[str, str], address: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert proxy_of(address) == proxy


def test_a_proxy_of_another_kind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5h://proxy.example:1080")

    with pytest.raises(ConfigurationError, match="ALL_PROXY must be the address of an HTTP proxy"):
        proxy_of("https://discord.com/api")
