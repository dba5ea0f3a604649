"""What Slack knows of a person, asked when they are first seen: until then nobody knows whether they are a guest."""

import structlog
from pydantic import BaseModel, Field, ValidationError
from slack_sdk.errors import SlackApiError

from bot.client import SlackConnection
from bot.tokens import Installation
from core.errors import Busy, Forbidden
from core.workspaces import Profile, is_elsewhere

log = structlog.get_logger()


class _SlackProfile(BaseModel):
    real_name: str | None = None
    display_name: str | None = None
    email: str | None = None


class _SlackUser(BaseModel):
    """A user object (docs.slack.dev/reference/objects/user-object)."""

    team_id: str | None = None
    name: str | None = None
    real_name: str | None = None
    tz: str | None = None
    locale: str | None = None
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    profile: _SlackProfile = Field(default_factory=_SlackProfile)


class _Answer(BaseModel):
    user: _SlackUser


class Introductions:
    """Asks Slack who somebody is."""

    def __init__(self, slack: SlackConnection) -> None:
        self._slack = slack

    def profile(self, installed: Installation, user_id: str) -> Profile:
        """A person as Slack knows them (users.info). Takes a call to Slack: never inside a transaction.

        Raises Busy("introduction_failed") where Slack cannot say, Forbidden("outsider") where it does not know them.
        """
        try:
            answer = self._slack.client(installed.bot_token).users_info(user=user_id, include_locale=True)
            user = _Answer.model_validate({"user": answer.get("user")}).user
        except SlackApiError as error:
            code = str(error.response.get("error"))
            log.warning("introduction_failed", error=code)
            if code in ("user_not_found", "user_not_visible"):
                raise Forbidden("outsider") from error
            raise Busy("introduction_failed") from error
        except (ConnectionError, ValidationError) as error:
            log.warning("introduction_failed", error=type(error).__name__)
            raise Busy("introduction_failed") from error
        return Profile(
            name=user.real_name or user.profile.real_name or user.profile.display_name or user.name or "",
            email=user.profile.email or "",
            tz=user.tz or "",
            locale=user.locale or "",
            guest=is_elsewhere(user.team_id or "", installed.team_id)
            or user.is_stranger
            or user.is_restricted
            or user.is_ultra_restricted
            or user.is_bot,
        )
