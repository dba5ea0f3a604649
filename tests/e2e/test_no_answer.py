"""A mail nobody answers: three days later it is that morning's business, and the next mail is a click away."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from core import activities
from core.access import visible
from core.activities import CallInput
from core.emails import drafts, suppressions, templates
from core.emails.drafts import EmailInput
from core.emails.templates import TemplateInput
from core.enums import CallOutcome, Direction, EmailState, LeadStatus, SuppressionReason
from core.models import Email, Lead
from sandbox.driver.message import MessageHandle
from tests.e2e.test_mornings import MONDAY, mornings, nine
from tests.e2e.world import World
from tests.factories import make_lead

LENA = "lena@acme.example"
THURSDAY = MONDAY + timedelta(days=3)


@pytest.fixture
def world(world: World) -> World:
    """Monday afternoon, in June 2030."""
    world.jump_to(datetime(2030, 6, 3, 15, tzinfo=ZoneInfo("Europe/Berlin")))
    return world


def template(world: World, name: str, body: str, follow_up_id: UUID | None = None) -> UUID:
    with world.ctx(world.sam) as ctx:
        return templates.create(ctx, TemplateInput(name, "About your visit", body, follow_up_id)).id


def written(world: World, template_id: UUID | None = None, **of_lead: object) -> UUID:
    """Ana writes to Lena, and the mail arrives; the lead's id."""
    with world.ctx(world.ana) as ctx:
        values = {"owner": world.member(world.ana), "email": LENA, **of_lead}
        lead = make_lead(ctx, "Lena Fischer", **values)
        ctx.session.flush()
        drafts.send(ctx, "lead", lead.id, EmailInput("About your visit", "Hi Lena", template_id))
        lead_id = lead.id
    world.jump(seconds=10)
    world.settle()
    return lead_id


def lead(world: World) -> Lead:
    (found,) = world.rows(Lead)
    return found


def morning(world: World) -> MessageHandle:
    nine(world, world.ana, THURSDAY)
    (message,) = mornings(world.ana)
    return message


def prepared(world: World) -> MessageHandle:
    second = template(world, "Second mail", "Hi {{first_name}}, did you see it?")
    written(world, template(world, "First mail", "Hi", second))
    return morning(world)


def test_after_three_days_it_is_a_follow_up_with_its_reason(world: World) -> None:
    written(world)
    nine(world, world.ana, MONDAY + timedelta(days=2))
    assert mornings(world.ana) == []
    message = morning(world)
    assert "no answer to “About your visit”" in message.visible_text()
    assert "Send follow-up" not in message.buttons()
    assert lead(world).next_follow_up == THURSDAY
    with world.ctx(world.ana) as ctx:
        activities.set_follow_up(ctx, "lead", lead(world).id, None)
    nine(world, world.ana, THURSDAY + timedelta(days=1))
    assert lead(world).next_follow_up is None


def test_the_prepared_mail_leaves_by_one_click_in_the_same_conversation(world: World) -> None:
    message = prepared(world)
    message.click("Send follow-up", confirm=True)
    assert message.text == "All done for today"
    world.jump(seconds=10)
    world.settle()
    first, second = world.rows(Email)
    assert (second.body, second.state) == ("Hi Lena, did you see it?", EmailState.SENT)
    assert second.in_reply_to == first.message_id != ""
    assert lead(world).next_follow_up is None
    nine(world, world.ana, THURSDAY + timedelta(days=1))
    assert len(world.rows(Email)) == 2


def test_undo_comes_in_time(world: World) -> None:
    message = prepared(world)
    message.click("Send follow-up", confirm=True)
    message.click("Undo")
    world.jump(seconds=10)
    world.settle()
    assert [mail.state for mail in world.rows(Email)] == [EmailState.SENT, EmailState.STOPPED]
    assert lead(world).next_follow_up == THURSDAY
    assert "Send follow-up" in message.buttons()


def test_it_can_be_read_first(world: World) -> None:
    prepared(world).click("Read it first")
    modal = world.ana.modal
    assert "Hi Lena, did you see it?" in modal.text()
    modal.submit("Send")
    world.jump(seconds=10)
    world.settle()
    first, second = world.rows(Email)
    assert second.in_reply_to == first.message_id


def test_what_speaks_against_it_is_said_before_it_leaves(world: World) -> None:
    second = template(world, "Second mail", "Hi from {{company}}")
    written(world, template(world, "First mail", "Hi", second))
    morning(world).click("Send follow-up", confirm=True)
    assert "{{company}}" in world.ana.modal.text()
    assert len(world.rows(Email)) == 1


def test_an_answer_in_the_meantime_is_in_time(world: World) -> None:
    message = prepared(world)
    with world.ctx() as ctx:
        for mail in ctx.session.scalars(visible(ctx, Email)):
            mail.replied_at = mail.replied_at or ctx.now
    message.click("Send follow-up", confirm=True)
    assert "not needed any more" in world.ana.last_message(world.ana.dm_with_app).text
    assert len(world.rows(Email)) == 1


@pytest.mark.parametrize("what", ["reply", "bounce", "opt_out", "closed", "spoken", "planned", "off"])
def test_it_stops_by_itself(world: World, what: str) -> None:
    lead_id = written(world)
    if what == "off":
        world.configure(no_answer_days=0)
    with world.ctx(world.ana) as ctx:
        mail = ctx.session.scalars(visible(ctx, Email)).one()
        match what:
            case "reply":
                mail.replied_at = ctx.now
            case "bounce":
                mail.failed_at = ctx.now
            case "opt_out":
                suppressions.suppress(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
            case "closed":
                ctx.session.get_one(Lead, (ctx.workspace.id, lead_id)).status = LeadStatus.LOST
            case "spoken":
                activities.log_call(
                    ctx, "lead", lead_id, CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.CONNECTED)
                )
            case "planned":
                activities.set_follow_up(ctx, "lead", lead_id, date(2030, 6, 20))
    nine(world, world.ana, THURSDAY)
    assert mornings(world.ana) == []
    assert lead(world).next_follow_up == (date(2030, 6, 20) if what == "planned" else None)
