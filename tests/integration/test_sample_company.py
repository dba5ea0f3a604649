"""The sample company: enough of everything, true in itself, the same each time, and never over somebody's own data."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import select

from core.context import Actor
from core.db import Database
from core.enums import ActivityKind, EmailProgress, EmailState, InboundState, MailKind, QuoteStatus, Role
from core.events import MemberJoined, RecordChanged
from core.models import (
    Activity,
    Deal,
    Email,
    EmailTemplate,
    History,
    InboundEmail,
    Lead,
    LossReason,
    Member,
    Outbox,
    Product,
    Quote,
    Stage,
    StageChange,
    Suppression,
    TenantModel,
)
from core.workspaces import workspace_id_for
from notifications.mailing import MailSettings
from sandbox import sample_company_steps as steps
from sandbox.clock import SandboxClock
from sandbox.defaults import fresh_team
from sandbox.driver import Mailbox
from sandbox.faults import Faults
from sandbox.mail import PostOffice
from sandbox.model import Team
from sandbox.old_mail import restore
from sandbox.sample_company import SEED, ensure_sample_company
from sandbox.sample_company_mail import DOMAIN, SENDER
from sandbox.sample_company_quotes import with_quotes
from sandbox.sample_company_story import HISTORY_DAYS, tell
from tests.factories import FixedClock

Row = TypeVar("Row", bound=TenantModel)


@pytest.fixture(scope="module")
def moment() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="module")
def team(database: Database, moment: FixedClock) -> Team:
    """A workspace with the company in it."""
    made = fresh_team({})
    assert ensure_sample_company(database, moment, made)
    return made


def rows(database: Database, team: Team, model: type[Row]) -> list[Row]:
    """All rows of the company, oldest first."""
    with database.begin(workspace_id_for(team.id)) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_there_is_enough_of_everything(database: Database, team: Team) -> None:
    assert len(rows(database, team, Lead)) == 40
    deals = rows(database, team, Deal)
    assert len(deals) == 60
    kinds = {stage.id: stage.kind.value for stage in rows(database, team, Stage)}
    ends = Counter(kinds[deal.stage_id] for deal in deals)
    assert min(ends["open"], ends["won"], ends["lost"]) >= 10
    assert 5 <= len(rows(database, team, Quote)) <= 20
    activities = rows(database, team, Activity)
    assert len(activities) > 100
    assert sum(one.kind is ActivityKind.MEETING for one in activities) >= 3
    assert len(rows(database, team, Product)) >= 5


def test_quotes_are_where_quotes_get_to(database: Database, team: Team, moment: FixedClock) -> None:
    today = moment.now().date()
    quotes = rows(database, team, Quote)
    assert {one.status for one in quotes} == set(QuoteStatus) - {QuoteStatus.VIEWED}
    undecided = (QuoteStatus.DRAFT, QuoteStatus.SENT)
    # Nothing that waits is out of date, nor about to be while somebody tries the demo.
    assert all(one.valid_until > today + timedelta(days=3) for one in quotes if one.status in undecided)
    assert all(one.valid_until < today for one in quotes if one.status is QuoteStatus.EXPIRED)
    won = {stage.id for stage in rows(database, team, Stage) if stage.name == "Won"}
    deals = {deal.id: deal for deal in rows(database, team, Deal)}
    for one in quotes:
        if one.status is QuoteStatus.ACCEPTED:
            assert deals[one.deal_id].stage_id in won
            assert deals[one.deal_id].value == one.subtotal


def test_it_covers_eighteen_months_and_nothing_is_in_the_future(
    database: Database, team: Team, moment: FixedClock
) -> None:
    times = sorted(change.at for change in rows(database, team, StageChange))
    assert times[-1] <= moment.now()
    assert times[0] < moment.now() - timedelta(days=HISTORY_DAYS - 90)
    assert max(entry.at for entry in rows(database, team, History)) <= moment.now()


def test_each_deals_way_leads_to_where_it_is(database: Database, team: Team) -> None:
    ways: dict[object, list[StageChange]] = {}
    for change in rows(database, team, StageChange):
        ways.setdefault(change.deal_id, []).append(change)
    for deal in rows(database, team, Deal):
        way = ways[deal.id]
        assert [change.at for change in way] == sorted(change.at for change in way)
        assert way[0].from_stage_id is None
        assert [change.from_stage_id for change in way[1:]] == [change.to_stage_id for change in way[:-1]]
        assert (way[-1].to_stage_id, way[-1].at) == (deal.stage_id, deal.stage_entered_at)


def test_what_is_lost_has_a_reason(database: Database, team: Team) -> None:
    reasons = {reason.id for reason in rows(database, team, LossReason)}
    lost = {stage.id for stage in rows(database, team, Stage) if stage.name == "Lost"}
    assert all(deal.loss_reason_id in reasons for deal in rows(database, team, Deal) if deal.stage_id in lost)


def test_everybody_who_sells_has_follow_ups_due(database: Database, team: Team, moment: FixedClock) -> None:
    today = moment.now().date()
    due = Counter(
        record.owner_id
        for record in (*rows(database, team, Lead), *rows(database, team, Deal))
        if record.next_follow_up is not None and record.next_follow_up <= today
    )
    sellers = [one for one in rows(database, team, Member) if one.role in (Role.REP, Role.MANAGER)]
    assert len(sellers) == 3
    assert all(due[one.id] >= 2 for one in sellers)


def test_the_people_did_it_themselves_and_nobody_is_told_of_it_now(database: Database, team: Team) -> None:
    actors = {entry.actor_id for entry in rows(database, team, History) if entry.operation.startswith("deal.")}
    assert {one.id for one in rows(database, team, Member) if one.role is not Role.ADMIN} == actors
    told = rows(database, team, Outbox)
    assert {event.kind for event in told} <= {MemberJoined.kind, RecordChanged.kind}
    to_come = {str(one.id) for one in rows(database, team, Activity) if one.starts_at and one.done_at is None}
    assert {event.payload["entity_id"] for event in told if event.kind == RecordChanged.kind} == to_come != set()


def test_a_workspace_with_leads_is_left_alone(database: Database, team: Team, moment: FixedClock) -> None:
    assert not ensure_sample_company(database, moment, team)
    assert len(rows(database, team, Lead)) == 40


@pytest.mark.parametrize("hours", range(0, 24 * 7, 13))
def test_whatever_the_hour_no_step_is_in_the_future_and_no_follow_up_before_its_call(hours: int) -> None:
    zones = ("Europe/Lisbon", "America/New_York", "Europe/Berlin")
    people = [Actor(uuid4(), f"U{zone}", zone, Role.REP, tz=zone) for zone in zones]
    now = datetime(2026, 11, 16, tzinfo=UTC) + timedelta(hours=hours)
    story = with_quotes(tell(Random(SEED), now, (people[0], people[1], people[2])), now)
    assert max(step.at for step in story) <= now
    for step in story:
        if step.do is steps.log_call and step.told[2].next_follow_up is not None:
            assert step.told[2].next_follow_up >= step.at.astimezone(step.actor.zone).date()


def test_the_same_dice_tell_the_same_story(moment: FixedClock) -> None:
    people = tuple(Actor(uuid4(), f"U{name}", name, Role.REP, tz="Europe/Lisbon") for name in ("Ana", "Ben", "Mira"))

    def story() -> list[tuple[object, ...]]:
        steps = tell(Random(SEED), moment.now(), (people[0], people[1], people[2]))
        return [(step.at, step.actor.name, step.do.__name__, step.told) for step in steps]

    assert story() == story()


def test_people_were_written_to_and_answered(database: Database, team: Team, moment: FixedClock) -> None:
    mails = rows(database, team, Email)
    assert len(rows(database, team, EmailTemplate)) == 5
    assert 20 <= len(mails) <= 40
    assert {mail.state for mail in mails} == {EmailState.SENT}
    assert {EmailProgress.DELIVERED, EmailProgress.OPENED, EmailProgress.CLICKED, EmailProgress.BOUNCED} <= {
        mail.progress for mail in mails
    }
    assert all("{{" not in mail.subject + mail.body for mail in mails)
    assert len(rows(database, team, Suppression)) >= 1

    came = rows(database, team, InboundEmail)
    assert {mail.kind for mail in came} == {MailKind.HUMAN, MailKind.AWAY}
    assert len([mail for mail in came if mail.state is InboundState.TRIAGE]) == 1
    linked = [mail for mail in came if mail.state is InboundState.LINKED and mail.kind is MailKind.HUMAN]
    assert len([mail for mail in linked if mail.handled_at is None]) == 2
    assert len(linked) >= 5
    assert max(mail.received_at for mail in came) <= moment.now()


def test_the_mailboxes_are_filled_with_it_again(database: Database, team: Team, moment: FixedClock) -> None:
    office = PostOffice(SandboxClock(), Faults())
    settings = MailSettings(mail_from=SENDER, inbound_domain=DOMAIN)
    count = restore(database, moment, team, office, settings)
    mails, came = rows(database, team, Email), rows(database, team, InboundEmail)
    assert count == len(mails) + len(came) == len(office.mails)
    mailbox = Mailbox(office)
    for inbound in came:
        (kept,) = [one for one in mailbox.mails(inbound.from_address, folder="sent") if one.subject == inbound.subject]
        assert len(kept.thread()) == (1 if inbound.state is InboundState.TRIAGE else 2)
    assert {mail.to_address for mail in mails if mail.progress is EmailProgress.BOUNCED} == {
        one.box for one in mailbox.mails() if not one.arrived
    }
    office.close()
