"""Leads, accounts and contacts as Slack shows them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bot.replies import Choice, Message, Modal
from bot.routes import SaveLead
from bot.views import accounts, contacts, leads, people
from bot.views.history import Meanwhile
from bot.views.leads import ConversionData, LeadFormData
from core.duplicates import Likeness, Match
from core.enums import ActivityKind, CallOutcome, Direction, EntityType, LeadStatus, StageKind
from core.i18n import Viewer
from core.queries.accounts import AccountCard, OpenDeal, PersonRow
from core.queries.activities import TimelineItem
from core.queries.contacts import ContactCard
from core.queries.history import FieldChange
from core.queries.leads import LeadCard, LeadRow, Link, SourceRow
from core.queries.records import Page
from core.queries.stages import StageRow
from core.queries.tags import TagRow
from tests.golden import assert_golden, problems_of

LISBON = Viewer("en_GB", "Europe/Lisbon")
NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
HOSTILE = "<!channel> *x* <https://evil|ok>"
LONG = "x" * 5000


def an_id(number: int) -> UUID:
    """A fixed id, so that golden files stay the same."""
    return UUID(int=number)


CALL = TimelineItem(
    id=an_id(90),
    at=NOW,
    kind=ActivityKind.CALL,
    who="Ana Costa",
    direction=Direction.OUTBOUND,
    outcome=CallOutcome.INTERESTED,
    duration_minutes=12,
    notes="Wants a pilot in May.",
    objections=("Too expensive",),
)
LEAD = LeadCard(
    id=an_id(1),
    ref="L-42",
    name="Lena Fischer",
    company="Acme GmbH",
    email="lena@acme.example",
    phone="+49301234567",
    phone_shown="030 1234567",
    source_id=an_id(50),
    source="Referral",
    status=LeadStatus.CONTACTED,
    owner="U0ANA",
    next_follow_up=date(2026, 3, 17),
    last_touch_at=NOW,
    created_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    notes="Met at the fair.",
    version=3,
    can_edit=True,
    can_assign=True,
    timeline=(CALL,),
)
BARE = LeadCard(
    id=an_id(2),
    ref="L-43",
    name="Zoe",
    company="",
    email="",
    phone="",
    phone_shown="",
    source_id=None,
    source="",
    status=LeadStatus.NEW,
    owner="",
    next_follow_up=None,
    last_touch_at=None,
    created_at=NOW,
    notes="",
    version=1,
    can_edit=False,
    can_assign=False,
)
CONVERTED = replace(
    LEAD,
    status=LeadStatus.CONVERTED,
    next_follow_up=None,
    links=(
        Link(EntityType.DEAL, an_id(7), "D-7", "Acme rollout"),
        Link(EntityType.CONTACT, an_id(8), "C-3", "Lena Fischer"),
        Link(EntityType.ACCOUNT, an_id(9), "A-2", "Acme GmbH"),
    ),
)
ACCOUNT = AccountCard(
    id=an_id(9),
    ref="A-2",
    name="Acme GmbH",
    domain="acme.example",
    phone="+49301234567",
    phone_shown="030 1234567",
    owner="U0ANA",
    notes="Family business.",
    created_at=NOW,
    last_touch_at=NOW,
    version=1,
    can_edit=True,
    deals=(OpenDeal(an_id(7), "D-7", "Acme rollout", "Proposal", Decimal("12000"), "EUR"),),
    people=(PersonRow(an_id(8), "C-3", "Lena Fischer", "CTO", "lena@acme.example"),),
    timeline=(CALL,),
)
CONTACT = ContactCard(
    id=an_id(8),
    ref="C-3",
    name="Lena Fischer",
    title="CTO",
    email="lena@acme.example",
    phone="+49301234567",
    phone_shown="030 1234567",
    account_id=an_id(9),
    account_ref="A-2",
    account_name="Acme GmbH",
    owner="U0ANA",
    next_follow_up=date(2026, 3, 15),
    notes="",
    created_at=NOW,
    last_touch_at=None,
    version=1,
    can_edit=True,
    deals=(OpenDeal(an_id(7), "D-7", "Acme rollout", "Proposal", None, "EUR"),),
    timeline=(CALL,),
)
SOURCES = (SourceRow(an_id(50), "Referral"), SourceRow(an_id(51), "Website"))
MATCHES = (
    Match(EntityType.LEAD, an_id(1), "L-42", "Lena Fischer", "Acme GmbH", Likeness.EMAIL),
    Match(EntityType.CONTACT, an_id(8), "C-3", HOSTILE, "", Likeness.NAME, 90.0),
    Match(EntityType.ACCOUNT, an_id(9), "A-2", "Acme GmbH", "acme.example", Likeness.COMPANY),
)
STAGES = (
    StageRow(an_id(60), "Lead in", StageKind.OPEN, 10, pipeline="Sales"),
    StageRow(an_id(61), "Qualified", StageKind.OPEN, 25, 1, pipeline="Sales"),
    StageRow(an_id(62), "Talking", StageKind.OPEN, 25, pipeline="Partners"),
)


def rows(count: int) -> tuple[LeadRow, ...]:
    """Leads of a list."""
    return tuple(
        LeadRow(
            an_id(n),
            f"L-{n}",
            f"Lead {n}",
            "Acme",
            LeadStatus.NEW,
            "U0ANA" if n % 2 else "",
            date(2026, 4, n),
            date(2026, 4, 1),
        )
        for n in range(1, count + 1)
    )


CARDS = {
    "card": leads.card(LEAD, LISBON),
    "card_bare_and_not_mine": leads.card(BARE, LISBON),
    "card_converted": leads.card(CONVERTED, LISBON),
    "card_hostile": leads.card(replace(LEAD, name=HOSTILE, company=HOSTILE, notes=HOSTILE, source=HOSTILE), LISBON),
    "list_middle_page": leads.listing(Page(rows(8), 1, has_more=True), "", LISBON),
    "list_found": leads.listing(Page(rows(1)), "acme", LISBON),
    "list_empty": leads.listing(Page(), "", LISBON),
    "list_nothing_found": leads.listing(Page(), HOSTILE, LISBON),
}
WINDOWS = {
    "form_new": leads.lead_modal(LeadFormData(SaveLead(), {"owner": "U0ANA"}, SOURCES), LISBON),
    "form_without_sources": leads.lead_modal(LeadFormData(SaveLead(), {}, ()), LISBON),
    "form_with_matches": leads.lead_modal(
        LeadFormData(
            SaveLead(shown=tuple((one.id, one.likeness.value) for one in MATCHES)), {"name": "Lena"}, SOURCES, MATCHES
        ),
        LISBON,
    ),
    "form_edited_meanwhile": leads.lead_modal(
        LeadFormData(
            SaveLead(an_id(1), 4),
            {"name": "Lena Fischer", "source_id": an_id(50), "next_follow_up": date(2026, 3, 17)},
            SOURCES,
            (),
            "L-42",
            Meanwhile(
                HOSTILE, (FieldChange("phone", None, "+49301234567"), FieldChange("company", HOSTILE, "Acme")), 4
            ),
        ),
        LISBON,
    ),
    "assign": leads.assign_modal(LEAD, LISBON),
    "convert_new_account": leads.convert_modal(ConversionData(LEAD, None, "EUR", STAGES), LISBON),
    "convert_asked": leads.convert_modal(
        ConversionData(
            LEAD, None, "EUR", STAGES, {"deal_name": "Acme", "value": "5k"}, more=True, needs=("expected_close",)
        ),
        LISBON,
    ),
    "convert_known_account": leads.convert_modal(
        ConversionData(LEAD, Choice("A-2 · Acme GmbH", str(an_id(9))), "EUR", STAGES), LISBON
    ),
}


@pytest.mark.parametrize("name", CARDS)
def test_lead_messages(name: str) -> None:
    assert_golden(f"leads/{name}", CARDS[name])


@pytest.mark.parametrize("name", WINDOWS)
def test_lead_windows(name: str) -> None:
    assert_golden(f"leads/{name}", WINDOWS[name])


def test_account_and_contact_cards() -> None:
    assert_golden("accounts/card", accounts.card(ACCOUNT, LISBON))
    assert_golden("contacts/card", contacts.card(CONTACT, LISBON))


def too_much() -> Sequence[Message | Modal]:
    """Everything at its longest."""
    many = (replace(CALL, notes=LONG),) * 5
    lead = replace(LEAD, name=LONG, company=LONG, notes=LONG, source=LONG, timeline=many)
    account = replace(ACCOUNT, name=LONG, notes=LONG, timeline=many, people=ACCOUNT.people * 5, deals=ACCOUNT.deals * 5)
    contact = replace(CONTACT, name=LONG, account_name=LONG, title=LONG, notes=LONG, timeline=many)
    matches = tuple(replace(one, name=LONG, detail=LONG) for one in MATCHES)
    return (
        leads.card(lead, LISBON),
        accounts.card(account, LISBON),
        contacts.card(contact, LISBON),
        leads.lead_modal(LeadFormData(SaveLead(), {"name": LONG, "notes": LONG}, SOURCES, matches), LISBON),
        leads.assign_modal(lead, LISBON),
        leads.convert_modal(ConversionData(lead, None, "EUR", STAGES), LISBON),
    )


def test_nothing_is_too_long_for_slack() -> None:
    assert [problem for shown in too_much() for problem in problems_of(shown)] == []


def test_a_half_typed_address_does_not_stop_the_form_from_being_shown_again() -> None:
    form = LeadFormData(SaveLead(), {"name": "Zoe", "email": "zoe@lima"}, SOURCES)
    assert problems_of(leads.lead_modal(form, LISBON)) == []


def test_foreign_text_never_becomes_markup() -> None:
    lead = replace(LEAD, name=HOSTILE, company=HOSTILE, notes=HOSTILE, source=HOSTILE)
    account = replace(ACCOUNT, name=HOSTILE, domain=HOSTILE, notes=HOSTILE)
    contact = replace(CONTACT, name=HOSTILE, title=HOSTILE, account_name=HOSTILE, notes=HOSTILE)
    shown = (leads.card(lead, LISBON), accounts.card(account, LISBON), contacts.card(contact, LISBON))
    for message in shown:
        assert "<!channel>" not in message.text
        assert "<https://evil" not in message.text
        for text in mrkdwn_of(message.blocks):
            assert "<!channel>" not in text
            assert "<https://evil" not in text


def mrkdwn_of(part: object) -> list[str]:
    """Every text in blocks that Slack reads as markup."""
    match part:
        case {"type": "mrkdwn", "text": str(text)}:
            return [text]
        case dict():
            return [text for value in part.values() for text in mrkdwn_of(value)]
        case list() | tuple():
            return [text for value in part for text in mrkdwn_of(value)]
    return []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ana@acme.example", "<mailto:ana@acme.example|ana@acme.example>"),
        ("a|b@acme.example", "a|b@acme.example"),
        ("a&b@acme.example", "a&amp;b@acme.example"),
        ("", ""),
    ],
)
def test_an_address_is_a_link_unless_it_would_break_one(address: str, shown: str) -> None:
    assert people.mail(address) == shown


def test_buttons_are_only_for_what_one_may_do() -> None:
    assert buttons(leads.card(BARE, LISBON)) == []
    assert buttons(leads.card(LEAD, LISBON)) == [
        "Log call",
        "E-mail",
        "Edit",
        "Convert",
        "Assign",
        "Plan meeting",
        "New task",
        "Tags",
    ]
    assert buttons(leads.card(CONVERTED, LISBON)) == [
        "Open deal",
        "Open contact",
        "Open account",
        "Edit",
        "Assign",
        "Tags",
    ]


def test_what_nobody_has_can_be_claimed() -> None:
    free = replace(LEAD, owner="", tags=(TagRow(an_id(70), "vip"), TagRow(an_id(71), HOSTILE)))
    assert buttons(leads.card(free, LISBON))[0] == "Claim"
    assert "Claim" not in buttons(leads.card(replace(CONVERTED, owner=""), LISBON))
    assert_golden("leads/card_free", leads.card(free, LISBON))


def buttons(message: Message) -> list[str]:
    """What the buttons below a card say."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [one["text"]["text"] for row in rows for one in row if one["type"] == "button"]  # type: ignore[attr-defined]
