"""Quotes in Slack: the card, what becomes of an offer, the list."""

from collections.abc import Sequence
from uuid import UUID

from bot.replies import Block, Choice, Message, Modal
from bot.routes import (
    CopyQuote,
    DecideQuote,
    EditQuote,
    FindDeal,
    NewQuoteVersion,
    OpenRecord,
    SaveQuoteCopy,
    SendQuote,
    ShowHistory,
    WinDeal,
)
from bot.views import kit, people
from bot.views.forms import Form, Search
from bot.views.records import confirmation
from core.enums import QuoteStatus
from core.i18n import Viewer
from core.queries.quotes import QuoteCard, QuoteRow
from core.quotes import OPEN, LineInput, Totals, line_net

CARD_LINES = 8
DECIDED = (QuoteStatus.ACCEPTED, QuoteStatus.REJECTED, QuoteStatus.EXPIRED)
LISTED = (QuoteStatus.DRAFT, QuoteStatus.SENT, *DECIDED)
"""The statuses a list can be narrowed down to; Sent includes what was viewed."""

STATUS = {
    QuoteStatus.DRAFT: "Draft",
    QuoteStatus.SENT: "Sent",
    QuoteStatus.VIEWED: "Viewed",
    QuoteStatus.ACCEPTED: "Accepted",
    QuoteStatus.REJECTED: "Rejected",
    QuoteStatus.EXPIRED: "Expired",
}


def sums_text(sums: Totals | None, currency: str, unfinished: Sequence[int], viewer: Viewer) -> str:
    """Subtotal, tax by rate and total; what is missing is said instead of a wrong number."""
    if sums is None or not currency:
        return viewer.t("Choose a deal to see the sums in its currency.")
    rows = [viewer.t("Subtotal: {amount}", amount=viewer.money(sums.subtotal, currency))]
    rows += [
        viewer.t("Tax {percent}: {amount}", percent=viewer.percent(one.percent), amount=viewer.money(one.tax, currency))
        for one in sums.taxes
        if one.percent
    ]
    rows.append(viewer.t("*Total: {amount}*", amount=viewer.money(sums.total, currency)))
    if unfinished:
        lines = ", ".join(str(position) for position in unfinished)
        rows.append(viewer.t("_Not counted yet, a value is missing or wrong: line {lines}_", lines=lines))
    return "\n".join(rows)


def card(quote: QuoteCard, viewer: Viewer, top: Sequence[Block] = ()) -> Message:
    """A quote: what is offered, for how much, until when, and what became of it. `top` goes above it."""
    blocks: list[Block] = [*top, kit.header(f"{quote.ref} · {quote.deal_name}")]
    if quote.first_ref:
        blocks.append(kit.context(version_text(quote, viewer)))
    blocks += kit.fields(_pairs(quote, viewer))
    blocks.append(kit.section("\n".join(_card_lines(quote, viewer))))
    sums = Totals(quote.subtotal, quote.taxes, quote.total - quote.subtotal, quote.total)
    blocks.append(kit.section(sums_text(sums, quote.currency, (), viewer)))
    if quote.note:
        blocks.append(kit.context(kit.esc(kit.cut(quote.note, 500))))
    if quote.newer is not None:
        blocks.append(kit.context(viewer.t("There is a newer version: {ref}", ref=quote.newer.ref)))
    blocks.append(kit.actions(*_buttons(quote, viewer)))
    return Message(spoken(quote, viewer), blocks)


def spoken(quote: QuoteCard, viewer: Viewer) -> str:
    """The card in one sentence."""
    return viewer.t(
        "Quote {ref} for {name}: {total}, {status}",
        ref=quote.ref,
        name=kit.esc(quote.deal_name),
        total=viewer.money(quote.total, quote.currency),
        status=viewer.t(STATUS[quote.status]),
    )


def version_text(quote: QuoteCard, viewer: Viewer) -> str:
    """Which offer it is a later version of."""
    return viewer.t("Version {number} of {ref}", number=quote.version_number, ref=quote.first_ref)


def _pairs(quote: QuoteCard, viewer: Viewer) -> list[tuple[str, str]]:
    pairs = [
        (viewer.t("Status"), viewer.t(STATUS[quote.status])),
        (viewer.t("Valid until"), viewer.date(quote.valid_until)),
        (viewer.t("Deal"), f"{kit.esc(quote.deal_name)} ({quote.deal_ref})"),
        (viewer.t("Account"), kit.esc(quote.account_name)),
    ]
    if quote.sent_on is not None:
        pairs.append((viewer.t("Sent"), viewer.date(quote.sent_on)))
    if quote.decided_on is not None and quote.status in DECIDED:
        pairs.append((viewer.t(STATUS[quote.status]), viewer.date(quote.decided_on)))
    return pairs


