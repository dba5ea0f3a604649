"""A quote's way on a real database: steps, decisions, expiry, versions, copies, and taking them back."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.errors import sentence
from core import lists, quotes
from core.context import Ctx
from core.deals import DealInput, edit
from core.enums import ActivityKind, EntityType, QuoteStatus, Role, Visibility
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from core.events import RecordChanged
from core.i18n import UTC_VIEWER
from core.lists import ListFilter, Vocabulary
from core.models import Activity, Deal, History, Member, Outbox, Quote, WorkspaceRow
from core.queries import quotes as queries
from core.queries.lists import quote_list
from core.quotes import OPEN, TRANSITIONS, VERSIONABLE, LineInput, QuoteInput
from core.undo import undo
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_deal, make_member, make_quote

LAST_DAY = date(2026, 4, 30)
Step = Callable[[Ctx, UUID], Quote]
STEPS: dict[QuoteStatus, Step] = {
    QuoteStatus.SENT: quotes.mark_sent,
    QuoteStatus.ACCEPTED: quotes.accept,
    QuoteStatus.REJECTED: quotes.reject,
}
EVERY_STEP = [(before, to) for before in QuoteStatus for to in STEPS]


def offer(deal_id: UUID, price: str = "100", until: date = LAST_DAY) -> QuoteInput:
    lines = (
        LineInput(None, "Robot arm", Decimal(2), Decimal(price), Decimal(10), Decimal(19)),
        LineInput(None, "Setup", Decimal(1), Decimal("50.50"), Decimal(0), Decimal(7)),
    )
    return QuoteInput(deal_id, until, "Six weeks.", lines)


@dataclass(frozen=True)
class Desk:
    """Ana, her deal, and a quote on it in any status."""

    ctx_for: CtxFor
    ana: Member
    deal: Deal

    def quote(self, status: QuoteStatus = QuoteStatus.DRAFT, until: date = LAST_DAY) -> UUID:
        """A quote that got there."""
        with self.ctx_for(self.ana) as ctx:
            quote = quotes.create(ctx, offer(self.deal.id, until=until))
        with self.ctx_for(self.ana) as ctx:
            row = ctx.session.scalars(select(Quote).where(Quote.id == quote.id)).one()
            row.status = status
        return quote.id

    def do(self, step: Step, quote_id: UUID, by: Member | None = None) -> UUID:
        """Take a step; gives the change it made."""
        with self.ctx_for(by or self.ana) as ctx:
            step(ctx, quote_id)
            return ctx.change_id

    def look(self, quote_id: UUID) -> queries.QuoteCard:
        """The card as Ana sees it."""
        with self.ctx_for(self.ana) as ctx:
            return queries.quote_card(ctx, quote_id)

    def worth(self) -> tuple[Decimal | None, str]:
        """The deal's value."""
        with self.ctx_for(self.ana) as ctx:
            row = ctx.session.scalars(select(Deal).where(Deal.id == self.deal.id)).one()
            return row.value, row.currency


@pytest.fixture
def desk(ctx_for: CtxFor) -> Desk:
    with ctx_for() as ctx:
        ana = make_member(ctx, "Ana Costa")
    with ctx_for(ana) as ctx:
        return Desk(ctx_for, ana, make_deal(ctx, owner=ana, currency="EUR"))


# -- steps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "to"), EVERY_STEP)
def test_each_step_is_allowed_or_refused_as_the_table_says(desk: Desk, before: QuoteStatus, to: QuoteStatus) -> None:
    quote_id = desk.quote(before)
    if to in TRANSITIONS[before]:
        desk.do(STEPS[to], quote_id)
        assert desk.look(quote_id).status is to
        return
    with pytest.raises(Conflict, match="quote_step") as refused:
        desk.do(STEPS[to], quote_id)
    assert desk.look(quote_id).status is before
    assert "Q-2026-0001" in sentence(refused.value, UTC_VIEWER)


