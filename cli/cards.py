"""Records as the terminal tells them: what lists and cards say in Slack, a line for each thing that is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from bot.labels import OUTCOMES
from bot.views.activities import task_state, what_happened
from bot.views.mail_standing import standing
from core.enums import ActivityKind
from core.i18n import Viewer
from core.queries.accounts import AccountCard, OpenDeal
from core.queries.activities import TimelineItem
from core.queries.calls import CallRow
from core.queries.contacts import ContactCard
from core.queries.deals import DealCard, DealRow
from core.queries.leads import LeadCard, LeadRow
from core.queries.quotes import QuoteCard, QuoteRow
from core.queries.tags import TagRow
from core.quotes.sums import LineInput

Row = LeadRow | DealRow | QuoteRow | CallRow
Card = LeadCard | AccountCard | ContactCard | DealCard | QuoteCard
Line = tuple[str, str]
"""A label, and what is known; empty where nothing is."""


@dataclass(frozen=True)
class Teller:
    """Says things in the actor's way: amounts by their locale, moments in their zone. `people`: names by Slack id."""

    viewer: Viewer
    people: Mapping[str, str]

    def who(self, slack_user_id: str) -> str:
        """A member's name; empty for nobody."""
        return self.people.get(slack_user_id, slack_user_id)

    def money(self, amount: Decimal | None, currency: str) -> str:
        """An amount in its currency; empty for none."""
        return "" if amount is None else self.viewer.money(amount, currency)

    def moment(self, at: datetime | None) -> str:
        """A moment (UTC) on the actor's clock."""
        return "" if at is None else f"{at.astimezone(self.viewer.zone):%Y-%m-%d %H:%M}"

    def day(self, day: date | None, at: time | None = None) -> str:
        """A day, with an hour where there is one."""
        return "" if day is None else f"{day.isoformat()}{f' {at:%H:%M}' if at else ''}"


def columns(row: Row, tell: Teller) -> Sequence[Line]:
    """A row of a list, each cell with the name of its column."""
    match row:
        case LeadRow():
            return (
                ("Ref", row.ref),
                ("Name", row.name),
                ("Company", row.company),
                ("Status", words(row.status)),
                ("Owner", tell.who(row.owner)),
                ("Next follow-up", tell.day(row.next_follow_up)),
            )
        case DealRow():
            return (
                ("Ref", row.ref),
                ("Name", row.name),
                ("Account", row.account),
                ("Stage", row.stage),
                ("Value", tell.money(row.value, row.currency)),
                ("Days", str(row.days_in_stage)),
                ("Closes", tell.day(row.expected_close)),
                ("Owner", tell.who(row.owner)),
            )
        case QuoteRow():
            return (
                ("Ref", row.ref),
                ("Deal", row.deal_name),
                ("Status", words(row.status)),
                ("Total", tell.money(row.total, row.currency)),
                ("Valid until", tell.day(row.valid_until)),
                ("Version", str(row.version_number)),
                ("Owner", tell.who(row.owner)),
            )
        case CallRow():
            return (
                ("When", tell.moment(row.at)),
                ("Ref", row.ref),
                ("Name", row.name),
                ("Who", row.who),
                ("Direction", words(row.direction or "")),
                ("Outcome", words(row.outcome or "")),
                ("Minutes", str(row.duration_minutes or "")),
                ("Objections", row.objections),
                ("Notes", row.notes),
                ("Next step", row.next_step),
            )


def card_lines(card: Card, tell: Teller) -> list[Line]:
    """All that is known of a record, without what is not."""
    return [line for line in _lines(card, tell) if line[1]]


def _lines(card: Card, tell: Teller) -> Iterator[Line]:
    match card:
        case LeadCard():
            yield from _lead(card, tell)
        case AccountCard():
            yield from _account(card, tell)
        case ContactCard():
            yield from _contact(card, tell)
        case DealCard():
            yield from _deal(card, tell)
        case QuoteCard():
            yield from _quote(card, tell)


def _lead(card: LeadCard, tell: Teller) -> Iterator[Line]:
    yield "Status", words(card.status)
    yield "Owner", tell.who(card.owner)
    yield "Company", card.company
    yield "E-mail", card.email
    yield "Not written to", words(card.closed or "")
    yield "Phone", card.phone_shown
    yield "Source", card.source
    yield "Next follow-up", tell.day(card.next_follow_up, card.next_follow_up_at)
    yield "Last touch", tell.moment(card.last_touch_at)
    yield "Created", tell.moment(card.created_at)
    yield "Became", _joined(f"{link.ref} {link.name}" for link in card.links)
    yield "Notes", card.notes
    yield from _tags_and_timeline(card.tags, card.timeline, tell)


def _account(card: AccountCard, tell: Teller) -> Iterator[Line]:
    yield "Owner", tell.who(card.owner)
    yield "Domain", card.domain
    yield "Phone", card.phone_shown
    yield "Last touch", tell.moment(card.last_touch_at)
    yield "Created", tell.moment(card.created_at)
    yield "Open deals", _deals(card.deals, tell)
    yield "People", _joined(_facts(f"{one.ref} {one.name}", one.title, one.email) for one in card.people)
    yield "Notes", card.notes
    yield from _tags_and_timeline(card.tags, card.timeline, tell)


