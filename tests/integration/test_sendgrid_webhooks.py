"""The two webhooks: what is verified, what is stored, and what they answer."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import undefer
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from core.db import Database
from core.enums import InboxKind
from core.models import InboxItem
from core.models.inbox import HOUSE
from core.settings import SettingsError
from tests.factories import START, FixedClock
from web import sendgrid
from web.sendgrid import EVENTS, INBOUND, SIGNATURE, TIMESTAMP

SAMPLES = Path(__file__).parents[1] / "samples" / "sendgrid" / "signed-events"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.body"))
KEY = ec.generate_private_key(ec.SECP256R1())
MB = 1024 * 1024


def public(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> str:
    """The key as SendGrid shows it."""
    shown = key.public_key() if isinstance(key, ec.EllipticCurvePrivateKey) else key
    return base64.b64encode(shown.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def signed(body: bytes, at: datetime = START, key: ec.EllipticCurvePrivateKey = KEY) -> dict[str, str]:
    """The headers SendGrid would send with this body."""
    timestamp = str(int(at.timestamp()))
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
    return {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: timestamp, "Content-Type": "application/json"}


@dataclass
class Door:
    """The product's two addresses, and what came to be stored."""

    database: Database
    clock: FixedClock
    app: Flask

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> TestResponse:
        return self.app.test_client().post(path, data=body, headers=headers)

    def stored(self) -> list[InboxItem]:
        with self.database.begin(HOUSE) as session:
            return list(session.scalars(select(InboxItem).order_by(InboxItem.id).options(undefer(InboxItem.body))))


def make_door(database: Database, events_key: str = public(KEY), inbound_key: str = public(KEY)) -> Door:
    """An app with nothing but the webhooks, and the 2 MB that hold for everything else."""
    app, clock = Flask("door"), FixedClock()
    app.config["MAX_CONTENT_LENGTH"] = 2 * MB
    sendgrid.mount(app, database, clock, events_key, inbound_key)
    return Door(database, clock, app)


@pytest.fixture
def door(database: Database) -> Iterator[Door]:
    """Both webhooks on a key of the test's, and an empty inbox before and after."""
    empty(database)
    yield make_door(database)
    empty(database)


def empty(database: Database) -> None:
    with database.begin(HOUSE) as session:
        session.execute(delete(InboxItem))


# -- genuine bodies -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Genuine:
    """A body that SendGrid signed."""

    body: bytes
    headers: dict[str, str]
    key: str

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(int(self.headers[TIMESTAMP]), UTC)


