"""Quotes on a real database: numbers without gaps, editing, who may."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from core import lists, quotes
from core.enums import EntityType, QuoteStatus, Visibility
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.models import Deal, History, Member, Quote, QuoteLine, WorkspaceRow
from core.queries import quotes as queries
from core.queries.lists import quote_list
from core.quotes import LineInput, QuoteInput
from core.undo import undo
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_deal, make_member, make_product

ALL = lists.DEFAULTS[EntityType.QUOTE]


def lines(*described: str) -> tuple[LineInput, ...]:
    return tuple(LineInput(None, text, Decimal(2), Decimal(50), Decimal(0), Decimal(19)) for text in described)


def draft(deal_id: UUID, *described: str, until: date = date(2026, 4, 30)) -> QuoteInput:
    return QuoteInput(deal_id, until, "Thank you.", lines(*(described or ("Licence",))))


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def deal(ctx_for: CtxFor, ana: Member) -> Deal:
    with ctx_for(ana) as ctx:
        return make_deal(ctx, owner=ana, currency="EUR")


def test_a_draft_has_a_number_sums_and_the_deals_currency(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        quote = quotes.create(ctx, draft(deal.id, "Licence", "Setup"))
    with ctx_for(ana) as ctx:
        card = queries.quote_card(ctx, quote.id)

    assert card.ref == "Q-2026-0001"
    assert (card.currency, card.subtotal, card.total) == ("EUR", Decimal(200), Decimal(238))
    assert [line.description for line in card.lines] == ["Licence", "Setup"]
    assert card.can_edit


def test_numbers_have_no_gaps_and_no_doubles_under_concurrency(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    start = threading.Barrier(6)
    failures: list[BaseException] = []

    class TakenBack(Exception):
        pass

    def write(number: int) -> None:
        start.wait()
        try:
            with ctx_for(ana) as ctx:
                quotes.create(ctx, draft(deal.id, f"Line {number}"))
                if number % 3 == 0:
                    raise TakenBack
        except TakenBack:
            pass
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    with ctx_for(ana) as ctx:
        numbers = sorted(ctx.session.scalars(select(Quote.sequence).where(Quote.workspace_id == ctx.workspace.id)))
    assert numbers == [1, 2, 3, 4]


def test_each_year_counts_anew_on_the_authors_calendar(
    ctx_for: CtxFor, ana: Member, deal: Deal, clock: FixedClock
) -> None:
    with ctx_for() as ctx:
        member = ctx.session.scalars(select(Member).where(Member.id == ana.id)).one()
        member.tz = "Australia/Sydney"
    clock.set(datetime(2026, 12, 31, 15, 0, tzinfo=UTC))  # already 2027 in Sydney
    with ctx_for(ana) as ctx:
        quote = quotes.create(ctx, draft(deal.id, until=date(2027, 2, 1)))

    assert (quote.year, quote.sequence) == (2027, 1)


def test_editing_changes_lines_in_place_and_counts_the_version(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        quote = quotes.create(ctx, draft(deal.id, "Licence", "Setup", "Travel"))
        version = quote.version
    with ctx_for(ana) as ctx:
        quotes.edit(ctx, quote.id, draft(deal.id, "Licence", "Training"), version)
    with ctx_for(ana) as ctx:
        card = queries.quote_card(ctx, quote.id)
        rows = ctx.session.scalars(select(QuoteLine).where(QuoteLine.quote_id == quote.id)).all()

    assert [line.description for line in card.lines] == ["Licence", "Training"]
    assert card.version > version
    assert card.total == Decimal(238)
    assert sum(row.archived_at is not None for row in rows) == 1


def test_of_two_who_edit_the_same_draft_the_second_is_told(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        quote = quotes.create(ctx, draft(deal.id))
        version = quote.version
    with ctx_for(ana) as ctx:
        quotes.edit(ctx, quote.id, draft(deal.id, "First"), version)
    with pytest.raises(Conflict, match="edited_meanwhile"), ctx_for(ana) as ctx:
        quotes.edit(ctx, quote.id, draft(deal.id, "Second"), version)


def test_what_left_the_house_is_not_edited(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        quote = quotes.create(ctx, draft(deal.id))
        quote.status = QuoteStatus.SENT
    with pytest.raises(Conflict, match="quote_not_draft"), ctx_for(ana) as ctx:
        quotes.edit(ctx, quote.id, draft(deal.id), quote.version)


def test_each_problem_is_named_with_its_line(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    bad = (
        LineInput(None, "Good", Decimal(1), Decimal(1)),
        LineInput(None, " \u200b ", Decimal(0), Decimal(-1), Decimal(101), Decimal(-1)),
        LineInput(None, "Many", Decimal(10) ** 14, Decimal(1)),
    )
    with pytest.raises(Invalid) as problem, ctx_for(ana) as ctx:
        quotes.create(ctx, QuoteInput(deal.id, date(2026, 3, 15), "", bad))

    assert problem.value.fields == {
        "valid_until": "date_past",
        "description_2": "required",
        "quantity_2": "quantity_invalid",
        "price_2": "amount_negative",
        "discount_2": "percent_invalid",
        "tax_2": "percent_invalid",
        "quantity_3": "quantity_too_large",
    }


def test_a_quote_without_lines_or_with_too_many_is_refused(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with pytest.raises(Invalid), ctx_for(ana) as ctx:
        quotes.create(ctx, QuoteInput(deal.id, date(2026, 4, 1), "", ()))
    with pytest.raises(Invalid), ctx_for(ana) as ctx:
        quotes.create(ctx, draft(deal.id, *(str(n) for n in range(quotes.LINES_MAX + 1))))


def test_another_reps_quote_does_not_exist_for_me(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben Okafor")
    with ctx_for(ana) as ctx:
        quote = quotes.create(ctx, draft(deal.id))
    with pytest.raises(NotFound), ctx_for(ben) as ctx:
        queries.quote_card(ctx, quote.id)
    with pytest.raises(NotFound), ctx_for(ben) as ctx:
        quotes.create(ctx, draft(deal.id))
    with pytest.raises(NotFound), ctx_for(ben) as ctx:
        quotes.edit(ctx, quote.id, draft(deal.id), 1)
    with ctx_for(ben) as ctx:
        assert quote_list(ctx, ALL, 0).rows == ()


def test_seeing_is_not_editing(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        boss = make_member(ctx, "Mira Brandt")
        peer = make_member(ctx, "Ben Okafor", manager=boss)
        workspace = ctx.session.scalars(select(WorkspaceRow)).one()
        workspace.visibility = Visibility.ALL
    with ctx_for(ana) as ctx:
        quote = quotes.create(ctx, draft(deal.id))
    with ctx_for(peer) as ctx:
        assert not queries.quote_card(ctx, quote.id).can_edit
    with pytest.raises(Forbidden), ctx_for(peer) as ctx:
        quotes.edit(ctx, quote.id, draft(deal.id), quote.version)


def test_taking_a_draft_back_keeps_its_number(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        quotes.create(ctx, draft(deal.id, "One", "Two"))
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        undo(ctx, change)
    with ctx_for(ana) as ctx:
        assert quote_list(ctx, ALL, 0).rows == ()
        again = quotes.create(ctx, draft(deal.id))
        assert again.sequence == 2
        actions = set(ctx.session.scalars(select(History.action).where(History.entity == "quote_line")))
    assert actions == {"create", "archive"}


def test_products_are_found_by_words_of_their_name_and_by_number(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_product(ctx, "Robot arm", "1200", currency="USD")
        make_product(ctx, "Mobile robot", "700", sku="NR-M1", currency="EUR")
        make_product(ctx, "Robot cell", "9000", currency="EUR")
        make_product(ctx, "Old robot", active=False)
        make_product(ctx, "100% <b>", "1")
    with ctx_for(ana) as ctx:
        assert [row.name for row in queries.find_products(ctx, "ROBOT", "EUR")] == [
            "Robot cell",
            "Mobile robot",
            "Robot arm",
        ]
        assert [row.name for row in queries.find_products(ctx, "arm rob")] == ["Robot arm"]
        assert [row.name for row in queries.find_products(ctx, "nr-m")] == ["Mobile robot"]
        assert [row.name for row in queries.find_products(ctx, "100%")] == ["100% <b>"]
        assert len(queries.find_products(ctx, "")) == 4


def test_lists_come_in_pages(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        for _ in range(queries.PAGE_SIZE + 1):
            quotes.create(ctx, draft(deal.id))
    with ctx_for(ana) as ctx:
        first, second = quote_list(ctx, ALL, 0), quote_list(ctx, ALL, 1)
    assert (len(first.rows), first.has_more) == (queries.PAGE_SIZE, True)
    assert ([row.ref for row in second.rows], second.has_more) == (["Q-2026-0001"], False)
