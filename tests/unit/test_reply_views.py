"""Replies and the list of mails to sort, as Slack shows them."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from bot.views import home as home_views
from bot.views import kit, triage
from bot.views import replies as views
from bot.views.replies import Answered
from core.duplicates import Likeness, Match
from core.emails.drafts import Draft, Recipient
from core.enums import EntityType, MailKind
from core.i18n import Viewer
from core.queries.home import HomeData
from core.queries.records import Hit, Page
from core.queries.replies import Original, ReplyRow, Triage, TriageRow
from core.queries.reply_cards import DealLine, MailFile, ReplyCard, Said
from tests.factories import START
from tests.golden import assert_golden, problems_of
from tests.unit.test_home_views import deal, follow_up

EN = Viewer("en_US", "UTC")
TODAY = date(2026, 3, 16)
CHANGE = UUID(int=99)
HOSTILE = "<!channel> *x* <https://evil|ok> " + "long " * 2000
FILES = (
    MailFile("Bestellung.pdf", "application/pdf", 120_000, kept=True),
    MailFile("plan.dwg", "application/octet-stream", 21_000_000, kept=False),
)
REPLY = ReplyCard(
    id=UUID(int=1),
    about=EntityType.DEAL,
    about_id=UUID(int=7),
    ref="D-7",
    name="Rollout",
    company="Acme GmbH",
    deal=DealLine(UUID(int=7), "D-7", "Rollout", "Proposal", open=True),
    owner="UANA",
    who="Lena Fischer",
    email="lena@acme.example",
    subject="Re: Angebot",
    words="Gerne, passt Dienstag?\n\nWir sind zu dritt.",
    whole=False,
    stranger=False,
    unproven=False,
    kind=MailKind.HUMAN,
    away_until=None,
    received_at=START,
    said=Said("Angebot", "Hallo Frau Fischer,\n\nwann passt es?", START - timedelta(days=2), "Ana Silva"),
    files=(),
    handled_at=None,
    handler="",
    answered=False,
    follow_up=TODAY,
    today=TODAY,
    can_edit=True,
)
DOUBTFUL = replace(
    REPLY,
    about=EntityType.LEAD,
    about_id=UUID(int=3),
    ref="L-3",
    name="Lena Fischer",
    stranger=True,
    unproven=True,
    whole=True,
    files=FILES,
    owner="",
    said=replace(REPLY.said or Said("", "", START, ""), by=""),
    follow_up=TODAY + timedelta(days=7),
)
ANSWERED = replace(REPLY, handled_at=START, handler="Ana Silva", answered=True)
STRANGE = replace(
    DOUBTFUL,
    name=HOSTILE,
    company=HOSTILE,
    who=HOSTILE,
    subject=HOSTILE,
    words=HOSTILE,
    said=Said(HOSTILE, HOSTILE, START, HOSTILE),
    deal=DealLine(UUID(int=7), "D-7", HOSTILE, HOSTILE, open=True),
    files=(MailFile(HOSTILE, HOSTILE, 1, kept=True),) * 9,
    handler=HOSTILE,
)
MAIL = TriageRow(
    UUID(int=4),
    "Kim Park",
    "kim@park.example",
    "Price?",
    "What does it cost?",
    START,
    MailKind.HUMAN,
    unproven=True,
    suggestion=Hit(EntityType.LEAD, UUID(int=3), "L-3", "Kim Park", "Park KG"),
    files=2,
)
ORIGINAL = Original(
    UUID(int=1),
    "Lena Fischer",
    "lena@acme.example",
    ("kim@other.example",),
    "Re: Angebot",
    "Gerne, passt Dienstag?\n\n> Wann passt es?",
    START,
    stranger=True,
    unproven=True,
    files=FILES,
)


def test_who_wrote_without_a_name_is_told_by_the_address_but_not_in_a_channel() -> None:
    nameless = replace(DOUBTFUL, owner="UANA", who="", email="kim@gmail.example")
    assert views.headline(nameless, EN) == "<@UANA> kim@gmail.example answered about L-3."
    assert views.headline(replace(nameless, email=""), EN) == "<@UANA> Somebody else answered about L-3."


def test_the_alert() -> None:
    assert_golden("replies/alert_deal", views.shown_alone(REPLY, EN))
    assert_golden("replies/alert_doubtful", views.shown_alone(DOUBTFUL, EN))
    assert_golden("replies/alert_answered", views.shown_alone(ANSWERED, EN))
    done = replace(ANSWERED, answered=False)
    assert views.headline(done, EN) == "Ana Silva marked the reply of Lena Fischer about D-7 as done."
    automatic = replace(done, kind=MailKind.AWAY)
    assert views.headline(automatic, EN) == "Ana Silva marked a mail from Lena Fischer about D-7 as no reply."


def test_an_account_has_no_follow_up_to_snooze() -> None:
    about = replace(REPLY, about=EntityType.ACCOUNT, deal=None)
    shown = str(views.shown_alone(about, EN).blocks)
    assert "Snooze" not in shown
    assert "Move stage" not in shown


def test_the_windows() -> None:
    draft = Draft(Recipient("Lena Fischer", "lena@acme.example", "deal", UUID(int=7)), "Re: Angebot", "", quoted="> Hi")
    assert_golden("replies/answer", views.answer_modal(REPLY, draft, EN))
    assert_golden("replies/answer_again", views.answer_modal(ANSWERED, draft, EN))
    assert_golden("replies/original", views.original_modal(ORIGINAL, EN))
    long = views.original_modal(replace(ORIGINAL, body="x" * 100_000), EN)
    assert problems_of(long) == []
    assert "A person wrote this" in str(views.original_modal(replace(ORIGINAL, to_correct=True), EN).blocks)
    assert_golden("replies/link", triage.link_modal(MAIL, EN))
    match = Match(EntityType.LEAD, UUID(int=3), "L-3", "Kim Park", "Park KG", Likeness.EMAIL)
    values = {"name": "Kim Park", "email": "kim@park.example"}
    assert_golden("replies/lead", triage.lead_modal(MAIL, values, [match], EN))


def test_what_was_done() -> None:
    done = Answered("Lena Fischer", "D-7", EntityType.DEAL, UUID(int=7))
    assert_golden("replies/answered", views.answered(done, CHANGE, EN))
    assert_golden(
        "replies/linked", triage.linked(MAIL.id, Hit(EntityType.LEAD, UUID(int=3), "L-3", "Kim", ""), CHANGE, EN)
    )
    assert_golden("replies/not_ours", triage.not_ours(MAIL, EN))
    assert views.put_away(ANSWERED, EN).text == "Done: nobody has to answer Lena Fischer about D-7."
    assert views.reopened(REPLY, EN).text == "Lena Fischer waits for an answer about D-7."
    assert (
        views.snoozed(replace(REPLY, follow_up=TODAY + timedelta(1)), CHANGE, EN).text
        == "D-7 comes up again: tomorrow."
    )


def test_the_list_of_mails_to_sort() -> None:
    bare = replace(MAIL, who="", subject="", words="", unproven=False, suggestion=None, files=0, kind=MailKind.BOUNCE)
    assert_golden("replies/triage", triage.listing(Triage(Page((MAIL, bare), 1, has_more=True), 11, START), EN))
    assert_golden("replies/triage_empty", triage.listing(Triage(Page(), 0, None), EN))


@pytest.mark.parametrize(("number", "shown"), [(1, "1 byte"), (1023, "1,023 bytes"), (2048, "2 KB"), (5 << 20, "5 MB")])
def test_sizes(number: int, shown: str) -> None:
    assert views.size(number, EN) == shown


def test_foreign_text_is_harmless_and_fits() -> None:
    row = replace(MAIL, who=HOSTILE, email=HOSTILE, subject=HOSTILE, words=HOSTILE)
    draft = Draft(Recipient(HOSTILE, HOSTILE, "deal", UUID(int=7)), HOSTILE, "", quoted=HOSTILE)
    match = Match(EntityType.LEAD, UUID(int=3), "L-3", HOSTILE, HOSTILE, Likeness.EMAIL)
    shown = (
        views.shown_alone(STRANGE, EN),
        views.shown_alone(replace(STRANGE, handled_at=START), EN),
        views.answer_modal(replace(STRANGE, handled_at=START), draft, EN),
        views.original_modal(replace(ORIGINAL, who=HOSTILE, subject=HOSTILE, also_to=(HOSTILE,), body=HOSTILE), EN),
        views.answered(Answered(HOSTILE, "D-7", EntityType.DEAL, UUID(int=7)), CHANGE, EN),
        views.put_away(STRANGE, EN),
        triage.listing(Triage(Page((row,) * 8, 1, has_more=True), 20, START), EN),
        triage.link_modal(replace(row, suggestion=None), EN),
        triage.lead_modal(row, {}, [match] * 9, EN),
        triage.not_ours(row, EN),
    )
    for one in shown:
        assert problems_of(one) == []
        for block in one.blocks:
            if block["type"] in ("section", "context"):
                assert "<!channel>" not in str(block) or "plain_text" in str(block)


def test_home_stays_within_slacks_limit_with_everything_in_it() -> None:
    waiting = ReplyRow(UUID(int=1), HOSTILE, "L-1", HOSTILE, HOSTILE, START, "UANA")
    data = HomeData(
        name="Ana",
        today=TODAY,
        is_new=False,
        due=Page(tuple(follow_up(n, -n) for n in range(8)), 1, has_more=True),
        deals=Page(tuple(deal(n, f"Stage {n}") for n in range(8)), 1, has_more=True),
        recent=(Hit(EntityType.LEAD, UUID(int=3), "L-3", "Kim", ""),) * 5,
        has_team=True,
        team=True,
        is_admin=True,
        replies=(waiting,) * 4,
        more_replies=True,
        triage=Triage(Page((MAIL,) * 2), 7, START),
    )
    home = home_views.home(data, EN)
    assert problems_of(home) == []
    assert len(home.blocks) <= kit.VIEW_BLOCKS_MAX
