"""The two hot paths: each is asked of the product once, to keep its SQL and its answer for the floor."""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask.testing import FlaskClient

from bench.capture import Recording, recording
from bench.payloads import BLANK_NAME, Scenario, command_form, http_request, new_name
from bench.product import Catching, make_parts
from core.db import Database
from web.app import create_app

WARM_REQUESTS = 8
"""Statements are compiled and connections opened before anything is recorded."""


@dataclass(frozen=True)
class HotPath:
    """A hot path: what is sent, what a right answer has in it, and where the recording is."""

    scenario: Scenario
    expect: str
    recorded: Path


def hot_paths(url: str, place: Path) -> Iterator[HotPath]:
    """The command and the submission, recorded on this database."""
    database = Database(url)
    parts = make_parts(database)
    client = create_app(parts).test_client()
    _ask(client, urlencode(command_form("new Lena Fischer, Acme GmbH", 1)))
    submit = Scenario("modal submission that creates a lead", _filled(cast("Catching", parts.slack).view))
    show = Scenario("/lead view L-1")
    for scenario in (submit, show):
        for _ in range(WARM_REQUESTS):
            _ask(client, scenario.body(new_name()))
    yield HotPath(show, "L-1", _record(database, client, show, place / "command"))
    yield HotPath(submit, "clear", _record(database, client, submit, place / "submission"))
    database.dispose()


def _record(database: Database, client: FlaskClient, scenario: Scenario, path: Path) -> Path:
    name = new_name()
    with recording(database.engine) as statements:
        answer = _ask(client, scenario.body(name))
    path.write_bytes(pickle.dumps((Recording(statements, name if scenario.view else ""), answer)))
    return path


def _ask(client: FlaskClient, body: str) -> bytes:
    """Sent without a server: signed as over HTTP. Raises RuntimeError where it is not answered."""
    head, _, data = http_request(body, ("127.0.0.1", 0)).partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    answer = client.post("/slack/events", data=data, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"the product answered {answer.status_code}")
    return answer.data


def _filled(view: Mapping[str, Any]) -> dict[str, Any]:
    """The window as Slack sends it back, with a name typed in and everything else left empty."""
    values: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        element = block.get("element")
        if block["type"] != "input" or element is None:
            continue
        typed: dict[str, Any] = {"type": element["type"]}
        if element["type"].endswith("_input"):
            typed["value"] = BLANK_NAME if block["label"]["text"] == "Name" else None
        values.setdefault(block["block_id"], {})[element["action_id"]] = typed
    return {**view, "state": {"values": values}, "previous_view_id": None, "root_view_id": "V0"}
