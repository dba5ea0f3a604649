"""What a mail's writer is told of it: every reason in words, foreign words made harmless, the right buttons."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.errors import MAIL_WHY, mail_why
from bot.replies import Message
from bot.views import mail_words
from core.emails.drafts import WHY_SUPPRESSED
from core.enums import EmailState, EntityType
from core.i18n import Viewer
from core.queries.emails import MailStanding, MailView
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
AT = datetime(2026, 3, 16, 9, tzinfo=UTC)


def mail(state: EmailState, why: str = "", **over: object) -> MailView:
    made = MailView(
        standing=MailStanding(UUID(int=1), state),
        entity=EntityType.LEAD,
        entity_id=UUID(int=42),
        ref="L-42",
        record_name="Lena Fischer",
        from_name="Ben Okafor",
        from_address="sales@northwind.example",
        to_name="Lena Fischer",
        to_address="lena@acme.example",
        subject="Your visit",
        body="Hi",
        quoted="",
        why=why,
        created_at=AT,
        sent_at=None,
        opens=0,
        clicks=0,
        scanner_clicks=0,
        sender="Ben Okafor",
        events=(),
        can_edit=True,
    )
    return replace(made, **over)  # type: ignore[arg-type]


def labels(message: Message) -> list[str]:
    elements = message.blocks[1]["elements"]
    assert isinstance(elements, list)
    return [one["text"]["text"] for one in elements]


@pytest.mark.parametrize(
    ("name", "state", "why", "buttons"),
    [
        ("failed", EmailState.FAILED, "The subject is bad.", ["Send again", "Show e-mail", "Open L-42"]),
        ("held", EmailState.HELD, "opted_out", ["Show e-mail", "Open L-42"]),
        (
            "unknown",
            EmailState.UNKNOWN,
            "mail_outcome_unknown",
            ["It arrived", "Send again", "Show e-mail", "Open L-42"],
        ),
    ],
)
def test_what_is_said_and_what_can_be_done(name: str, state: EmailState, why: str, buttons: list[str]) -> None:
    message = mail_words.word(mail(state, why), EN)
    assert message is not None
    assert labels(message) == buttons
    assert_golden(f"mail_words/{name}", message)


@pytest.mark.parametrize("state", [EmailState.QUEUED, EmailState.SENDING, EmailState.SENT, EmailState.STOPPED])
def test_nothing_is_said_of_a_mail_that_is_well(state: EmailState) -> None:
    assert mail_words.word(mail(state), EN) is None


def test_foreign_words_are_harmless_and_short() -> None:
    evil = "<!channel> <https://evil|ok> " * 40
    message = mail_words.word(mail(EmailState.FAILED, evil[:500], subject=evil, to_name=evil), EN)
    assert message is not None
    assert "<!channel>" not in message.text
    assert problems_of(message) == []


def test_one_of_a_mailing_stands_for_the_others() -> None:
    message = mail_words.word(mail(EmailState.FAILED, "mail_no_sender", in_mailing=True), EN)
    assert message is not None
    assert "part of a mailing" in str(message.blocks[1])


def test_every_reason_has_words() -> None:
    assert set(WHY_SUPPRESSED.values()) <= set(MAIL_WHY)
    for code in MAIL_WHY:
        assert mail_why(code, EN) != code
    assert mail_why("Bad subject.", EN) == "SendGrid says: Bad subject."
    assert mail_why("", EN) == ""
