"""SendGrid's events, read: every genuine sample, and whatever else may come."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifications.inbox import Unreadable
from notifications.sendgrid_events import parse
from tests.factories import START

SAMPLES = Path(__file__).parents[1] / "samples" / "sendgrid"
EVENTS, SIGNED = SAMPLES / "events", SAMPLES / "signed-events"


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_is_read(path: Path) -> None:
    events = json.loads(path.read_text())
    events = events if isinstance(events, list) else [events]
    read, odd = parse(path.read_bytes(), START)
    assert odd == 0
    assert [one.event.kind for one in read] == [
        "blocked" if one.get("type") == "blocked" else one["event"].lower() for one in events
    ]
    assert [one.event.detail for one in read] == events
    assert all(one.event.at.year in (1973, 2009, 2012, 2013, 2015, 2017, 2020) for one in read), "no sample is of today"
    assert all("@" in one.event.address for one in read)


@pytest.mark.parametrize("path", sorted(SIGNED.glob("*.body")), ids=lambda path: path.stem)
def test_every_signed_body_is_read(path: Path) -> None:
    read, odd = parse(path.read_bytes(), START)
    assert odd == 0
    assert all(one.event.provider_id and len(one.event.provider_id) == 22 for one in read)
    assert all(one.event.message_id.startswith(f"<{one.event.provider_id}@") for one in read)
    assert "bounce" not in {one.event.kind for one in read}, "over quota is blocked, and no dead address"


def one(**item: object) -> Any:
    """The event that is read of this item."""
    return parse(json.dumps([item]).encode(), START)[0][0].event


def test_an_event_is_read_whatever_its_fields_are() -> None:
    assert one(event="open", timestamp="1513299569").at == datetime(2017, 12, 15, 0, 59, 29, tzinfo=UTC)
    assert one(event="open", timestamp=1513299569123).at == datetime(2017, 12, 15, 0, 59, 29, 123000, tzinfo=UTC)
    for odd in (None, "soon", -5, 0, True, [], 10**30, "nan", "inf"):
        assert one(event="open", timestamp=odd).at == START
    far = START + timedelta(days=2)
    assert one(event="open", timestamp=far.timestamp()).at == START
    strange = one(event=7, email=["a"], url={}, crm_msg="x", sg_event_id=5, type=None, category={"a": []}, reason=3)
    assert (strange.kind, strange.address, strange.url, strange.email_id, strange.reason) == ("", "", "", None, "")
    assert one(event="bounce", type="bounce").kind == one(event="Bounce").kind == "bounce"
    assert one(event="bounce", type="blocked").kind == one(event="bounce", type="Expired").kind == "blocked"
    assert one(event="dropped", type="blocked").kind == "dropped"
    assert one(event="open", sg_machine_open=True).machine
    assert not one(event="open", sg_machine_open="true").machine
    assert one(event="click", url="https://x.example/" + "a" * 9000).url.startswith("https://x.example/")
    assert one(**{"event": "processed", "smtp-id": "abc@host"}).message_id == "<abc@host>"
    assert one(event="open", email=" Lena@ACME.example ").address == "lena@acme.example"
    assert one(event="deferred", attempt="5", response="400 try later").reason == "400 try later"


def test_what_has_no_id_of_its_own_is_told_apart_by_what_it_says() -> None:
    first, second = one(event="open", email="a@x.example"), one(email="a@x.example", event="open")
    assert first.key == second.key
    assert first.key != one(event="click", email="a@x.example").key
    assert one(event="open", sg_event_id="x" * 201).key.startswith("sha256:")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"<html>", b'"'])
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(body, START)


@pytest.mark.parametrize(
    ("body", "read", "odd"), [(b"[]", 0, 0), (b"[1, null, {}, []]", 1, 3), (b"{}", 1, 0), (b"7", 0, 1)]
)
def test_odd_items_are_left_out_and_counted(body: bytes, read: int, odd: int) -> None:
    events, count = parse(body, START)
    assert (len(events), count) == (read, odd)
