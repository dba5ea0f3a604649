"""The product as it is measured: all of it, but for calls to Slack, which the floor does not make either."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from typing import Any

from flask import Flask

from bench import webhook
from bench.payloads import BOT, SIGNING_SECRET, TEAM
from bot.client import SlackConnection
from bot.tokens import Installation
from core.context import SystemClock
from core.db import Database
from web.app import create_app
from web.parts import POOL_SIZE, Parts


class OneTeam:
    """The bench's workspace, known without asking."""

    def find(self, team_id: str) -> Installation | None:
        """The installation."""
        return Installation(TEAM, "xoxb-bench", BOT) if team_id == TEAM else None


class Never(Executor):
    """Drops what would follow the answer: a confirmation in Slack."""

    def submit(self, _fn: Callable[..., Any], /, *_args: Any, **_kwargs: Any) -> Future[Any]:
        """Do nothing."""
        return Future()


class Catching(SlackConnection):
    """Answers what is asked before anything is measured, and keeps the window that would be opened, to fill it in."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9/api/")
        self.view: Mapping[str, object] = {}

    def client(self, token: str) -> Any:  # noqa: ARG002
        """Something that takes views.open."""
        return self

    def users_info(self, *, user: str, **_more: object) -> dict[str, object]:
        """A person, as Slack would describe them."""
        return {"ok": True, "user": {"id": user, "team_id": TEAM, "name": "bench", "tz": "UTC", "locale": "en-US"}}

    def views_open(self, *, trigger_id: str, view: Mapping[str, object]) -> None:  # noqa: ARG002
        """Keep the window."""
        self.view = view


def make_parts(database: Database) -> Parts:
    """The product's parts for the bench."""
    return Parts(SIGNING_SECRET, OneTeam(), database, SystemClock(), Catching(), Never(), events_key=webhook.PUBLIC_KEY)


def make_app(url: str) -> tuple[Flask, Callable[[], None]]:
    """The app and what closes it, for web.serve.run_gunicorn."""
    database = Database(url, pool_size=POOL_SIZE)
    return create_app(make_parts(database)), database.dispose