def genuine(name: str) -> Genuine:
    told = json.loads((SAMPLES / f"{name}.json").read_text())
    headers = {SIGNATURE: told[SIGNATURE], TIMESTAMP: told[TIMESTAMP]}
    return Genuine((SAMPLES / f"{name}.body").read_bytes(), headers, told["public_key"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("door")
def test_what_sendgrid_signed_is_stored_byte_for_byte(database: Database, name: str) -> None:
    sample = genuine(name)
    door = make_door(database, events_key=sample.key)
    door.clock.set(sample.at)
    assert door.post(EVENTS, sample.body, sample.headers).status_code == 200
    (item,) = door.stored()
    assert (item.kind, item.body, item.size) == (InboxKind.EVENTS, sample.body, len(sample.body))
    assert item.headers["timestamp"] == sample.headers[TIMESTAMP]
    assert (item.received_at, item.next_at, item.attempts) == (sample.at, sample.at, 0)


Forgery = Callable[[Genuine], tuple[bytes, dict[str, str]]]
FORGERIES: dict[str, Forgery] = {
    "first byte": lambda one: (b"{" + one.body[1:], one.headers),
    "a byte in the middle": lambda one: (one.body.replace(b"@", b"#", 1), one.headers),
    "last line end gone": lambda one: (one.body.rstrip(b"\r\n"), one.headers),
    "line ends rewritten": lambda one: (one.body.replace(b"\r\n", b"\n"), one.headers),
    "read and written as JSON": lambda one: (json.dumps(json.loads(one.body)).encode(), one.headers),
    "no signature": lambda one: (one.body, {TIMESTAMP: one.headers[TIMESTAMP]}),
    "no timestamp": lambda one: (one.body, {SIGNATURE: one.headers[SIGNATURE]}),
    "another timestamp": lambda one: (one.body, one.headers | {TIMESTAMP: str(int(one.headers[TIMESTAMP]) - 1)}),
    "timestamp that is no number": lambda one: (one.body, one.headers | {TIMESTAMP: "soon"}),
    "timestamp beyond all time": lambda one: (one.body, one.headers | {TIMESTAMP: "9" * 40}),
    "signature that is no base64": lambda one: (one.body, one.headers | {SIGNATURE: "%%%"}),
    "signature of other bytes": lambda one: (one.body, signed(b"[]", one.at)),
    "empty signature": lambda one: (one.body, one.headers | {SIGNATURE: ""}),
    "nothing in it": lambda one: (b"", one.headers),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("name", NAMES)
def test_changed_in_one_thing_it_is_refused(door: Door, name: str, forgery: Forgery) -> None:
    sample = genuine(name)
    strict = make_door(door.database, events_key=sample.key)
    strict.clock.set(sample.at)
    body, headers = forgery(sample)
    assert strict.post(EVENTS, body, headers).status_code == 403
    assert door.stored() == []


@pytest.mark.parametrize("name", NAMES)
def test_another_key_does_not_verify_it(door: Door, name: str) -> None:
    sample = genuine(name)
    door.clock.set(sample.at)
    assert door.post(EVENTS, sample.body, sample.headers).status_code == 403
    assert door.stored() == []


# -- keys and time ------------------------------------------------------------------------------------------------


def test_while_a_key_is_changed_both_hold(database: Database, door: Door) -> None:
    new = ec.generate_private_key(ec.SECP256R1())
    both = make_door(database, events_key=f"{public(KEY)}, {public(new)}")
    assert both.post(EVENTS, b"[]", signed(b"[]")).status_code == 200
    assert both.post(EVENTS, b"[]", signed(b"[]", key=new)).status_code == 200
    assert len(door.stored()) == 2


@pytest.mark.parametrize(
    ("path", "age", "status"),
    [
        (EVENTS, timedelta(hours=24, minutes=59), 200),
        (EVENTS, timedelta(hours=25, minutes=1), 403),
        (EVENTS, timedelta(minutes=-59), 200),
        (EVENTS, timedelta(minutes=-61), 403),
        (INBOUND, timedelta(hours=72, minutes=59), 200),
        (INBOUND, timedelta(hours=73, minutes=1), 503),
    ],
)
def test_a_signature_holds_as_long_as_sendgrid_tries_again(door: Door, path: str, age: timedelta, status: int) -> None:
    assert door.post(path, b"[]", signed(b"[]", START - age)).status_code == status
    assert len(door.stored()) == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    "text",
    ["nonsense", "AAAA", public(ec.generate_private_key(ec.SECP384R1())), f"{public(KEY)},x"],
    ids=["no base64", "no key", "another curve", "one of two"],
)
def test_a_key_that_is_none_is_said_at_the_start(database: Database, text: str) -> None:
    with pytest.raises(SettingsError, match="SENDGRID_EVENTS_PUBLIC_KEY"):
        make_door(database, events_key=text)


# -- what is answered ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "kind"), [(EVENTS, InboxKind.EVENTS), (INBOUND, InboxKind.MAIL)])
def test_each_has_its_own_key_and_kind(door: Door, path: str, kind: InboxKind) -> None:
    body = b"\x00\xff bytes of any charset\r\n"
    assert door.post(path, body, signed(body)).status_code == 200
    assert [(item.kind, item.body) for item in door.stored()] == [(kind, body)]
    other = ec.generate_private_key(ec.SECP256R1())
    swapped = make_door(door.database, public(other), public(other))
    assert swapped.post(path, body, signed(body)).status_code == (403 if path == EVENTS else 503)


@pytest.mark.parametrize("path", [EVENTS, INBOUND])
def test_without_a_key_sendgrid_is_asked_to_come_back(door: Door, path: str) -> None:
    unready = make_door(door.database, "", "")
    with capture_logs() as logs:
        assert unready.post(path, b"[]", signed(b"[]")).status_code == 503
    assert [entry["event"] for entry in logs] == ["webhook_without_key"]


@pytest.mark.parametrize("path", [EVENTS, INBOUND])
def test_what_cannot_be_stored_is_asked_for_again(door: Door, path: str) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:9/nowhere")
    with capture_logs() as logs:
        assert make_door(gone).post(path, b"[]", signed(b"[]")).status_code == 503
    assert [entry["event"] for entry in logs] == ["webhook_not_stored"]


def test_a_mail_is_never_refused_for_good(door: Door) -> None:
    answers = [
        door.post(INBOUND, b"x", {}),
        door.post(INBOUND, b"x", signed(b"y")),
        door.post(INBOUND, b"x", signed(b"x") | {SIGNATURE: "%"}),
        door.post(INBOUND, b"x" * (40 * MB + 1), signed(b"x")),
    ]
    assert [answer.status_code for answer in answers] == [503] * 4


def test_only_these_two_take_more_than_the_other_routes(door: Door) -> None:
    @door.app.post("/other")
    def other() -> str:
        from flask import request

        return str(len(request.get_data()))

    mail, batch, much = b"m" * (30 * MB), b"e" * (3 * MB), b"e" * (10 * MB + 1)
    assert door.post(INBOUND, mail, signed(mail)).status_code == 200
    assert door.post(EVENTS, batch, signed(batch)).status_code == 200
    assert door.post(EVENTS, much, signed(much)).status_code == 413
    assert door.post("/other", batch, {}).status_code == 413
    assert [item.size for item in door.stored()] == [30 * MB, 3 * MB]


def test_many_at_once_are_all_stored(door: Door) -> None:
    bodies = [f'[{{"n":{number}}}]'.encode() for number in range(12)]
    barrier, statuses = Barrier(len(bodies)), list[int]()

    def send(body: bytes) -> None:
        barrier.wait()
        statuses.append(door.post(EVENTS, body, signed(body)).status_code)

    threads = [Thread(target=send, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 12
    assert sorted(item.body or b"" for item in door.stored()) == sorted(bodies)


def test_large_bodies_wait_for_room_and_small_ones_do_not(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sendgrid, "LARGE_AT_ONCE", 0)
    monkeypatch.setattr(sendgrid, "LARGE_WAIT_SECONDS", 0.01)
    full = make_door(door.database)
    large = b"m" * (sendgrid.LARGE_BYTES + 1)
    assert full.post(INBOUND, large, signed(large)).status_code == 503
    assert full.post(INBOUND, b"small", signed(b"small")).status_code == 200


def test_no_address_stands_in_the_log(door: Door) -> None:
    body = b'[{"email":"zoe@example.com"}]'
    with capture_logs() as logs:
        door.post(EVENTS, body, signed(b"other"))
        make_door(Database("postgresql://nobody@127.0.0.1:9/nowhere")).post(EVENTS, body, signed(body))
    assert len(logs) == 2
    assert "zoe" not in repr(logs)


def test_the_product_serves_both(database: Database) -> None:
    from bench.product import make_parts
    from web.app import create_app

    rules = {rule.rule for rule in create_app(make_parts(database)).url_map.iter_rules()}
    assert {EVENTS, INBOUND} <= rules
