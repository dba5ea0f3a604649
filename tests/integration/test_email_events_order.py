"""The same events in any order, any number of times, from several posts at once: always the same end."""

import random
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy import event as listening

from core.context import Clock, Workspace
from core.db import Database
from core.enums import EmailProgress, EmailState, SuppressionReason
from core.errors import Busy
from core.models import Email, EmailEvent, Member, Outbox, Suppression
from core.workspaces import system_ctx
from notifications.sendgrid_events import EventsProcessor
from tests.factories import FixedClock, make_lead, together
from tests.integration.mail_world import event, make_email, posted, without
from tests.together import at_once

P = EmailProgress
SHOWN = tuple(
    column.key for column in Email.__table__.columns if column.key not in ("id", "token", "lead_id", "workspace_id")
)
"""All of a mail that could differ."""


def story(mails: Sequence[Email]) -> list[dict[str, Any]]:
    """Everything that can happen to two mails."""
    a, b = mails
    return [
        event("processed", a, "1", 1),
        event("deferred", a, "2", 2, response="later", attempt="1"),
        event("delivered", a, "3", 8, response="250 ok"),
        event("open", a, "4", 9, sg_machine_open=True),
        without(event("open", a, "5", 60), "crm_msg", "smtp-id"),
        event("click", a, "6", 70, url="https://a.example"),
        event("click", a, "7", 71, url="https://b.example"),
        event("click", a, "8", 99, url="https://a.example"),
        event("group_unsubscribe", a, "9", 120, asm_group_id=1),
        event("group_resubscribe", a, "10", 130, asm_group_id=1),
        without(event("spamreport", b, "11", 140), "crm_msg", "smtp-id", "sg_message_id"),
        event("processed", b, "12", 1),
        without(event("bounce", b, "13", 90, type="bounce", reason="no such user"), "smtp-id", "sg_message_id"),
        event("bounce", b, "14", 80, type="blocked", reason="full"),
        event("telepathy", b, "15", 5),
        event("delivered", b, "16", 3),
        without(event("unsubscribe", b, "", 150), "sg_event_id"),
    ]


def outcome(database: Database, clock: Clock, workspace: Workspace, posts: Sequence[Sequence[int]]) -> tuple[Any, ...]:
    """Two fresh mails, told the story in these posts (numbers of its events): all that is left of it."""
    with database.begin(workspace.id) as session:
        for model in (EmailEvent, Suppression, Outbox):
            session.execute(delete(model).where(model.workspace_id == workspace.id))
    mails = fresh(database, clock, workspace)
    events = story(mails)
    for numbers in posts:
        EventsProcessor(database, clock)(posted(*(events[number] for number in numbers)))
    return remains(database, workspace, mails)


def fresh(database: Database, clock: Clock, workspace: Workspace) -> list[Email]:
    with database.begin(workspace.id) as session:
        ctx = system_ctx(session, clock, workspace.id, "test")
        lost = {"state": EmailState.UNKNOWN, "sent_at": None, "why": "mail_outcome_unknown"}
        owner = ctx.session.scalars(select(Member).where(Member.workspace_id == workspace.id)).first()
        leads = [make_lead(ctx, email=f"{name}@acme.example", owner=owner) for name in "ab"]
        a, b = make_email(ctx, leads[0]), make_email(ctx, leads[1], **lost)
        a.provider_id = a.id.hex[-22:]
        return [a, b]


def remains(database: Database, workspace: Workspace, mails: Sequence[Email]) -> tuple[Any, ...]:
    """What can be seen of the mails, without what differs between any two mails."""
    ids = {mail.id: n for n, mail in enumerate(mails)}
    with database.begin(workspace.id) as session:
        found = {mail.id: mail for mail in session.scalars(select(Email).where(Email.id.in_(ids)))}
        shown = [
            {
                name: str(getattr(found[mail.id], name)).replace(mail.id.hex[-22:], "ID")
                for name in SHOWN
                if name not in ("created_at", "activity_id")
            }
            for mail in mails
        ]
        kept = sorted(
            (row.kind, row.at, row.machine, ids.get(row.email_id or UUID(int=0)), row.url, row.reason)
            for row in session.scalars(select(EmailEvent))
        )
        closed = sorted(
            (row.address, row.reason, row.created_at)
            for row in session.scalars(select(Suppression))
            if row.lifted_at is None
        )
        owners = {
            (row.payload["email_id"], row.payload["spam"])
            for row in session.scalars(select(Outbox).where(Outbox.kind == "email.came_back"))
        }
        told = sorted((ids[UUID(email_id)], spam) for email_id, spam in owners)
    return shown, kept, closed, told