def test_the_table_knows_every_status_and_nothing_leaves_a_decision() -> None:
    assert set(TRANSITIONS) == set(QuoteStatus)
    assert {status for status, after in TRANSITIONS.items() if QuoteStatus.EXPIRED in after} == OPEN
    decided = (QuoteStatus.ACCEPTED, QuoteStatus.REJECTED, QuoteStatus.EXPIRED)
    assert not any(TRANSITIONS[status] for status in decided)


@pytest.mark.parametrize("status", QuoteStatus)
def test_the_card_offers_what_would_be_allowed(desk: Desk, status: QuoteStatus) -> None:
    card = desk.look(desk.quote(status))

    assert set(card.steps) == TRANSITIONS[status] & set(STEPS)
    assert card.can_version is (status in VERSIONABLE)
    assert card.can_edit is (status is QuoteStatus.DRAFT)


def test_sent_and_decided_days_are_kept(desk: Desk, clock: FixedClock) -> None:
    quote_id = desk.quote()
    desk.do(quotes.mark_sent, quote_id)
    clock.advance(days=2)
    desk.do(quotes.reject, quote_id)

    card = desk.look(quote_id)
    assert (card.sent_on, card.decided_on) == (date(2026, 3, 16), date(2026, 3, 18))


def test_what_is_over_is_not_sent(desk: Desk, clock: FixedClock) -> None:
    quote_id = desk.quote(until=date(2026, 3, 16))
    clock.set(datetime(2026, 3, 17, 0, 0, tzinfo=UTC))
    with pytest.raises(Conflict, match="quote_out_of_date") as refused:
        desk.do(quotes.mark_sent, quote_id)
    assert "later one" in sentence(refused.value, UTC_VIEWER)


def test_accepting_moves_the_deals_value_and_says_so_on_its_timeline(desk: Desk) -> None:
    other, quote_id = desk.quote(QuoteStatus.SENT), desk.quote(QuoteStatus.SENT)
    desk.do(quotes.accept, quote_id)

    # 180 + 50.50 is what the deal is worth; tax, 19 % of 180 = 34.20 and 7 % of 50.50 = 3.54 (half up), is not earned
    assert desk.worth() == (Decimal("230.5000"), "EUR")
    assert desk.look(other).status is QuoteStatus.SENT
    with desk.ctx_for(desk.ana) as ctx:
        note = ctx.session.scalars(select(Activity).where(Activity.deal_id == desk.deal.id)).one()
        changes = ctx.session.scalars(select(History).where(History.operation == "quote.accept")).all()
        emitted = ctx.session.scalars(select(Outbox).where(Outbox.kind == RecordChanged.kind))
        told = {(row.payload["entity"], row.payload["entity_id"]) for row in emitted}
    assert (note.kind, note.notes, note.owner_id) == (
        ActivityKind.NOTE,
        "Quote Q-2026-0002 accepted: €268.24",
        desk.ana.id,
    )
    assert {row.entity for row in changes} == {"quote", "deal", "activity"}
    assert len({row.change_id for row in changes}) == 1
    assert {("quote", str(quote_id)), ("deal", str(desk.deal.id))} <= told


def test_an_accepted_quote_brings_its_own_currency(desk: Desk) -> None:
    quote_id = desk.quote(QuoteStatus.SENT)
    with desk.ctx_for(desk.ana) as ctx:
        values = DealInput(desk.deal.name, value=Decimal(1), currency="USD", owner=desk.ana.slack_user_id)
        edit(ctx, desk.deal.id, values, desk.deal.version)
    desk.do(quotes.accept, quote_id)

    assert desk.worth() == (Decimal("230.5000"), "EUR")


