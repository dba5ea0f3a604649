"""The HTTP process: everything Slack sends, and what a load balancer asks."""

from flask import Flask, Response, request
from slack_bolt.adapter.flask import SlackRequestHandler

from bot.app import build_app
from web import health, links, metrics, sendgrid, unsubscribe
from web.parts import Parts

BODY_MAX_BYTES = 2 * 1024 * 1024
"""A view may have 250 KB (docs.slack.dev/surfaces/modals); inside a form, percent-encoded, three times that."""


def create_app(parts: Parts) -> Flask:
    """The Flask app over the parts of a process. Connects to nothing until it is asked something."""
    app = Flask("rapport", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX_BYTES
    slack = SlackRequestHandler(
        build_app(
            signing_secret=parts.signing_secret,
            tokens=parts.tokens,
            database=parts.database,
            clock=parts.clock,
            slack=parts.slack,
            later=parts.later,
            site=parts.site,
        )
    )

    @app.post("/slack/events")
    def slack_events() -> Response:
        return slack.handle(request)

    unsubscribe.mount(app, parts.database, parts.clock, parts.secret)
    sendgrid.mount(app, parts.database, parts.clock, parts.events_key, parts.inbound_key)
    links.mount(app)
    health.mount(app, parts.database)
    metrics.mount(app, parts.database)
    return app
