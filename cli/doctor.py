"""`rapport doctor`: is everything as it must be, and if not, what is to be done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rich.markup import escape
from rich.table import Table
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot.client import SlackConnection
from cli.console import OUT
from core.context import SystemClock
from core.db import Database, PrivilegedLogin
from core.secrets import NoUsableKey, Secrets
from core.settings import Settings, SettingsError
from migrations.run import current_and_head
from notifications.email import SendGridSender
from notifications.failures import Failure
from web.database import database_for
from web.manifest import SCOPES
from web.sendgrid import public_keys

MAIL_SCOPE = "mail.send"
"""What a key of SendGrid has to be allowed (twilio.com/docs/sendgrid/api-reference/api-key-permissions)."""


class Mark(StrEnum):
    """How a check ended."""

    OK = "ok"
    HINT = "hint"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `fix` says what to do where it is not well."""

    what: str
    mark: Mark
    found: str
    fix: str = ""


def examine(settings: Settings) -> list[Check]:
    """Look at everything, in the order in which things are set up."""
    return [
        *check_settings(settings),
        *check_database(settings),
        *check_slack(settings),
        *check_mail(settings),
    ]


def report(checks: Iterable[Check]) -> bool:
    """Print the table. True where there is no problem."""
    table = Table("What", "", "Found", "What to do", title="Rapport", title_justify="left")
    colors = {Mark.OK: "green", Mark.HINT: "yellow", Mark.PROBLEM: "red"}
    well = True
    for check in checks:
        well = well and check.mark is not Mark.PROBLEM
        mark = f"[{colors[check.mark]}]{check.mark.value}[/]"
        table.add_row(check.what, mark, escape(check.found), escape(check.fix))
    OUT.print(table)
    return well


def check_settings(settings: Settings) -> Iterator[Check]:
    """What the environment says, without asking anybody."""
    over_socket = bool(settings.slack_app_token.get_secret_value())
    if settings.slack_signing_secret.get_secret_value():
        yield Check("Signing secret", Mark.OK, "set")
    elif over_socket:
        yield Check("Signing secret", Mark.HINT, "not set", "Only `rapport web` needs it; `rapport socket` does not.")
    else:
        yield Check(
            "Signing secret", Mark.PROBLEM, "not set", "Slack app settings, Basic Information: SLACK_SIGNING_SECRET."
        )
    yield _public_url(settings, over_socket=over_socket)
    yield from _keys(settings)


def _public_url(settings: Settings, *, over_socket: bool) -> Check:
    if settings.public_url.startswith("https://"):
        return Check("Public address", Mark.OK, settings.public_url)
    if over_socket and not settings.public_url:
        return Check("Public address", Mark.OK, "not needed: Socket Mode")
    return Check(
        "Public address",
        Mark.HINT,
        settings.public_url or "not set",
        "Set PUBLIC_URL to the https address Slack reaches, and make the app with `rapport manifest --url` of it.",
    )


def _keys(settings: Settings) -> Iterator[Check]:
    keys = settings.encryption_keys.get_secret_value()
    if not keys:
        if not settings.slack_bot_token.get_secret_value():
            yield Check("Bot token", Mark.PROBLEM, "not set", "Install the app, then set SLACK_BOT_TOKEN (xoxb-…).")
        return
    try:
        Secrets(keys)
    except NoUsableKey as error:
        yield Check("Encryption keys", Mark.PROBLEM, str(error), "Make one with cryptography's Fernet.generate_key().")
    else:
        yield Check("Encryption keys", Mark.OK, "usable")


def check_database(settings: Settings) -> Iterator[Check]:
    """Whether it answers, as whom, and with which tables."""
    name = "DATABASE_URL" if settings.database_url else "embedded, under .rapport/"
    try:
        with database_for(settings) as url:
            yield from _check_server(url, name)
    except (SQLAlchemyError, OSError) as error:
        yield Check("Database", Mark.PROBLEM, f"{name}: {_first_line(error)}", "Is the server up, and the URL right?")


def _check_server(url: str, name: str) -> Iterator[Check]:
    database = Database(url, pool_size=1)
    try:
        with database.engine.connect() as connection:
            yield Check("Database", Mark.OK, name)
            yield Check("Database role", Mark.OK, "rapport_app: row-level security holds")
            current, head = current_and_head(connection)
    except PrivilegedLogin as error:
        yield Check("Database role", Mark.PROBLEM, str(error), "Run `rapport migrate` with the owner's login.")
        return
    except SQLAlchemyError as error:
        fix = "Is the server up, and the URL right? A new database needs `rapport migrate` first."
        yield Check("Database", Mark.PROBLEM, f"{name}: {_first_line(error)}", fix)
        return
    finally:
        database.dispose()
    if current == head:
        yield Check("Tables", Mark.OK, f"revision {head}")
    else:
        found = f"revision {current or 'none'}, this version needs {head}"
        yield Check("Tables", Mark.PROBLEM, found, "Run `rapport migrate`.")


def check_slack(settings: Settings) -> Iterator[Check]:
    """Whether Slack knows the tokens, and what it lets them do."""
    slack = SlackConnection(settings.slack_api_url)
    bot_token = settings.slack_bot_token.get_secret_value()
    if bot_token:
        yield from _check_bot(slack, bot_token)
    app_token = settings.slack_app_token.get_secret_value()
    if app_token:
        yield _check_socket(slack, app_token)