@pytest.mark.parametrize(("before", "to"), [(before, to) for before, to in EVERY_STEP if to in TRANSITIONS[before]])
def test_each_step_is_taken_back_as_a_whole(desk: Desk, before: QuoteStatus, to: QuoteStatus) -> None:
    quote_id, worth = desk.quote(before), desk.worth()
    change = desk.do(STEPS[to], quote_id)
    with desk.ctx_for(desk.ana) as ctx:
        undo(ctx, change)

    card = desk.look(quote_id)
    assert (card.status, card.decided_on, card.sent_on) == (before, None, None)
    assert desk.worth() == worth
    with desk.ctx_for(desk.ana) as ctx:
        living = select(Activity.id).where(Activity.workspace_id == ctx.workspace.id, Activity.archived_at.is_(None))
        assert ctx.session.scalars(living).all() == []


def test_an_acceptance_is_not_taken_back_over_a_newer_value(desk: Desk) -> None:
    quote_id = desk.quote(QuoteStatus.SENT)
    change = desk.do(quotes.accept, quote_id)
    with desk.ctx_for(desk.ana) as ctx:
        ctx.session.scalars(select(Deal).where(Deal.id == desk.deal.id)).one().value = Decimal(7)
    with pytest.raises(Conflict, match="undo_changed_since"), desk.ctx_for(desk.ana) as ctx:
        undo(ctx, change)

    assert desk.look(quote_id).status is QuoteStatus.ACCEPTED