def _contact(card: ContactCard, tell: Teller) -> Iterator[Line]:
    yield "Title", card.title
    yield "Account", f"{card.account_ref} {card.account_name}".strip()
    yield "Owner", tell.who(card.owner)
    yield "E-mail", card.email
    yield "Not written to", words(card.closed or "")
    yield "Phone", card.phone_shown
    yield "Next follow-up", tell.day(card.next_follow_up, card.next_follow_up_at)
    yield "Last touch", tell.moment(card.last_touch_at)
    yield "Created", tell.moment(card.created_at)
    yield "Open deals", _deals(card.deals, tell)
    yield "Notes", card.notes
    yield from _tags_and_timeline(card.tags, card.timeline, tell)


def _deal(card: DealCard, tell: Teller) -> Iterator[Line]:
    days = f"{card.days_in_stage} days" if card.closed_at is None else ""
    late = "longer than usual" if card.stale else ""
    yield "Stage", _facts(card.stage, card.pipeline, f"{card.probability}%", days, late)
    yield "Value", tell.money(card.value, card.currency)
    yield "Owner", tell.who(card.owner)
    yield "Expected close", tell.day(card.expected_close)
    yield "Next step", card.next_step
    yield "Next follow-up", tell.day(card.next_follow_up, card.next_follow_up_at)
    yield "Closed", tell.moment(card.closed_at)
    yield "Loss reason", card.loss_reason
    yield "Competitor", card.competitor
    yield "Last touch", tell.moment(card.last_touch_at)
    yield "Related", _joined(f"{one.ref} {one.name}" for one in card.related)
    yield (
        "Quotes",
        _joined(_facts(one.ref, words(one.status), tell.money(one.total, one.currency)) for one in card.quotes),
    )
    yield from _tags_and_timeline(card.tags, card.timeline, tell)


def _quote(card: QuoteCard, tell: Teller) -> Iterator[Line]:
    yield "Deal", f"{card.deal_ref} {card.deal_name}"
    yield "Account", card.account_name
    yield "Status", words(card.status)
    yield "Valid until", tell.day(card.valid_until)
    yield "Sent", tell.day(card.sent_on)
    yield "Decided", tell.day(card.decided_on)
    yield "Version", _facts(str(card.version_number), f"of {card.first_ref}") if card.first_ref else ""
    yield "Newer version", card.newer.ref if card.newer else ""
    yield "Lines", _joined(_line(one, card.currency, tell) for one in card.lines)
    yield "Subtotal", tell.money(card.subtotal, card.currency)
    yield (
        "Tax",
        _joined(f"{tell.viewer.percent(one.percent)}: {tell.money(one.tax, card.currency)}" for one in card.taxes),
    )
    yield "Total", tell.money(card.total, card.currency)
    yield "Note", card.note


def _line(line: LineInput, currency: str, tell: Teller) -> str:
    viewer = tell.viewer
    off = f"less {viewer.percent(line.discount_percent)}" if line.discount_percent else ""
    price = f"{viewer.number(line.quantity)} x {tell.money(line.unit_price, currency)}"
    return _facts(line.description, price, off, f"plus {viewer.percent(line.tax_percent)} tax")


def _deals(found: Iterable[OpenDeal], tell: Teller) -> str:
    return _joined(_facts(f"{one.ref} {one.name}", one.stage, tell.money(one.value, one.currency)) for one in found)


def _tags_and_timeline(tags: Iterable[TagRow], timeline: Iterable[TimelineItem], tell: Teller) -> Iterator[Line]:
    yield "Tags", ", ".join(tag.name for tag in tags)
    for item in timeline:
        yield tell.moment(item.at), "\n".join(_activity(item, tell))


def _activity(item: TimelineItem, tell: Teller) -> Iterator[str]:
    viewer = tell.viewer
    facts = [
        viewer.t(what_happened(item)),
        standing(item.mail, viewer) if item.mail else "",
        viewer.t(OUTCOMES[item.outcome]) if item.outcome else "",
        viewer.nt("{n} minute", "{n} minutes", item.duration_minutes) if item.duration_minutes else "",
        task_state(item, viewer) if item.kind is ActivityKind.TASK else "",
        "planned" if item.planned else "",
        item.who,
    ]
    yield _facts(*facts)
    yield from filter(None, (item.subject, item.notes))
    if item.objections:
        yield f"Objections: {', '.join(item.objections)}"
    if item.next_step:
        yield f"Next step: {item.next_step}"


def words(code: str) -> str:
    """A word of a fixed vocabulary as people read it: `meeting_booked` is `meeting booked`."""
    return code.replace("_", " ")


def _facts(*facts: str) -> str:
    return " · ".join(filter(None, facts))


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines)
