"""The page behind the link below each mail: no more e-mail, or some again, without a login.

GET only shows what can be done: scanners follow every link of a mail. POST does it at once, also the one that a mail
program makes by itself (RFC 8058: one click, no cookie, no redirect).
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask import Flask, Response, abort, render_template_string, request
from sqlalchemy.exc import NoResultFound

from core.context import Clock
from core.db import Database
from core.emails import optouts
from core.emails.reader_words import FALLBACK, WORDS
from core.emails.tokens import UNSUBSCRIBE_PATH, read_unsubscribe
from core.errors import Busy
from core.workspaces import system_ctx

SOURCE = "unsubscribe page"
RESUME = "resume"
ATTEMPTS = 3
PAGE = """<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{{ title }}</title>
<style>
body { font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 12vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; text-wrap: balance; }
p { margin: 0 0 1.5rem; }
button { font: inherit; min-height: 2.75rem; padding: .6rem 1.25rem; border: 2px solid #1d4e4a; border-radius: .4rem;
  background: #1d4e4a; color: #fff; cursor: pointer; }
button.quiet { background: transparent; color: inherit; border-color: currentColor; }
button:focus-visible { outline: 3px solid #d97706; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
<p>{{ text }}</p>
{% if button %}
<form method="post" action="">
<button{% if act %} class="quiet" name="act" value="{{ act }}"{% endif %}>{{ button }}</button>
</form>
{% endif %}
</main>
</body>
</html>
"""


class Stands(StrEnum):
    """What the page is about."""

    ASK = "ask"
    STOPPED = "stopped"
    RESUMED = "resumed"
    HELD = "held"
    """They want some again, and yet another reason stands in the way."""
    BROKEN = "broken"


@dataclass(frozen=True)
class Found:
    """How things stand, and who writes; empty where that is not known."""

    stands: Stands
    company: str = ""


def mount(app: Flask, database: Database, clock: Clock, secret: str) -> None:
    """Serve the page; without a secret there are no links that lead to it, and nothing is served."""
    if not secret:
        return

    @app.get(f"{UNSUBSCRIBE_PATH}/<signed>")
    def unsubscribe_page(signed: str) -> Response:
        return _page(_look(database, clock, secret, signed))

    @app.post(f"{UNSUBSCRIBE_PATH}/<signed>")
    def unsubscribe(signed: str) -> Response:
        try:
            return _page(_act(database, clock, secret, signed, resume=request.form.get("act") == RESUME))
        except Busy:
            abort(503)


def _look(database: Database, clock: Clock, secret: str, signed: str) -> Found:
    named = read_unsubscribe(secret, signed)
    if named is None:
        return Found(Stands.BROKEN)
    workspace_id, email_id = named
    try:
        with database.begin(workspace_id) as session:
            ctx = system_ctx(session, clock, workspace_id, SOURCE)
            stopped = optouts.is_stopped(ctx, email_id)
            return Found(Stands.STOPPED if stopped else Stands.ASK, ctx.workspace.name)
    except NoResultFound:
        return Found(Stands.ASK)


def _act(database: Database, clock: Clock, secret: str, signed: str, *, resume: bool) -> Found:
    """The same answer whether or not the mail is still here: a link that we signed is as good as its word."""
    named = read_unsubscribe(secret, signed)
    if named is None:
        return Found(Stands.BROKEN)
    attempts = 0
    while True:
        attempts += 1
        try:
            return _write(database, clock, *named, resume=resume)
        except Busy:
            # A mail program that unsubscribes does not come again.
            if attempts == ATTEMPTS:
                raise


def _write(database: Database, clock: Clock, workspace_id: UUID, email_id: UUID, *, resume: bool) -> Found:
    """How things stand then; without a name where the workspace is not there (any more)."""
    try:
        with database.begin(workspace_id) as session:
            ctx = system_ctx(session, clock, workspace_id, SOURCE)
            if not resume:
                optouts.stop(ctx, email_id)
                return Found(Stands.STOPPED, ctx.workspace.name)
            written_to = optouts.resume(ctx, email_id)
            return Found(Stands.RESUMED if written_to else Stands.HELD, ctx.workspace.name)
    except NoResultFound:
        return Found(Stands.RESUMED if resume else Stands.STOPPED)


def _page(found: Found) -> Response:
    language = request.accept_languages.best_match(list(WORDS), FALLBACK) or FALLBACK
    words = WORDS[language]
    act = ""
    match found.stands:
        case Stands.ASK:
            title = words.ask_title.format(company=found.company) if found.company else words.ask_title_plain
            text, button = words.ask_text, words.stop
        case Stands.RESUMED:
            title, text, button = words.resumed_title, words.resumed_text, words.stop
        case Stands.HELD:
            title, text, button = words.held_title, words.held_text, words.stop
        case Stands.STOPPED:
            title, text, button, act = words.done_title, words.done_text, words.resume, RESUME
        case Stands.BROKEN:
            title, text, button = words.broken_title, words.broken_text, ""
    page = Response(
        render_template_string(PAGE, language=language, title=title, text=text, button=button, act=act),
        status=404 if found.stands is Stands.BROKEN else 200,
        mimetype="text/html",
    )
    page.headers["Cache-Control"] = "no-store"
    page.headers["Vary"] = "Accept-Language"
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Content-Type-Options"] = "nosniff"
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return page