def _card_lines(quote: QuoteCard, viewer: Viewer) -> list[str]:
    rows = [_card_line(line, quote.currency, viewer) for line in quote.lines[:CARD_LINES]]
    more = len(quote.lines) - CARD_LINES
    if more > 0:
        rows.append(viewer.nt("_and {n} more line_", "_and {n} more lines_", more))
    return rows


def _card_line(line: LineInput, currency: str, viewer: Viewer) -> str:
    parts = f"{viewer.number(line.quantity)} × {viewer.money(line.unit_price, currency)}"
    if line.discount_percent:
        parts += viewer.t(" less {percent}", percent=viewer.percent(line.discount_percent))
    net = viewer.money(line_net(line, currency), currency)
    return f"• {kit.esc(kit.cut(line.description, 120))}: {parts} = {net}"


def _buttons(quote: QuoteCard, viewer: Viewer) -> list[Block]:
    """What may be done now, the next step first; what is rarer under the three dots."""
    buttons: list[Block] = []
    if quote.can_edit:
        buttons.append(kit.button(viewer.t("Edit"), EditQuote(quote.id)))
    if QuoteStatus.SENT in quote.steps:
        label = viewer.t("Send {ref} by e-mail", ref=quote.ref)
        buttons.append(kit.button(viewer.t("Send"), SendQuote(quote.id), style="primary", label=label))
    buttons += [_step_button(step, quote, viewer) for step in quote.steps]
    if quote.status is QuoteStatus.ACCEPTED and quote.deal_is_open:
        label = viewer.t("{ref} is won", ref=quote.deal_ref)
        buttons.append(kit.button(viewer.t("Deal won"), WinDeal(quote.deal_id), style="primary", label=label))
    if quote.can_version:
        buttons.append(kit.button(viewer.t("New version"), NewQuoteVersion(quote.id)))
    buttons.append(kit.button(viewer.t("Open deal"), OpenRecord("deal", quote.deal_id)))
    others = [
        (viewer.t("Open {ref}", ref=one.ref), OpenRecord("quote", one.id))
        for one in (quote.previous, quote.newer)
        if one is not None
    ]
    more = [(viewer.t("Copy"), CopyQuote(quote.id)), (viewer.t("History"), ShowHistory("quote", quote.id)), *others]
    if quote.status in OPEN and quote.steps:
        more.insert(0, (viewer.t("Send again by e-mail"), SendQuote(quote.id)))
    return [*buttons, kit.overflow(more)]


def what_next(quote: QuoteCard, viewer: Viewer) -> Message:
    """A quote in two lines, with what can be done now that it ended."""
    facts = [
        f"*{quote.deal_ref}* {kit.esc(kit.cut(quote.deal_name, 200))}",
        kit.esc(kit.cut(quote.account_name, 200)),
        viewer.t("valid until {date}", date=viewer.date(quote.valid_until)),
    ]
    if quote.newer is not None:
        facts.append(viewer.t("There is a newer version: {ref}", ref=quote.newer.ref))
    buttons: list[Block] = []
    if quote.can_version:
        route, label = NewQuoteVersion(quote.id), viewer.t("New version of {ref}", ref=quote.ref)
        buttons.append(kit.button(viewer.t("Copy as new version"), route, style="primary", label=label))
    buttons.append(
        kit.button(viewer.t("Open"), OpenRecord("quote", quote.id), label=viewer.t("Open quote {ref}", ref=quote.ref))
    )
    blocks = [kit.section(" · ".join(filter(None, facts))), kit.actions(*buttons)]
    return Message(viewer.t(STATUS[quote.status]), blocks)


def _step_button(step: QuoteStatus, quote: QuoteCard, viewer: Viewer) -> Block:
    route = DecideQuote(quote.id, step)
    match step:
        case QuoteStatus.ACCEPTED:
            question = kit.confirm(
                viewer.t("Accepted?"),
                viewer.t(
                    "The customer takes {ref}. {deal} is then worth {amount}.",
                    ref=quote.ref,
                    deal=quote.deal_ref,
                    amount=worth_text(quote, viewer),
                ),
                viewer.t("Accepted"),
                viewer.t("Cancel"),
            )
            label = viewer.t("{ref} is accepted", ref=quote.ref)
            return kit.button(viewer.t("Accepted"), route, style="primary", label=label, confirm=question)
        case QuoteStatus.REJECTED:
            question = kit.confirm(
                viewer.t("Rejected?"),
                viewer.t("The customer does not take {ref}. You can offer again with a new version.", ref=quote.ref),
                viewer.t("Rejected"),
                viewer.t("Cancel"),
            )
            label = viewer.t("{ref} is rejected", ref=quote.ref)
            return kit.button(viewer.t("Rejected"), route, label=label, confirm=question)
        case _:
            label = viewer.t("Mark {ref} as sent", ref=quote.ref)
            return kit.button(viewer.t("Mark as sent"), route, label=label)