def _check_bot(slack: SlackConnection, token: str) -> Iterator[Check]:
    try:
        answer = slack.client(token).auth_test()
    except (SlackApiError, ConnectionError) as error:
        yield Check("Slack", Mark.PROBLEM, _why(error), "Copy the bot token (xoxb-…) from OAuth & Permissions again.")
        return
    yield Check("Slack", Mark.OK, f"{answer.get('team')} ({answer.get('team_id')}), as {answer.get('user')}")
    granted = _scopes({str(name).lower(): value for name, value in dict(answer.headers).items()}.get("x-oauth-scopes"))
    missing = [scope for scope in SCOPES if scope not in granted]
    if missing:
        fix = "Paste manifest.yaml into the app's settings and install it again."
        yield Check("Scopes", Mark.PROBLEM, f"missing: {', '.join(missing)}", fix)
    else:
        yield Check("Scopes", Mark.OK, "all there")


def _check_socket(slack: SlackConnection, token: str) -> Check:
    try:
        slack.client(token).apps_connections_open(app_token=token)
    except (SlackApiError, ConnectionError) as error:
        fix = "Make an app-level token with the scope connections:write, and turn Socket Mode on."
        return Check("Socket Mode", Mark.PROBLEM, _why(error), fix)
    return Check("Socket Mode", Mark.OK, "a connection can be opened")


def check_mail(settings: Settings) -> Iterator[Check]:
    """Whether mail can leave, be unsubscribed from and be answered; only hints where no mail is to be sent."""
    if not settings.sendgrid_api_key.get_secret_value():
        yield Check("Mail", Mark.HINT, "shown in the terminal", "Set SENDGRID_API_KEY to send mail.")
        return
    yield _check_sendgrid(settings)
    yield _check_pages(settings)
    yield _set(
        "Sender", settings.mail_from, "MAIL_FROM: an address of a domain that is authenticated at SendGrid.", Mark.HINT
    )
    yield _set(
        "Answers",
        settings.inbound_domain,
        "INBOUND_DOMAIN: a subdomain whose MX is mx.sendgrid.net. Without it answers go to the reps' own addresses, "
        "and Rapport does not see them.",
        Mark.HINT,
    )
    for name, key, shown in (
        ("Events webhook", settings.sendgrid_events_public_key, "SENDGRID_EVENTS_PUBLIC_KEY"),
        ("Inbound webhook", settings.sendgrid_inbound_public_key, "SENDGRID_INBOUND_PUBLIC_KEY"),
    ):
        yield _check_key(name, key, shown)


def _check_sendgrid(settings: Settings) -> Check:
    sender = SendGridSender(settings.sendgrid_api_key.get_secret_value(), settings.sendgrid_api_url, SystemClock())
    try:
        scopes = sender.scopes()
    except Failure as failure:
        return Check(
            "SendGrid", Mark.PROBLEM, failure.reason, "Is SENDGRID_API_KEY right, and SENDGRID_API_URL reachable?"
        )
    if MAIL_SCOPE not in scopes:
        return Check("SendGrid", Mark.PROBLEM, "the key may not send mail", "Give it the permission Mail Send.")
    return Check("SendGrid", Mark.OK, "the key may send mail")


def _check_pages(settings: Settings) -> Check:
    """What the links to unsubscribe need."""
    secret = settings.secret_key.get_secret_value()
    if secret and settings.public_url.startswith("https://"):
        return Check("Unsubscribe page", Mark.OK, f"{settings.public_url.rstrip('/')}/u/…")
    missing = [name for name, there in (("SECRET_KEY", secret), ("PUBLIC_URL", settings.public_url)) if not there]
    if missing:
        found = f"{' and '.join(missing)} not set"
        fix = "Without both no mail is sent. SECRET_KEY: openssl rand -hex 32; PUBLIC_URL: where `rapport web` is."
        return Check("Unsubscribe page", Mark.PROBLEM, found, fix)
    return Check("Unsubscribe page", Mark.HINT, settings.public_url, "One click needs https (RFC 8058).")


def _check_key(what: str, key: str, name: str) -> Check:
    if not key:
        return Check(what, Mark.HINT, "not set", f"Switch its signature on at SendGrid and set {name}.")
    try:
        public_keys(key, name)
    except SettingsError as error:
        return Check(what, Mark.PROBLEM, str(error), "Copy the verification key from SendGrid again.")
    return Check(what, Mark.OK, "its signatures can be verified")


def _set(what: str, value: str, fix: str, otherwise: Mark) -> Check:
    return Check(what, Mark.OK, value) if value else Check(what, otherwise, "not set", fix)


def _scopes(header: object) -> set[str]:
    text = ",".join(header) if isinstance(header, list) else str(header or "")
    return {scope.strip() for scope in text.split(",") if scope.strip()}


def _why(error: SlackApiError | ConnectionError) -> str:
    if isinstance(error, SlackApiError):
        return f"Slack says {error.response.get('error')}"
    return "Slack cannot be reached"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
