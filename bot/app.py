"""The Bolt app: one listener for each kind of payload, all of them on our own route table.

Bolt walks its listeners one by one, and by default answers through a thread pool that looks for the answer every 10 ms;
one listener a kind and `process_before_response` cost neither.
"""

import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from slack_bolt import Ack, App, BoltContext
from slack_bolt.authorization import AuthorizeResult

import bot.handlers
from bot import payloads
from bot.client import SlackConnection
from bot.interaction import Interactions
from bot.tokens import Installation, Tokens
from core.context import Clock
from core.db import Database

log = structlog.get_logger()
ANYTHING = re.compile(r".*", re.DOTALL)
Body = dict[str, Any]
T = TypeVar("T")


def build_app(
    *,
    signing_secret: str,
    tokens: Tokens,
    database: Database,
    clock: Clock,
    slack: SlackConnection,
    later: Executor,
    site: str = "",
) -> App:
    """The app, with every handler of the product registered. `later` runs calls to Slack after the answer; `site` is
    where the product's pages are.
    """
    bot.handlers.register_all()
    interactions = Interactions(database, clock, slack, later, site)

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        found = tokens.find(team_id or enterprise_id or "")
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=None, team_id=found.team_id, bot_token=found.bot_token, bot_user_id=found.bot_user_id
        )

    app = App(
        name="rapport",  # or Bolt reads the source of everything on the stack to find a file's name
        signing_secret=signing_secret,
        # The SDK's annotation forgets that None means "not installed", which its own code handles.
        authorize=authorize,  # type: ignore[arg-type]
        process_before_response=True,
        token_verification_enabled=False,
        raise_error_for_unhandled_request=False,
        attaching_function_token_enabled=False,
    )
    _listen(app, interactions)
    return app


def _listen(app: App, interactions: Interactions) -> None:
    def command(ack: Ack, body: Body, context: BoltContext) -> None:
        _answer(ack, lambda: interactions.command(payloads.parse_command(body), _installed(context)))

    def action(ack: Ack, body: Body, context: BoltContext) -> None:
        _answer(ack, lambda: interactions.action(payloads.parse_interactive(body), _installed(context)))

    def submission(ack: Ack, body: Body, context: BoltContext) -> None:
        _answer(ack, lambda: interactions.submission(payloads.parse_interactive(body), _installed(context)))

    def suggestion(ack: Ack, body: Body, context: BoltContext) -> None:
        _answer(ack, lambda: interactions.suggestion(payloads.parse_interactive(body), _installed(context)))

    def shortcut(ack: Ack, body: Body, context: BoltContext) -> None:
        _answer(ack, lambda: interactions.shortcut(payloads.parse_interactive(body), _installed(context)))

    def closed(ack: Ack) -> None:
        ack()

    def event(body: Body, context: BoltContext) -> None:
        # Acknowledged by Bolt itself. Nothing may fail here: Slack would repeat it, to no better end.
        _work(lambda: interactions.event(payloads.parse_event(body), _installed(context)))

    app.command(ANYTHING)(command)
    app.action(ANYTHING)(action)
    app.view_submission(ANYTHING)(submission)
    app.view_closed(ANYTHING)(closed)
    app.options(ANYTHING)(suggestion)
    app.shortcut(ANYTHING)(shortcut)
    app.event(ANYTHING)(event)


def _answer(ack: Ack, work: Callable[[], dict[str, Any] | None]) -> None:
    """Acknowledge with what the work returns. No exception reaches Bolt: it would become an empty page after 3 s."""
    answer = _work(work)
    if not answer:
        ack()
    elif "response_action" in answer or "options" in answer or "option_groups" in answer:
        ack(**answer)
    else:
        ack(**{name: value for name, value in answer.items() if name not in ("unfurl_links", "unfurl_media")})


def _work(work: Callable[[], T]) -> T | None:
    """What the work returns; None where it failed on the way to the interaction or back, which only the log hears."""
    try:
        return work()
    except ValidationError as error:
        # Where it is wrong, never what stands there: it is a customer's.
        log.error("payload_not_understood", problems=error.errors(include_input=False, include_url=False))
    except Exception:
        log.exception("answer_failed")
    return None


def _installed(context: BoltContext) -> Installation:
    found = context.authorize_result
    if found is None:
        raise RuntimeError("Bolt let an unauthorized request through")
    return Installation(found.team_id or "", found.bot_token or "", found.bot_user_id or "")