# -- what was done ------------------------------------------------------------------------------------------------


def done(text: str, quote: QuoteCard, change_id: UUID, viewer: Viewer) -> Message:
    """What was just done to a quote, with Undo, above its card. `text` is translated and escaped."""
    return Message(f"{text} {spoken(quote, viewer)}", card(quote, viewer, confirmation(viewer, text, change_id)).blocks)


def saved_text(quote: QuoteCard, viewer: Viewer) -> str:
    """A draft, new or changed."""
    return viewer.t("Quote {ref} saved as a draft.", ref=quote.ref)


def step_text(quote: QuoteCard, viewer: Viewer) -> str:
    """What became of a quote."""
    match quote.status:
        case QuoteStatus.ACCEPTED:
            return viewer.t(
                "Quote {ref} is accepted. Deal {deal} is now worth {amount}.",
                ref=quote.ref,
                deal=quote.deal_ref,
                amount=worth_text(quote, viewer),
            )
        case QuoteStatus.REJECTED:
            return viewer.t("Quote {ref} is rejected.", ref=quote.ref)
        case _:
            return viewer.t("Quote {ref} is marked as sent. Its lines are fixed now.", ref=quote.ref)


def worth_text(quote: QuoteCard, viewer: Viewer) -> str:
    """What a deal is worth by this quote: without the tax, which is said where there is any."""
    amount = viewer.money(quote.subtotal, quote.currency)
    return amount if quote.total == quote.subtotal else viewer.t("{amount} before tax", amount=amount)


def made_text(quote: QuoteCard, viewer: Viewer) -> str:
    """A new draft made from another quote."""
    if quote.first_ref:
        return viewer.t("{version}: {ref}, a draft.", version=version_text(quote, viewer), ref=quote.ref)
    return viewer.t("Copied to the draft {ref}.", ref=quote.ref)


def has_newer(text: str, newer_id: UUID, viewer: Viewer) -> Message:
    """That a quote has a newer version already, with a button to it. `text` is translated and escaped."""
    opened = kit.button(viewer.t("Open"), OpenRecord("quote", newer_id), label=viewer.t("Open the newer version"))
    return Message(text, [kit.section(text, opened)])


COPY_FORM: Form[UUID] = Form(
    lambda deal_id: deal_id, (Search("deal_id", "Deal", required=True, lookup=FindDeal, ids=True),)
)


def copy_modal(quote: QuoteCard, viewer: Viewer) -> Modal:
    """Ask which deal the copy is for; the quote's own to begin with."""
    text = viewer.t(
        "The lines and the note of {ref} become a new draft. Its prices are in {currency}, so the deal must be too.",
        ref=quote.ref,
        currency=quote.currency,
    )
    own = Choice(kit.cut(f"{quote.deal_ref} {quote.deal_name}", kit.OPTION_TEXT_MAX), str(quote.deal_id))
    blocks = [kit.section(text), *COPY_FORM.blocks(viewer, {"deal_id": own})]
    return Modal(viewer.t("Copy quote"), blocks, SaveQuoteCopy(quote.id), viewer.t("Copy"), viewer.t("Cancel"))


# -- the list -----------------------------------------------------------------------------------------------------


def row_block(row: QuoteRow, viewer: Viewer) -> Block:
    """A quote in a list, with its Open button."""
    version = viewer.t("version {number}", number=row.version_number) if row.version_number > 1 else ""
    facts = [
        viewer.money(row.total, row.currency),
        viewer.t(STATUS[row.status]),
        version,
        viewer.t("valid until {date}", date=viewer.date(row.valid_until)),
        people.owner(row.owner, viewer),
    ]
    label = viewer.t("Open quote {ref}", ref=row.ref)
    button = kit.button(viewer.t("Open"), OpenRecord("quote", row.id), label=label)
    return kit.section(f"{kit.record_line(row.ref, row.deal_name)}\n{' · '.join(filter(None, facts))}", button)