COUNT = 17


@given(st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_duplicates_and_posts_make_no_difference(
    database: Database, workspace: Workspace, data: st.DataObject
) -> None:
    clock = FixedClock()
    whole = outcome(database, clock, workspace, [range(COUNT)])
    order = data.draw(st.permutations(range(COUNT)))
    again = data.draw(st.lists(st.integers(0, COUNT - 1), max_size=12))
    numbers = [*order, *again]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(numbers) - 1), max_size=6)))
    posts = [numbers[start:end] for start, end in zip([0, *cuts], [*cuts, len(numbers)], strict=True)]
    assert outcome(database, clock, workspace, posts) == whole


def test_the_story_ends_as_it_should(database: Database, workspace: Workspace) -> None:
    (a, b), kept, closed, told = outcome(database, FixedClock(), workspace, [range(COUNT)])
    assert len(kept) == COUNT
    assert (a["progress"], a["opens"], a["machine_opens"], a["clicks"], a["scanner_clicks"]) == (
        "clicked",
        "1",
        "1",
        "1",
        "2",
    )
    assert (b["progress"], b["state"], b["why"], b["message_id"]) == (
        "spam",
        "sent",
        "no such user",
        "<ID@geopod-ismtpd-1>",
    )
    assert [(address, reason) for address, reason, _ in closed] == [
        ("b@acme.example", SuppressionReason.BOUNCED),
        ("b@acme.example", SuppressionReason.SPAM),
        ("b@acme.example", SuppressionReason.UNSUBSCRIBED),
    ]
    assert told == [(1, False), (1, True)]


def test_the_same_events_in_many_posts_at_once_change_nothing_more(database: Database, workspace: Workspace) -> None:
    clock = FixedClock()
    whole = outcome(database, clock, workspace, [range(COUNT)])
    with database.begin(workspace.id) as session:
        for model in (EmailEvent, Suppression, Outbox):
            session.execute(delete(model).where(model.workspace_id == workspace.id))
    mails = fresh(database, clock, workspace)
    events = story(mails)

    def post(seed: int) -> None:
        chance = random.Random(seed)
        mine = [*events, *chance.choices(events, k=20)]
        chance.shuffle(mine)
        waiting = [mine[:20], mine[20:]]
        while waiting:
            try:
                EventsProcessor(database, clock)(posted(*waiting[0]))
            except Busy:  # as the inbox would: the post stays, and comes again
                continue
            waiting.pop(0)

    assert at_once(*(partial(post, seed) for seed in range(6))) == []
    assert remains(database, workspace, mails) == whole


def test_a_thousand_events_are_a_handful_of_statements(database: Database, workspace: Workspace) -> None:
    clock = FixedClock()
    with database.begin(workspace.id) as session:
        ctx = system_ctx(session, clock, workspace.id, "test")
        lead = make_lead(ctx)
        with together(ctx):
            mails = [make_email(ctx, lead, to_address=f"p{n}@acme.example") for n in range(250)]
    kinds = ("processed", "delivered", "open", "click")
    steps = [(n, mail, kind, at * 60) for n, mail in enumerate(mails) for at, kind in enumerate(kinds)]
    events = [event(kind, mail, f"{kind}{n}", at) for n, mail, kind, at in steps]
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    listening.listen(database.engine, "before_cursor_execute", note)
    try:
        EventsProcessor(database, clock)(posted(*events))
    finally:
        listening.remove(database.engine, "before_cursor_execute", note)
    assert len(statements) < 15
    with database.begin(workspace.id) as session:
        done = list(session.scalars(select(Email).where(Email.workspace_id == workspace.id)))
        assert {(mail.progress, mail.opens) for mail in done} == {(P.CLICKED, 1)}
        assert len(list(session.scalars(select(Outbox.id).where(Outbox.kind == "record.changed")))) == 1
