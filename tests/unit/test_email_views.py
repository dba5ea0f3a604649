"""E-mail as Slack shows it: the window, its warnings, previews, a mail with what became of it, mailings."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bot.routes import PreviewMailing, SaveMail, SaveTemplate, SendEmail, StartMailing
from bot.views import emails as views
from bot.views import mail_warnings, mailings, mails, quote_mail, settings_mail
from bot.views.activities import timeline_blocks
from bot.views.emails import Compose, Preview
from bot.views.mail_standing import MACHINE_EVENTS, standing
from bot.views.settings import Done, Shown
from core import jobs
from core.bulk import Progress
from core.emails.drafts import Recipient
from core.emails.drafts import Warning as MailWarning
from core.emails.mailings import Audience, Reader
from core.emails.templates import FIELDS
from core.enums import ActivityKind, BulkState, Direction, EmailProgress, EmailState, EntityType, QuoteStatus
from core.i18n import Viewer
from core.lists import ListFilter
from core.queries.activities import TimelineItem
from core.queries.emails import MailEvent, MailSettings, MailStanding, MailView, TemplateRow
from core.queries.quotes import QuoteCard
from core.queries.records import Hit, Page
from core.quotes import LineInput, TaxSum
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
HOSTILE = "<!channel> *x* <https://evil|ok> `{{name}}`"
AT = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
LEAD = Hit(EntityType.LEAD, UUID(int=1), "L-1", "Lena Fischer", "Acme GmbH")
LENA = Recipient("Lena Fischer", "lena@acme.example", "lead", UUID(int=1))
ROUTE = SendEmail("lead", UUID(int=1))
INTRO = TemplateRow(UUID(int=5), "Intro", "Hello {{first_name}}")
VALUES = {"template_id": views.template_choice(INTRO), "subject": "Our call", "body": "Hello Lena"}
CODES = ("no_address", "no_contact", "opted_out", "spam_before", "bounced_before", "written_off")
WARNINGS = (
    *(MailWarning(code) for code in CODES),
    MailWarning("missing_field", {"field": "company"}),
    MailWarning("unknown_field", {"field": HOSTILE}),
    MailWarning("mailed_today", {"who": HOSTILE, "at": AT}),
    MailWarning("mailed_today", {"who": "", "at": AT}),
)
STANDING = MailStanding(UUID(int=9), EmailState.SENT, EmailProgress.DELIVERED, delivered_at=AT)
MAIL = MailView(
    standing=STANDING,
    entity=EntityType.LEAD,
    entity_id=UUID(int=1),
    ref="L-1",
    record_name="Lena Fischer",
    from_name="Ana Costa",
    from_address="sales@acme.example",
    to_name="Lena Fischer",
    to_address="lena@acme.example",
    subject="Our call",
    body="Hello Lena\n\nBye",
    quoted="",
    why="",
    created_at=AT,
    sent_at=AT,
    opens=1,
    clicks=0,
    scanner_clicks=0,
    sender="Ana Costa",
    events=(
        MailEvent("delivered", AT),
        MailEvent("open", AT, machine=True),
        MailEvent("click", AT, url="https://acme.example/?a=<b>"),
        MailEvent("bounce", AT, reason=HOSTILE + "\n550 5.1.1"),
        MailEvent("something_new", AT),
    ),
    can_edit=True,
)


# -- the window ---------------------------------------------------------------------------------------------------


def test_the_window() -> None:
    data = Compose(ROUTE, LEAD, LENA, "Ana Costa <sales@acme.example>", VALUES)
    assert_golden("emails/compose", views.compose_modal(data, EN))
    asked = replace(data, asked=INTRO, warnings=WARNINGS[-1:], notice=views.unknown_template(HOSTILE, EN))
    assert_golden("emails/compose_asked", views.compose_modal(asked, EN))
    deal = Hit(EntityType.DEAL, UUID(int=2), "D-1", HOSTILE * 20, HOSTILE)
    quote = SendEmail("deal", UUID(int=2), quote_id=UUID(int=3), revision=2)
    values = {"reader_id": views.reader_choice(LENA), "subject": "x" * 250, "body": "y" * 3000}
    assert_golden("emails/compose_quote", views.compose_modal(Compose(quote, deal, LENA, HOSTILE * 20, values), EN))
    nobody = Compose(quote, deal, None, HOSTILE, {}, WARNINGS)
    assert problems_of(views.compose_modal(nobody, EN)) == []


def test_each_warning_is_a_sentence() -> None:
    said = [mail_warnings.sentence(one, EN) for one in WARNINGS]
    assert all(len(one) > 20 for one in said)
    assert len(set(said)) == len(said)
    assert not any("<" in one for one in said), "foreign words are harmless"
    assert mail_warnings.key(WARNINGS[-1]) != mail_warnings.key(MailWarning("mailed_today", {"at": AT.replace(hour=8)}))


@pytest.mark.parametrize(("name", "codes"), [("no_address", ["no_address"]), ("bounced", ["bounced_before"])])
def test_where_nothing_can_be_written(name: str, codes: list[str]) -> None:
    modal = views.cannot_write(LEAD, [MailWarning(code) for code in codes], EN)
    assert modal.route is None
    assert_golden(f"emails/cannot_write_{name}", modal)


def test_previews_of_any_length() -> None:
    mail = Preview("Ana <a@x.example>", HOSTILE, HOSTILE, HOSTILE + "\n\nBye", "Acme Ltd\nMain St 1", WARNINGS[6:8])
    assert_golden("emails/preview", views.preview_modal(mail, EN))
    long = replace(mail, text="\n".join("line " * 30 for _ in range(100)), footer=HOSTILE * 100, subject="s" * 250)
    assert problems_of(views.preview_modal(long, EN)) == []
    assert problems_of(views.preview_modal(replace(mail, text="", to="", subject="", footer=""), EN)) == []


def test_what_was_typed_after_the_command() -> None:
    hits = [LEAD, replace(LEAD, entity=EntityType.DEAL, ref="D-1", name=HOSTILE)]
    assert_golden("emails/which_one", views.which_one(hits, EN, INTRO.id))
    assert_golden("emails/nobody", views.nobody_called(HOSTILE, EN))
    assert views.follow_up_subject("Our call") == "Re: Our call"
    assert views.follow_up_subject("RE: Our call") == "RE: Our call"


# -- a mail -------------------------------------------------------------------------------------------------------


def test_a_mail_and_its_message() -> None:
    assert_golden("emails/sent", mails.sent(MAIL, UUID(int=8), EN, also="Status is now Contacted.", where="C0REPLIES"))
    assert_golden("emails/mail", mails.mail_modal(MAIL, EN))
    unknown = replace(
        MAIL, standing=replace(STANDING, state=EmailState.UNKNOWN), why="mail_outcome_unknown", sent_at=None
    )
    assert_golden("emails/mail_unknown", mails.mail_modal(unknown, EN, "Said."))
    hostile = replace(MAIL, subject=HOSTILE, to_name=HOSTILE, body=HOSTILE * 200, why=HOSTILE * 20, quoted="> x")
    assert problems_of(mails.mail_modal(hostile, EN)) == []
    assert problems_of(mails.sent(hostile, UUID(int=8), EN)) == []


def test_only_who_may_change_the_record_gets_steps() -> None:
    for state in EmailState:
        mail = replace(MAIL, standing=replace(STANDING, state=state))
        texts = [str(one["text"]) for one in mails.mail_buttons(replace(mail, can_edit=False), EN)]
        assert len(texts) == 2, "look at it, open the record"
        assert len(mails.mail_buttons(mail, EN)) >= 2


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (MailStanding(UUID(int=1), EmailState.QUEUED), "waiting to be sent"),
        (MailStanding(UUID(int=1), EmailState.SENT), "sent"),
        (MailStanding(UUID(int=1), EmailState.SENT, EmailProgress.DEFERRED), "delayed"),
        (STANDING, "delivered"),
        (replace(STANDING, machine_opens=2), "delivered, opened by a mail program"),
        (replace(STANDING, opened_at=AT, machine_opens=2), "opened"),
        (replace(STANDING, opened_at=AT, clicked_at=AT, replied_at=AT), "link clicked, answered"),
        (replace(STANDING, progress=EmailProgress.BOUNCED), "bounced"),
        (
            replace(STANDING, progress=EmailProgress.SPAM, opened_at=AT, unsubscribed_at=AT),
            "reported as spam, unsubscribed",
        ),
    ],
)
def test_where_a_mail_stands(mail: MailStanding, words: str) -> None:
    assert standing(mail, EN) == words


def test_a_machine_is_never_called_a_person() -> None:
    assert all("person" in words for words in MACHINE_EVENTS.values())


def test_a_mail_on_the_timeline_is_no_call() -> None:
    item = TimelineItem(
        UUID(int=4), AT, ActivityKind.EMAIL, "Ana", Direction.OUTBOUND, subject=HOSTILE, notes="Hello", mail=STANDING
    )
    note = replace(item, direction=Direction.INBOUND, mail=None)
    answered = replace(note, reply_id=UUID(int=6))
    assert_golden("emails/timeline", timeline_blocks([item, note, answered], EN))


# -- a quote ------------------------------------------------------------------------------------------------------


def quote(lines: int, words: str) -> QuoteCard:
    line = LineInput(None, words, Decimal(2), Decimal("1234.50"), Decimal(10), Decimal(19))
    return QuoteCard(
        id=UUID(int=3),
        ref="Q-2026-0001",
        status=QuoteStatus.DRAFT,
        currency="EUR",
        valid_until=date(2026, 4, 15),
        note=words,
        lines=(line,) * lines,
        subtotal=Decimal("2222.10"),
        taxes=(TaxSum(Decimal(19), Decimal("2222.10"), Decimal("422.20")),),
        total=Decimal("2644.30"),
        deal_id=UUID(int=2),
        deal_ref="D-1",
        deal_name="Acme rollout",
        account_name="Acme",
        version=1,
        can_edit=True,
    )


def test_a_quote_in_a_mail() -> None:
    text = quote_mail.body(quote(2, "Robot {{name}}"), "Ana Costa", EN)
    assert text.startswith(
        "Hello {{first_name|there}},\n\nthis is our offer Q-2026-0001:\n\n1. Robot { {name}}: 2 × €1,234.50"
    )
    assert "Total: €2,644.30\n\nThe offer is valid until Apr 15, 2026." in text
    assert text.endswith("Best regards\nAna Costa")
    assert quote_mail.subject(quote(1, "x"), EN) == "Our offer Q-2026-0001: Acme rollout"


def test_the_longest_quote_still_fits_the_input() -> None:
    assert len(quote_mail.body(quote(12, "word " * 60), "Ana Costa" * 9, EN)) <= views.BODY_TYPED


# -- many ---------------------------------------------------------------------------------------------------------


def reader(number: int, why: str = "", field: str = "") -> Reader:
    return Reader(UUID(int=number), f"L-{number}", HOSTILE, f"l{number}@x.example", "Hi", "Text", why, field)


def test_a_mailing_before_it_leaves() -> None:
    route = StartMailing(ListFilter(owner="mine"), (UUID(int=1),))
    data = mailings.MailingData(route, 40)
    assert_golden("emails/mailing", mailings.mailing_modal(data, EN))
    out = [reader(n, "no_address") for n in range(2, 14)]
    audience = Audience((reader(1), *out, reader(20, "missing_field", "company"), reader(21, "opted_out")))
    counted = replace(data, template_id=INTRO.id, audience=audience)
    assert_golden("emails/mailing_counted", mailings.mailing_modal(counted, EN))
    full = replace(counted, audience=Audience(tuple(reader(n, "bounced_before") for n in range(200))))
    assert problems_of(mailings.mailing_modal(full, EN)) == []


def test_what_one_of_them_gets() -> None:
    route = PreviewMailing(ListFilter(), INTRO.id, (), 1)
    mail = Preview("Ana", HOSTILE, "Hi", "Text", "")
    assert_golden("emails/mailing_preview", mailings.preview_modal(route, reader(1), 3, mail, EN))


@pytest.mark.parametrize("state", list(BulkState))
def test_how_far_a_mailing_is(state: BulkState) -> None:
    left_out = {"no_address": 2, "missing_field": 1}
    ends = AT if state in (BulkState.RUNNING, BulkState.WAITING) else None
    job = Progress(
        UUID(int=1), jobs.MAIL, EntityType.LEAD, 10, 3, 40, state, name=HOSTILE, left_out=left_out, ends_at=ends
    )
    job = replace(job, mails={EmailState.SENT: 4, EmailState.HELD: 1, EmailState.FAILED: 2})
    assert_golden(f"emails/mailing_{state.value}", mailings.progress(job, EN))


# -- settings -----------------------------------------------------------------------------------------------------


def test_the_settings() -> None:
    done = Done("Saved.", UUID(int=7))
    assert_golden("emails/templates", settings_mail.templates_modal(Page((INTRO,), 1, has_more=True), done, EN))
    assert_golden("emails/templates_none", settings_mail.templates_modal(Page(), None, EN))
    values = {"name": "Intro", "subject": "Hi", "body": "Text", "follow_up_id": settings_mail.template_chosen(INTRO)}
    assert_golden("emails/template", settings_mail.template_modal(SaveTemplate(INTRO.id, 3), values, Shown(), EN))
    data = MailSettings("sales@acme.example", "Acme Ltd", "", 3, UUID(int=1))
    values = {"mail_from": data.mail_from, "mail_footer": data.mail_footer}
    modal = settings_mail.mail_modal(data, values, Shown(None, "r1"), EN)
    assert modal.route == SaveMail(data.seen)
    assert_golden("emails/settings", modal)


def test_each_placeholder_has_a_meaning_and_the_nearest_is_offered() -> None:
    assert set(settings_mail.MEANINGS) == set(FIELDS)
    assert "{{company}}" in settings_mail.unknown_placeholder(["compny"], EN)
    assert "Did you mean" not in settings_mail.unknown_placeholder(["zzzzzz"], EN)
    # The window a mail is written in lists no placeholders, so the sentence names them all.
    assert all(f"{{{{{field}}}}}" in settings_mail.unknown_placeholder(["zzzzzz"], EN) for field in FIELDS)
