"""Which deliveries an event leads to."""

from uuid import UUID, uuid4

import pytest

from core.events import (
    CardShared,
    DealWon,
    EmailNeedsWord,
    EmailQueued,
    Event,
    HomeChanged,
    MemberJoined,
    QuoteExpired,
    RecordAssigned,
    RecordChanged,
    TaskGiven,
)
from notifications.plans import ForMember, Kind, MailOut, MailWord, NewCard, OldCard, Plan, Purpose, pack, unpack
from notifications.rules import Facts, LiveCard, UnknownEvent, plans_for

ANA, BEN, LEAD, EVENT, CARD = (uuid4() for _ in range(5))
TEAM = {ANA: "UANA", BEN: "UBEN"}


def plans(event: Event, **facts: object) -> list[Plan]:
    return plans_for(event, Facts(**({"people": TEAM} | facts)), EVENT)  # type: ignore[arg-type]


def test_a_newcomers_profile_comes_before_the_welcome_in_one_lane() -> None:
    profile, welcome = plans(MemberJoined(ANA, installer=True))
    assert (profile.kind, welcome.kind) == (Kind.PROFILE, Kind.WELCOME)
    assert profile.lane == welcome.lane == "UANA"
    assert welcome.payload == ForMember(ANA, installer=True)


def test_a_change_reaches_every_card_and_the_owners_home() -> None:
    cards = (LiveCard(CARD, "C1"), LiveCard(uuid4(), "D1"))
    made = plans(RecordChanged("lead", LEAD), cards=cards, owner_id=ANA, homes=frozenset({ANA}))
    assert [(one.kind, one.lane) for one in made] == [
        (Kind.CARD_EDIT, "C1"),
        (Kind.CARD_EDIT, "D1"),
        (Kind.HOME, "home:UANA"),
    ]
    assert made[0].payload == OldCard(CARD)


@pytest.mark.parametrize("owner_id", [None, ANA])
def test_a_home_that_was_never_opened_is_left_alone(owner_id: UUID | None) -> None:
    assert plans(RecordChanged("lead", LEAD), owner_id=owner_id) == []
    assert plans(HomeChanged(ANA)) == []


def test_the_same_change_twice_is_one_delivery() -> None:
    facts: dict[str, object] = {"cards": (LiveCard(CARD, "C1"),)}
    first, second = (
        plans_for(RecordChanged("lead", LEAD), Facts(**facts), uuid4())[0].key  # type: ignore[arg-type]
        for _ in range(2)
    )
    assert first == second


def test_an_assignment_is_told_to_the_new_owner() -> None:
    (plan,) = plans(RecordAssigned("lead", LEAD, ANA, BEN))
    assert plan.payload == NewCard("lead", LEAD, "UANA", Purpose.ASSIGNED, member_id=ANA, by_id=BEN)


def test_a_task_and_an_expired_quote_are_told_to_one_person_each() -> None:
    (task,) = plans(TaskGiven(LEAD, ANA, BEN))
    assert task.payload == NewCard("activity", LEAD, "UANA", Purpose.TASK, member_id=ANA, by_id=BEN)
    assert plans(TaskGiven(LEAD, ANA, ANA)) == []
    (expired,) = plans(QuoteExpired(LEAD, ANA))
    assert expired.payload == NewCard("quote", LEAD, "UANA", Purpose.EXPIRED, member_id=ANA, by_id=None)
    again = plans_for(QuoteExpired(LEAD, ANA), Facts(people=TEAM), uuid4())
    assert [one.key for one in again] == [expired.key], "a quote expires once"


@pytest.mark.parametrize(("owner_id", "by_id"), [(ANA, ANA), (uuid4(), BEN)])
def test_nobody_is_told_what_they_did_themselves_and_nobody_who_cannot_be_written_to(
    owner_id: UUID, by_id: UUID
) -> None:
    assert plans(RecordAssigned("lead", LEAD, owner_id, by_id)) == []


def test_each_sharing_posts_a_card_of_its_own() -> None:
    (plan,) = plans(CardShared("lead", LEAD, "C1", ANA))
    assert (plan.key, plan.lane) == (f"shared:{EVENT}", "C1")
    assert plan.payload == NewCard("lead", LEAD, "C1", Purpose.SHARED, member_id=ANA, by_id=ANA)


def test_a_won_deal_is_announced_where_the_workspace_wants_it() -> None:
    assert plans(DealWon(LEAD, ANA)) == []
    (plan,) = plans(DealWon(LEAD, ANA), sales_channel="C1")
    assert plan.payload == NewCard("deal", LEAD, "C1", Purpose.WON, member_id=ANA, by_id=ANA)


def test_an_event_without_a_rule_is_not_swallowed() -> None:
    with pytest.raises(UnknownEvent):
        plans(Event())


def test_payloads_hold_ids_and_come_back_whole() -> None:
    card = NewCard("lead", LEAD, "C1", Purpose.WON, member_id=None, by_id=ANA)
    assert unpack(NewCard, pack(card)) == card


def test_a_mail_leaves_by_a_lane_of_its_own_and_once_for_each_time_it_is_asked_for() -> None:
    (plan,) = plans(EmailQueued(LEAD))
    assert (plan.key, plan.lane, plan.kind) == (f"email:{EVENT}", f"email:{LEAD}", Kind.EMAIL)
    assert plan.payload == MailOut(LEAD)


def test_a_mails_writer_is_told_if_they_can_be_written_to() -> None:
    (plan,) = plans(EmailNeedsWord(LEAD, ANA))
    assert (plan.lane, plan.kind, plan.payload) == ("UANA", Kind.EMAIL_WORD, MailWord(LEAD, ANA))
    assert plans(EmailNeedsWord(LEAD, uuid4())) == []