@pytest.mark.parametrize("_attempt", range(3))
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(desk: Desk, _attempt: int) -> None:
    with desk.ctx_for() as ctx:
        boss = make_member(ctx, "Mira Brandt", role=Role.ADMIN)
    quote_id = desk.quote(QuoteStatus.SENT)
    start, refused = threading.Barrier(2), list[DomainError]()

    def decide(step: Step, who: Member) -> None:
        start.wait()
        try:
            desk.do(step, quote_id, who)
        except DomainError as error:
            refused.append(error)

    both = ((quotes.accept, desk.ana), (quotes.reject, boss))
    threads = [threading.Thread(target=decide, args=args) for args in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (told,) = refused
    winner = desk.look(quote_id).status
    assert (type(told), told.code, told.data["status"]) == (Conflict, "quote_step", winner)
    assert told.data["who"] == ("Ana Costa" if winner is QuoteStatus.ACCEPTED else "Mira Brandt")
    assert f"already {winner.value}" in sentence(told, UTC_VIEWER)


def test_seeing_a_quote_is_not_deciding_on_it(desk: Desk) -> None:
    with desk.ctx_for() as ctx:
        ben = make_member(ctx, "Ben Okafor")
    quote_id = desk.quote(QuoteStatus.SENT)
    for act in (*STEPS.values(), quotes.new_version):
        with pytest.raises(NotFound):
            desk.do(act, quote_id, ben)
    with desk.ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    for act in (*STEPS.values(), quotes.new_version):
        with pytest.raises(Forbidden):
            desk.do(act, quote_id, ben)
    with desk.ctx_for(ben) as ctx:
        card = queries.quote_card(ctx, quote_id)
    assert (card.steps, card.can_version, card.can_edit) == ((), False, False)


# -- expiry -------------------------------------------------------------------------------------------------------


def test_a_quote_expires_when_its_last_day_is_over_in_utc(desk: Desk, clock: FixedClock) -> None:
    ids = {status: desk.quote(status) for status in QuoteStatus}
    later = desk.quote(QuoteStatus.SENT, until=date(2026, 5, 1))

    def expire() -> int:
        with desk.ctx_for() as ctx:
            return quotes.expire_due(ctx)

    clock.set(datetime(2026, 4, 30, 23, 59, 59, tzinfo=UTC))
    assert expire() == 0
    clock.set(datetime(2026, 5, 1, 0, 0, tzinfo=UTC))
    assert expire() == 2
    assert expire() == 0
    found = {status: desk.look(quote_id).status for status, quote_id in ids.items()}
    assert found == {status: QuoteStatus.EXPIRED if status in OPEN else status for status in QuoteStatus}
    assert desk.look(later).status is QuoteStatus.SENT
    assert desk.look(ids[QuoteStatus.SENT]).decided_on == date(2026, 5, 1)
    with desk.ctx_for() as ctx:
        expired = ctx.session.scalars(select(History).where(History.operation == "quote.expire")).all()
    assert {row.actor_id for row in expired} == {None}
    assert len({row.change_id for row in expired}) == 2


def test_what_somebody_works_on_is_left_for_the_next_run(desk: Desk, clock: FixedClock) -> None:
    quote_id = desk.quote(QuoteStatus.SENT)
    clock.set(datetime(2026, 5, 1, tzinfo=UTC))
    with desk.ctx_for(desk.ana) as busy:
        quotes.reject(busy, quote_id)
        with desk.ctx_for() as ctx:
            assert quotes.expire_due(ctx) == 0
    with desk.ctx_for() as ctx:
        assert quotes.expire_due(ctx) == 0
    assert desk.look(quote_id).status is QuoteStatus.REJECTED


def test_deciding_on_an_expired_quote_is_refused_without_a_name(desk: Desk, clock: FixedClock) -> None:
    quote_id = desk.quote(QuoteStatus.SENT)
    clock.set(datetime(2026, 5, 1, tzinfo=UTC))
    with desk.ctx_for() as ctx:
        quotes.expire_due(ctx)
    with pytest.raises(Conflict) as refused:
        desk.do(quotes.accept, quote_id)
    assert sentence(refused.value, UTC_VIEWER) == "Q-2026-0001 has expired. Make a new version to offer again."


# -- versions and copies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", QuoteStatus)
def test_a_new_version_is_made_of_what_left_the_house(desk: Desk, status: QuoteStatus) -> None:
    quote_id = desk.quote(status)
    if status not in VERSIONABLE:
        with pytest.raises(Conflict, match="quote_no_version") as refused:
            desk.do(quotes.new_version, quote_id)
        assert "Q-2026-0001" in sentence(refused.value, UTC_VIEWER)
        return
    with desk.ctx_for(desk.ana) as ctx:
        made = quotes.new_version(ctx, quote_id).id

    old, new = desk.look(quote_id), desk.look(made)
    assert (new.ref, new.status, new.version_number, new.first_ref) == (
        "Q-2026-0002",
        QuoteStatus.DRAFT,
        2,
        "Q-2026-0001",
    )
    assert (new.lines, new.note, new.total, new.currency) == (old.lines, old.note, old.total, old.currency)
    assert new.valid_until == date(2026, 4, 15)
    assert (old.status, old.can_version) == (status, False)
    assert old.newer is not None
    assert new.previous is not None
    assert (old.newer.id, new.previous.id) == (made, quote_id)


def test_versions_count_on_and_name_the_first_offer(desk: Desk) -> None:
    quote_id = desk.quote(QuoteStatus.SENT)
    for _ in range(3):
        with desk.ctx_for(desk.ana) as ctx:
            quote_id = quotes.new_version(ctx, quote_id).id
        desk.do(quotes.mark_sent, quote_id)

    card = desk.look(quote_id)
    assert (card.version_number, card.first_ref) == (4, "Q-2026-0001")
    assert card.previous is not None
    assert card.previous.ref == "Q-2026-0003"


def test_a_quote_has_one_newer_version_until_that_is_taken_back(desk: Desk) -> None:
    quote_id = desk.quote(QuoteStatus.SENT)
    change = desk.do(quotes.new_version, quote_id)
    with pytest.raises(Conflict, match="quote_has_newer") as refused:
        desk.do(quotes.new_version, quote_id)
    assert "Q-2026-0002" in sentence(refused.value, UTC_VIEWER)
    with desk.ctx_for(desk.ana) as ctx:
        undo(ctx, change)
    desk.do(quotes.new_version, quote_id)

    newer = desk.look(quote_id).newer
    assert newer is not None
    assert newer.ref == "Q-2026-0003"


def test_two_who_make_a_new_version_at_once_make_one(desk: Desk) -> None:
    quote_id = desk.quote(QuoteStatus.SENT)
    start, refused = threading.Barrier(2), list[str]()

    def make() -> None:
        start.wait()
        try:
            desk.do(quotes.new_version, quote_id)
        except Conflict as error:
            refused.append(error.code)

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["quote_has_newer"]
    with desk.ctx_for(desk.ana) as ctx:
        assert len(queries.quotes_of_deal(ctx, desk.deal.id)) == 2


def test_a_copy_goes_to_any_deal_of_the_same_currency_that_is_theirs(desk: Desk) -> None:
    quote_id = desk.quote(QuoteStatus.ACCEPTED)
    with desk.ctx_for(desk.ana) as ctx:
        other, dollars = make_deal(ctx, "Other", owner=desk.ana, currency="EUR"), make_deal(ctx, owner=desk.ana)
        foreign = make_deal(ctx, "Ben's", owner=make_member(ctx, "Ben Okafor"), currency="EUR")
    with desk.ctx_for(desk.ana) as ctx:
        copied = quotes.copy(ctx, quote_id, other.id).id
        quotes.copy(ctx, quote_id, desk.deal.id)

    old, new = desk.look(quote_id), desk.look(copied)
    assert (new.deal_id, new.status, new.version_number, new.first_ref) == (other.id, QuoteStatus.DRAFT, 1, "")
    assert (new.lines, new.total) == (old.lines, old.total)
    assert old.newer is None
    with pytest.raises(Invalid) as refused, desk.ctx_for(desk.ana) as ctx:
        quotes.copy(ctx, quote_id, dollars.id)
    assert refused.value.fields == {"deal_id": "currency_differs"}
    with pytest.raises(NotFound), desk.ctx_for(desk.ana) as ctx:
        quotes.copy(ctx, quote_id, foreign.id)


def test_a_copy_needs_a_quote_one_may_see(desk: Desk) -> None:
    quote_id = desk.quote()
    with desk.ctx_for() as ctx:
        ben = make_member(ctx, "Ben Okafor")
    with desk.ctx_for(ben) as ctx:
        own = make_deal(ctx, "Ben's", owner=ben, currency="EUR")
    with pytest.raises(NotFound), desk.ctx_for(ben) as ctx:
        quotes.copy(ctx, quote_id, own.id)


# -- lists --------------------------------------------------------------------------------------------------------


def test_lists_are_narrowed_down(desk: Desk) -> None:
    with desk.ctx_for() as ctx:
        boss = make_member(ctx, "Mira Brandt", role=Role.ADMIN)
        globex = make_deal(ctx, "Globex <robots>", owner=boss, currency="EUR")
        for number, status in enumerate(QuoteStatus):
            made = make_quote(ctx, desk.deal if number % 2 else globex, status=status)
            if status is QuoteStatus.SENT:
                made.valid_until = ctx.today.date() + timedelta(days=7)
    with desk.ctx_for(boss) as ctx:

        def refs(words: str) -> list[str]:
            chosen = lists.parse(EntityType.QUOTE, words, Vocabulary())
            return [row.ref[-1] for row in quote_list(ctx, chosen, 0).rows]

        assert refs("") == ["6", "5", "4", "3", "2", "1"]
        assert refs("sent") == refs("VIEWED") == ["3", "2"]
        assert refs("open") == ["3", "2", "1"]
        assert refs("mine") == ["5", "3", "1"]
        assert refs("mine sent") == ["3"]
        assert refs(f"<@{desk.ana.slack_user_id}> draft") == []
        assert refs("globex") == ["5", "3", "1"]
        assert refs("acme accepted") == ["4"]
        assert refs("q-2026-4") == ["4"]
        assert refs("nothing like that % _") == []
        assert refs("expiring") == ["2"]
        valid = ListFilter(state=lists.ALL, sort="valid")
        assert [row.ref[-1] for row in quote_list(ctx, valid, 0).rows] == ["2", "6", "5", "4", "3", "1"]
