"""What becomes of a mail, its addressee and its record by SendGrid's events."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from core.context import Workspace
from core.db import Database
from core.emails import suppressions
from core.emails.outcome import BURST_SECONDS, SCANNED_SECONDS
from core.enums import EmailProgress, EmailState, LeadStatus, SuppressionReason
from core.models import Email, EmailEvent, Lead, Outbox, Suppression
from notifications.sendgrid_events import EventsProcessor
from tests.conftest import CtxFor
from tests.factories import START, FixedClock, make_contact, make_deal, make_lead, make_member, make_workspace
from tests.integration.mail_world import event, make_email, posted

P = EmailProgress


@pytest.fixture
def email(ctx_for: CtxFor) -> Email:
    """A mail to a lead."""
    with ctx_for() as ctx:
        return make_email(ctx, make_lead(ctx, email="lena@acme.example", owner=make_member(ctx)))


@pytest.fixture
def tell(database: Database, clock: FixedClock) -> Callable[..., str]:
    """Post events, and have them worked on."""
    return lambda *events: EventsProcessor(database, clock)(posted(*events))


def now(ctx_for: CtxFor, email: Email) -> Email:
    """The mail as it stands."""
    with ctx_for() as ctx:
        return ctx.session.scalars(select(Email).where(Email.id == email.id)).one()


def rows(ctx_for: CtxFor, model: type[Any]) -> list[Any]:
    with ctx_for() as ctx:
        return list(ctx.session.scalars(select(model).where(model.workspace_id == ctx.workspace.id).order_by(model.id)))


def told(ctx_for: CtxFor, kind: str) -> list[dict[str, Any]]:
    """What the outbox holds of a kind."""
    return [row.payload for row in rows(ctx_for, Outbox) if row.kind == kind]


# -- what a mail shows --------------------------------------------------------------------------------------------

WAYS: dict[str, tuple[list[tuple[str, float, dict[str, object]]], EmailProgress]] = {
    "on its way": ([("processed", 1, {})], P.PROCESSED),
    "deferred": ([("processed", 1, {}), ("deferred", 2, {"attempt": "5", "response": "400 later"})], P.DEFERRED),
    "delivered at last": ([("processed", 1, {}), ("deferred", 2, {}), ("delivered", 60, {})], P.DELIVERED),
    "opened": ([("delivered", 1, {}), ("open", 90, {})], P.OPENED),
    "opened by a machine": ([("delivered", 1, {}), ("open", 2, {"sg_machine_open": True})], P.DELIVERED),
    "clicked": ([("delivered", 1, {}), ("open", 90, {}), ("click", 95, {"url": "https://a.example"})], P.CLICKED),
    "bounced": ([("processed", 1, {}), ("bounce", 2, {"type": "bounce", "reason": "550 5.1.1 unknown"})], P.BOUNCED),
    "blocked": ([("processed", 1, {}), ("bounce", 2, {"type": "blocked", "reason": "552 5.2.2 full"})], P.BLOCKED),
    "expired": ([("processed", 1, {}), ("bounce", 2, {"type": "expired", "reason": "gave up"})], P.BLOCKED),
    "bounced late": ([("delivered", 1, {}), ("bounce", 900, {"type": "bounce", "reason": "gone"})], P.BOUNCED),
    "dropped": ([("dropped", 1, {"reason": "Bounced Address"})], P.DROPPED),
    "spam": ([("delivered", 1, {}), ("open", 50, {}), ("spamreport", 60, {})], P.SPAM),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_furthest_thing_that_happened_is_shown(
    ctx_for: CtxFor, email: Email, tell: Callable[..., str], way: str
) -> None:
    steps, progress = WAYS[way]
    tell(*(event(kind, email, f"{way}{at}", at, **more) for kind, at, more in steps))
    after = now(ctx_for, email)
    assert after.progress is progress
    times = {kind: START + timedelta(seconds=at) for kind, at, _ in steps}
    assert (after.processed_at, after.delivered_at) == (times.get("processed"), times.get("delivered"))
    assert after.failed_at == (times.get("bounce") or times.get("dropped"))
    assert after.spam_at == times.get("spamreport")
    reasons = [str(more["reason"]) for _, _, more in steps if "reason" in more]
    assert after.why == (reasons[-1] if reasons else "")


def test_opens_of_people_and_of_machines_are_counted_apart(
    ctx_for: CtxFor, email: Email, tell: Callable[..., str]
) -> None:
    tell(
        event("open", email, "m", 3, sg_machine_open=True),
        event("open", email, "h2", 70),
        event("open", email, "h1", 60),
    )
    after = now(ctx_for, email)
    assert (after.opens, after.machine_opens) == (2, 1)
    assert after.opened_at == START + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("clicks", "people", "scanners"),
    [
        ([(100, "a")], 1, 0),
        ([(100, "a"), (100 + BURST_SECONDS, "b")], 0, 2),
        ([(100, "a"), (100 + BURST_SECONDS + 1, "b")], 2, 0),
        ([(100, "a"), (101, "a")], 2, 0),
        ([(10 + SCANNED_SECONDS, "a")], 0, 1),
        ([(10 + SCANNED_SECONDS + 1, "a")], 1, 0),
        ([(100, "a"), (101, "b"), (102, "c"), (600, "a")], 1, 3),
    ],
)
def test_clicks_of_scanners_are_counted_apart(
    ctx_for: CtxFor,
    email: Email,
    tell: Callable[..., str],
    clicks: list[tuple[float, str]],
    people: int,
    scanners: int,
) -> None:
    for number, (at, url) in enumerate(clicks):  # each in a post of its own, before its neighbours are known
        tell(event("click", email, f"c{number}", at, url=f"https://{url}.example"))
    tell(event("delivered", email, "d", 10))
    after = now(ctx_for, email)
    assert (after.clicks, after.scanner_clicks) == (people, scanners)
    assert after.progress is (P.CLICKED if people else P.DELIVERED)
    judged = [one.machine for one in rows(ctx_for, EmailEvent) if one.kind == "click"]
    assert sorted(judged) == [False] * people + [True] * scanners


def test_an_open_changes_no_sales_status(ctx_for: CtxFor, email: Email, tell: Callable[..., str]) -> None:
    before = rows(ctx_for, Lead)[0]
    tell(*(event(kind, email, kind, 50) for kind in ("processed", "delivered", "open", "click")))
    after = rows(ctx_for, Lead)[0]
    assert (after.status, after.version, after.last_touch_at) == (LeadStatus.NEW, before.version, before.last_touch_at)


@pytest.mark.parametrize("state", [EmailState.QUEUED, EmailState.SENDING, EmailState.UNKNOWN, EmailState.STOPPED])
def test_an_event_proves_that_the_mail_left(ctx_for: CtxFor, tell: Callable[..., str], state: EmailState) -> None:
    with ctx_for() as ctx:
        lost = make_email(ctx, make_lead(ctx), state=state, sent_at=None, why="mail_outcome_unknown")
        called_at = lost.sending_at
    tell(event("processed", lost, "p", 1))
    after = now(ctx_for, lost)
    assert (after.state, after.why, after.sent_at) == (EmailState.SENT, "", called_at)
    assert after.provider_id == lost.id.hex[-22:]
    assert after.message_id == f"<{lost.id.hex[-22:]}@geopod-ismtpd-1>"


def test_a_complaint_about_an_address_proves_nothing_of_a_mail(ctx_for: CtxFor, tell: Callable[..., str]) -> None:
    with ctx_for() as ctx:
        lost = make_email(ctx, make_lead(ctx), state=EmailState.UNKNOWN, sent_at=None)
    tell(event("unsubscribe", key="u", at=60, email="lena@acme.example", crm_ws=str(lost.workspace_id)))
    assert now(ctx_for, lost).state is EmailState.UNKNOWN


def test_a_mail_that_came_back_is_none_that_waits_to_leave(ctx_for: CtxFor, tell: Callable[..., str]) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, email="lena@acme.example")
        before = make_email(ctx, lead)
        waiting = make_email(ctx, lead, state=EmailState.QUEUED, sending_at=None, sent_at=None)
    told = {"email": "lena@acme.example", "crm_ws": str(before.workspace_id), "type": "blocked"}
    tell(event("bounce", key="late", at=60, **told))
    assert now(ctx_for, before).progress is P.BLOCKED
    assert now(ctx_for, waiting).progress is None, "otherwise it would never be handed over"


# -- which mail ---------------------------------------------------------------------------------------------------


def test_a_mail_is_found_by_whatever_the_event_names(ctx_for: CtxFor, tell: Callable[..., str]) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, email="lena@acme.example")
        mails = [make_email(ctx, lead, provider_id=f"prov{n}", message_id=f"<m{n}@x>") for n in range(2)]
    ws = str(mails[0].workspace_id)
    tell(
        event("delivered", key="by provider", crm_ws=ws, sg_message_id="prov0.filter-7.1", at=5),
        event("open", key="by message", crm_ws=ws, **{"smtp-id": "m1@x"}, at=40),
        event("bounce", key="by address", crm_ws=ws, email="Lena@acme.example", type="bounce", at=50),
        event("open", key="by nothing", crm_ws=ws, email="lena@acme.example", at=50),
        event("delivered", key="of another mail", crm_ws=ws, crm_msg=str(uuid4()), at=50),
    )
    after = [now(ctx_for, mail) for mail in mails]
    assert [mail.progress for mail in after] == [P.DELIVERED, P.BOUNCED]
    assert [mail.opens for mail in after] == [0, 1]
    kept = {row.key: row.email_id for row in rows(ctx_for, EmailEvent)}
    assert kept["by nothing"] is None
    assert kept["of another mail"] is None
    assert kept["by address"] == mails[1].id, "the latest mail to the address"


def test_without_our_ids_the_workspace_is_found_by_the_providers(
    database: Database, clock: FixedClock, ctx_for: CtxFor, tell: Callable[..., str]
) -> None:
    unique = uuid4().hex
    other = make_workspace(database, clock)
    with ctx_for() as ctx:
        mail = make_email(ctx, make_lead(ctx), provider_id=unique, message_id=f"<{unique}@x>")
    note = tell(
        event("delivered", key="d", sg_message_id=f"{unique}.recvd", at=9),
        event("open", key="o", **{"smtp-id": f"<{unique}@x>"}, at=60),
        event("open", key="n", sg_message_id="nobodys.recvd"),
        event("open", key="w", crm_ws=str(uuid4()), crm_msg=str(mail.id)),
    )
    assert note == "2 of no workspace here"
    assert now(ctx_for, mail).progress is P.OPENED
    with database.begin(other.id) as session:
        assert list(session.scalars(select(EmailEvent))) == []


def test_an_id_of_another_workspaces_mail_does_not_lead_there(
    database: Database, clock: FixedClock, ctx_for: CtxFor, email: Email, tell: Callable[..., str]
) -> None:
    other = make_workspace(database, clock)
    tell(event("bounce", email, "b", 5, crm_ws=str(other.id), type="bounce"))
    assert now(ctx_for, email).progress is None
    with database.begin(other.id) as session:
        assert [row.email_id for row in session.scalars(select(EmailEvent))] == [None]
        session.execute(delete(EmailEvent))


def test_unknown_kinds_are_kept_and_ignored(ctx_for: CtxFor, email: Email, tell: Callable[..., str]) -> None:
    tell(event("account_status_change", email, "a", type="x"), event("", email, "b"), event("Telepathy", email, "c"))
    assert [row.kind for row in rows(ctx_for, EmailEvent)] == ["account_status_change", "", "telepathy"]
    after = now(ctx_for, email)
    assert (after.progress, after.failed_at, after.opens) == (None, None, 0)


def test_nothing_in_an_event_is_too_odd_to_be_kept(ctx_for: CtxFor, email: Email, tell: Callable[..., str]) -> None:
    odd = {"note": "a\x00b\ud800c", "k\x00": ["\udfff"], "n": 10**40, "f": 1e308, "deep": {"a": [{"b": None}]}}
    tell(event("bounce", email, "odd", 5, type="bounce", reason="\x00bad\ud800", **odd))
    (row,) = rows(ctx_for, EmailEvent)
    assert row.reason == "\ufffdbad\ufffd"
    assert row.detail["deep"] == {"a": [{"b": None}]}


FIELDS = st.sampled_from(["event", "email", "timestamp", "sg_event_id", "type", "url", "reason", "crm_msg", "smtp-id"])
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.text(max_size=3))


@given(st.lists(st.dictionaries(FIELDS | st.text(max_size=5), VALUES, max_size=6), max_size=5))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_post_of_json_stops_the_processor(database: Database, workspace: Workspace, items: list[Any]) -> None:
    told = [item | {"crm_ws": str(workspace.id)} for item in items]
    note = EventsProcessor(database, FixedClock())(posted(*told))
    assert note == ""


# -- addresses ----------------------------------------------------------------------------------------------------


def standing(ctx_for: CtxFor, address: str = "lena@acme.example") -> SuppressionReason | None:
    with ctx_for() as ctx:
        return suppressions.standing(ctx, [address]).get(address)


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        ("bounce", {"type": "bounce"}, SuppressionReason.BOUNCED),
        ("bounce", {"type": "blocked"}, None),
        ("bounce", {"type": "expired"}, None),
        ("dropped", {"reason": "Bounced Address"}, None),
        ("deferred", {}, None),
        ("spamreport", {}, SuppressionReason.SPAM),
        ("unsubscribe", {}, SuppressionReason.UNSUBSCRIBED),
        ("group_unsubscribe", {"asm_group_id": 10}, SuppressionReason.UNSUBSCRIBED),
        ("group_resubscribe", {"asm_group_id": 10}, None),
    ],
)
def test_what_closes_an_address(
    ctx_for: CtxFor,
    email: Email,
    tell: Callable[..., str],
    kind: str,
    more: dict[str, object],
    reason: SuppressionReason | None,
) -> None:
    tell(event(kind, email, "k", 30, **more))
    assert standing(ctx_for) is reason
    if reason is not None:
        (row,) = rows(ctx_for, Suppression)
        assert (row.email_id, row.created_at) == (email.id, START + timedelta(seconds=30))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2), (2, 3, 0, 1), (1, 3, 0, 2)])
@pytest.mark.parametrize(("last", "closed"), [("group_unsubscribe", True), ("group_resubscribe", False)])
def test_the_later_of_leaving_and_coming_back_holds(
    ctx_for: CtxFor, email: Email, tell: Callable[..., str], order: tuple[int, ...], last: str, *, closed: bool
) -> None:
    other = "group_resubscribe" if closed else "group_unsubscribe"
    events = [event(other if n % 2 == 0 else last, email, f"e{n}", n * 60) for n in range(4)]
    for n in order:
        tell(events[n])
    assert (standing(ctx_for) is SuppressionReason.UNSUBSCRIBED) is closed


def test_what_a_colleague_lifted_is_not_closed_by_old_news(
    ctx_for: CtxFor, clock: FixedClock, email: Email, tell: Callable[..., str]
) -> None:
    bounce = event("bounce", email, "b", 30, type="bounce")
    tell(bounce)
    clock.advance(hours=1)
    with ctx_for() as ctx:
        suppressions.lift(ctx, "lena@acme.example", SuppressionReason.BOUNCED)
    tell(bounce, event("bounce", email, "older", 20, type="bounce"))
    assert standing(ctx_for) is None
    tell(event("bounce", email, "newer", 7200, type="bounce"))
    assert standing(ctx_for) is SuppressionReason.BOUNCED


# -- who is told --------------------------------------------------------------------------------------------------


def test_a_record_repaints_once_however_many_events_it_has(ctx_for: CtxFor, tell: Callable[..., str]) -> None:
    with ctx_for() as ctx:
        lead, deal, contact = make_lead(ctx), make_deal(ctx), make_contact(ctx, email="cleo@acme.example")
        mails = [make_email(ctx, record) for record in (lead, lead, deal, contact)]
    tell(*(event(kind, mail, f"{kind}{n}", 50) for n, mail in enumerate(mails) for kind in ("processed", "open")))
    changed = told(ctx_for, "record.changed")
    assert sorted(one["entity"] for one in changed) == ["contact", "deal", "lead"]


def test_what_changes_nothing_repaints_nothing(ctx_for: CtxFor, email: Email, tell: Callable[..., str]) -> None:
    opened = [event("open", email, "o", 50), event("delivered", email, "d", 9)]
    tell(*opened)
    before = len(rows(ctx_for, Outbox))
    tell(*opened, *opened)
    tell(event("telepathy", email, "t"))
    assert len(rows(ctx_for, Outbox)) == before


def test_everybody_with_a_closed_address_repaints(ctx_for: CtxFor, email: Email, tell: Callable[..., str]) -> None:
    with ctx_for() as ctx:
        twin = make_contact(ctx, email="lena@acme.example")
    tell(event("spamreport", email, "s", 9))
    assert {one["entity_id"] for one in told(ctx_for, "record.changed")} == {str(email.lead_id), str(twin.id)}


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("bounce", {"type": "bounce"}, [("lead", False)]),
        ("bounce", {"type": "blocked"}, []),
        ("spamreport", {}, [("lead", True)]),
        ("dropped", {"reason": "Invalid"}, [("lead", False)]),
        ("open", {}, []),
        ("unsubscribe", {}, []),
    ],
)
def test_the_owner_is_told_of_what_they_must_know(
    ctx_for: CtxFor, email: Email, tell: Callable[..., str], kind: str, more: dict[str, object], said: list[Any]
) -> None:
    tell(event(kind, email, "k", 9, **more))
    assert [(one["entity"], one["spam"]) for one in told(ctx_for, "email.came_back")] == said
