"""The environment, read and checked once at start; every problem is reported at the same time."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.normalise import Unusable, email

EMBEDDED_DIR = Path(".rapport")
SECRET_MIN = 16
"""Characters of the key that signs links which never expire."""
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")


class SettingsError(Exception):
    """The environment cannot be used; the message names every variable at fault, one a line."""


class Settings(BaseSettings):
    """All settings of all processes (README lists them for people). Secrets never show in a repr."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = ""
    database_admin_url: str = ""

    slack_signing_secret: SecretStr = SecretStr("")
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"

    sendgrid_api_key: SecretStr = SecretStr("")
    sendgrid_api_url: str = "https://api.sendgrid.com"
    sendgrid_events_public_key: str = ""
    sendgrid_inbound_public_key: str = ""
    mail_from: str = ""
    inbound_domain: str = ""

    public_url: str = ""
    secret_key: SecretStr = SecretStr("")
    encryption_keys: SecretStr = SecretStr("")

    port: int = Field(default=8000, ge=0, le=65535)
    web_concurrency: int = Field(default=1, ge=1, le=64)
    """Web processes on this machine."""
    rapport_clock_file: Path | None = None
    """Seconds added to the clock, as a number in a file: how the demo jumps to tomorrow. Unset in production."""

    @model_validator(mode="after")
    def _urls_end_with_a_slash(self) -> "Settings":
        if not self.slack_api_url.startswith(("http://", "https://")):
            raise ValueError("SLACK_API_URL must start with http:// or https://")
        if not self.slack_api_url.endswith("/"):
            object.__setattr__(self, "slack_api_url", self.slack_api_url + "/")
        return self

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, text: str) -> str:
        try:
            return email(text) if text.strip() else ""
        except Unusable as error:
            raise ValueError("this is no e-mail address (sales@example.com, without a name)") from error

    @field_validator("inbound_domain")
    @classmethod
    def _domain(cls, text: str) -> str:
        domain = text.strip().lower().rstrip(".")
        if domain and not _DOMAIN.fullmatch(domain):
            raise ValueError("this is no domain (replies.example.com, without @ or https://)")
        return domain

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if text and any(len(one.strip()) < SECRET_MIN for one in text.split(",")):
            raise ValueError(f"each needs at least {SECRET_MIN} characters: openssl rand -hex 32")
        return secret

    def require(self, *names: str) -> None:
        """Check that the named settings are set.

        Raises SettingsError naming every one that is missing.
        """
        missing = [name.upper() for name in names if not _is_set(getattr(self, name))]
        if missing:
            raise SettingsError("\n".join(f"{name} is not set" for name in missing))


def _is_set(value: object) -> bool:
    return bool(value.get_secret_value()) if isinstance(value, SecretStr) else bool(value)


def load_settings(**overrides: object) -> Settings:
    """Read the environment (and .env), with overrides for tests and the demo.

    Raises SettingsError with one line for each variable that cannot be used.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each value
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc']).upper() or 'settings'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from error
