"""Lists of leads, deals and quotes as Slack shows them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from bot.routes import FilterList
from bot.views import lists as views
from bot.views.lists import ListData
from core import lists
from core.enums import EntityType, LeadStatus, QuoteStatus, StageKind
from core.i18n import Viewer
from core.lists import ListFilter
from core.queries.deals import DealRow
from core.queries.leads import LeadRow
from core.queries.lists import ListChoices
from core.queries.quotes import QuoteRow
from core.queries.records import Page
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
HOSTILE = "<!channel> *x* <https://evil|ok>"
TODAY = date(2026, 3, 16)
LEAD = LeadRow(UUID(int=1), "L-42", "Lena Fischer", "Acme GmbH", LeadStatus.NEW, "U0ANA", date(2026, 3, 17), TODAY)
DEAL = DealRow(
    id=UUID(int=2),
    ref="D-7",
    name="Acme rollout",
    account="Acme GmbH",
    stage="Proposal",
    stage_kind=StageKind.OPEN,
    days_in_stage=3,
    value=Decimal(12_000),
    currency="EUR",
    owner="",
    expected_close=date(2026, 4, 1),
    today=date(2026, 3, 16),
)
QUOTE = QuoteRow(
    UUID(int=3), "Q-2026-0007", QuoteStatus.SENT, "Rollout", Decimal("1200.50"), "EUR", date(2026, 4, 1), 2, "U0ANA"
)
CHOICES = ListChoices(
    people=(("U0ANA", "Ana Costa"),),
    stages=((str(UUID(int=5)), "Proposal"),),
    sources=((str(UUID(int=6)), "Referral"),),
    tags=((str(UUID(int=7)), "vip"),),
)
USUAL_LEADS, USUAL_DEALS = (lists.DEFAULTS[entity] for entity in (EntityType.LEAD, EntityType.DEAL))
LEADS = ListData(EntityType.LEAD, Page((LEAD,), 1, has_more=True), USUAL_LEADS, CHOICES, USUAL_LEADS)
DEALS = ListData(EntityType.DEAL, Page((DEAL,)), ListFilter(state=str(UUID(int=5)), sort="value"), CHOICES, USUAL_DEALS)


QUOTES = ListData(EntityType.QUOTE, Page((QUOTE,), 1, has_more=True), ListFilter("mine", "sent"), CHOICES, ListFilter())


def test_the_usual_leads() -> None:
    assert_golden("lists/leads_usual", views.listing(LEADS, EN))


def test_filtered_deals_can_be_cleared_and_kept() -> None:
    assert_golden("lists/deals_filtered", views.listing(DEALS, EN))
    kept = views.listing(replace(DEALS, own=DEALS.chosen, just_kept=True), EN)
    assert "`/deal list` shows you this list from now on." in str(kept.blocks)
    assert "Save as mine" not in str(kept.blocks)


def test_quotes_are_filtered_as_leads_and_deals_are() -> None:
    assert_golden("lists/quotes_filtered", views.listing(QUOTES, EN))
    assert_golden("lists/filter_quotes", views.filter_modal(FilterList("quote", QUOTES.chosen), ListChoices(), EN))


def test_one_line_says_all_a_list_is_filtered_by() -> None:
    vip, referral = str(UUID(int=7)), str(UUID(int=6))
    chosen = ListFilter("U0ANA", "new", "due", referral, vip, "touched", HOSTILE)
    line = views.filter_line(replace(LEADS, chosen=chosen), EN)
    assert line == (
        "Ana Costa · New · Follow-up due · Referral · tagged “vip” · "
        "with “&lt;!channel&gt; ∗x∗ &lt;https://evil|ok&gt;” · Last touched first"
    )
    team = replace(LEADS, chosen=ListFilter("team"))
    assert views.filter_line(team, EN).startswith("Mine (there is no team whose records you see) · ")
    seen = replace(team, choices=replace(CHOICES, team=True))
    assert views.filter_line(seen, EN).startswith("My team's · ")
    assert views.filter_line(replace(DEALS, chosen=ListFilter()), EN) == "Anybody's · All open · By expected close"


def test_the_window_of_a_filter() -> None:
    asked = FilterList("deal", replace(DEALS.chosen, owner="U0GONE"))
    assert_golden("lists/filter_deals", views.filter_modal(asked, CHOICES, EN))
    bare = str(views.filter_modal(FilterList("lead", USUAL_LEADS), ListChoices(), EN).blocks)
    assert "'source'" not in bare
    assert "'tag'" not in bare


def test_what_was_removed_is_said_and_chosen_no_more() -> None:
    gone = str(UUID(int=99))
    chosen = ListFilter(state=gone, source=gone, tag=gone)
    line = views.filter_line(replace(DEALS, chosen=chosen), EN)
    assert line == (
        "Anybody's · A stage that was removed · A source that was removed · A tag that was removed · By expected close"
    )
    shown = views.filter_modal(FilterList("deal", chosen), CHOICES, EN).blocks
    assert [one["element"]["initial_option"]["value"] for one in shown if "options" in one["element"]] == [
        *("any", "open", "any", "any", "any"),
        "close",
    ]


def test_leads_and_deals_are_written_in_one_way() -> None:
    lead, deal = (str(views.listing(data, EN).blocks) for data in (LEADS, replace(DEALS, chosen=ListFilter())))
    assert "*L-42* · Lena Fischer, Acme GmbH" in lead
    assert "follow-up tomorrow" in lead
    assert "*D-7* · Acme rollout, Acme GmbH" in deal
    assert "€12,000 · Proposal" in deal
    soon = replace(DEALS, page=Page((replace(DEAL, expected_close=date(2026, 3, 15)),)))
    assert "should have closed yesterday" in str(views.listing(soon, EN).blocks)


def test_stages_of_several_pipelines_are_told_apart() -> None:
    two = ((str(UUID(int=5)), "Proposal"), (str(UUID(int=8)), "Proposal"))
    named = {two[0][0]: "Sales", two[1][0]: "Partners of ours"}
    choices = replace(CHOICES, stages=two, pipelines=named)
    offered = views.offers(EntityType.DEAL, choices, EN)["state"]
    assert [offered[value] for value, _ in two] == ["Proposal (Sales)", "Proposal (Partners of ours)"]


@pytest.mark.parametrize("entity", list(views.TITLES))
def test_nothing_there_and_nothing_that_fits(entity: EntityType) -> None:
    usual = ListData(entity, Page(), lists.DEFAULTS[entity], ListChoices(), lists.DEFAULTS[entity])
    assert_golden(f"lists/{entity.value}_none", views.listing(usual, EN))
    fitting = replace(usual, chosen=ListFilter(owner="U0GONE", words=HOSTILE))
    assert_golden(f"lists/{entity.value}_none_fit", views.listing(fitting, EN))


def test_the_longest_words_and_the_most_choices_fit() -> None:
    long = "x" * 300
    many = tuple((str(UUID(int=n)), long) for n in range(90))
    made = ListChoices(
        people=tuple((f"U{n:010}", long) for n in range(60)),
        stages=many,
        sources=many,
        tags=many,
        pipelines={value: long for value, _ in many},
    )
    chosen = ListFilter("U0000000001", str(UUID(int=1)), "overdue", str(UUID(int=1)), str(UUID(int=1)), "", HOSTILE * 3)
    rows = tuple(replace(LEAD, name=HOSTILE, company=HOSTILE) for _ in range(8))
    for data in (
        ListData(EntityType.LEAD, Page(rows, 3, has_more=True), chosen, made, USUAL_LEADS),
        ListData(EntityType.DEAL, Page((replace(DEAL, name=long),)), chosen, made, USUAL_DEALS),
        ListData(EntityType.QUOTE, Page((replace(QUOTE, deal_name=HOSTILE),)), chosen, made, ListFilter()),
    ):
        message = views.listing(data, EN)
        assert problems_of(message) == []
        assert problems_of(views.filter_modal(FilterList(data.entity.value, chosen), made, EN)) == []
        read = [block for block in message.blocks if block["type"] in ("section", "context")]
        assert "<!channel>" not in message.text + "".join(str({**block, "accessory": None}) for block in read)
