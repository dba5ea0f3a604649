"""Deals in Slack: the card, the list, and what was done."""

from collections.abc import Sequence
from uuid import UUID

from bot.replies import Block, Message
from bot.routes import (
    Action,
    AssignDeal,
    Claim,
    ComposeEmail,
    EditDeal,
    EditTags,
    ListDeals,
    LogCall,
    LoseDeal,
    MoveDeal,
    NewDeal,
    NewQuote,
    NewTask,
    OpenRecord,
    PlanMeeting,
    ShowHistory,
    ShowStages,
    WinDeal,
)
from bot.views import kit, people, tags
from bot.views.activities import timeline_blocks
from bot.views.quotes import STATUS as QUOTE_STATUS
from bot.views.records import confirmation, to_others, unseen
from core.enums import StageKind
from core.i18n import Viewer
from core.queries.deals import DealCard, DealRow
from core.queries.records import Page

RELATED_SHOWN = 40
"""Characters of a related record on its button."""

# -- the card -----------------------------------------------------------------------------------------------------


def card(deal: DealCard, viewer: Viewer, top: Sequence[Block] = ()) -> Message:
    """A deal: what it is worth, where it stands, what happened, what can be done. `top` goes above it."""
    blocks: list[Block] = [*top, kit.header(f"{deal.ref} · {deal.name}"), *kit.fields(_pairs(deal, viewer))]
    if deal.next_step:
        blocks.append(kit.section(viewer.t("*Next step:* {step}", step=kit.esc(deal.next_step))))
    blocks += [kit.context(_quote_line(deal, viewer))] if deal.quotes else []
    blocks += tags.line(deal.tags, viewer)
    blocks += timeline_blocks(deal.timeline, viewer)
    blocks += _related(deal, viewer)
    blocks += _stage_row(deal, viewer)
    blocks.append(kit.actions(*_buttons(deal, viewer)))
    return Message(spoken(deal, viewer), blocks)


def spoken(deal: DealCard, viewer: Viewer) -> str:
    """The card in one sentence."""
    return viewer.t(
        "Deal {ref}: {name}, {value}, {stage}",
        ref=deal.ref,
        name=kit.esc(deal.name),
        value=worth(deal, viewer),
        stage=kit.esc(deal.stage),
    )


def worth(deal: DealCard | DealRow, viewer: Viewer) -> str:
    """What the deal is worth, or that nobody knows yet."""
    return viewer.t("no value yet") if deal.value is None else viewer.money(deal.value, deal.currency)


def _pairs(deal: DealCard, viewer: Viewer) -> list[tuple[str, str]]:
    pairs = [
        (viewer.t("Stage"), _stage_text(deal, viewer)),
        (viewer.t("Value"), worth(deal, viewer)),
        (viewer.t("Owner"), people.owner(deal.owner, viewer)),
        (viewer.t("Account"), kit.esc(deal.account)),
        (viewer.t("Contact"), kit.esc(deal.contact)),
    ]
    if deal.closed_at is not None:
        pairs.append((viewer.t("Closed"), viewer.date(viewer.local_date(deal.closed_at))))
        if deal.stage_kind is StageKind.LOST:
            pairs.append((viewer.t("Reason"), kit.esc(deal.loss_reason)))
            pairs.append((viewer.t("Lost to"), kit.esc(deal.competitor)))
        return pairs
    day = deal.next_follow_up
    pairs += [
        (viewer.t("Expected close"), _close_text(deal, viewer)),
        (viewer.t("Next follow-up"), viewer.slack_when(day, deal.next_follow_up_at) if day else ""),
        (viewer.t("Last touch"), viewer.slack_day(deal.last_touch_at) if deal.last_touch_at else ""),
    ]
    return pairs


def _stage_text(deal: DealCard, viewer: Viewer) -> str:
    text = kit.esc(f"{deal.stage} ({deal.pipeline})" if deal.pipeline else deal.stage)
    if deal.stage_kind is StageKind.OPEN:
        text += " · " + viewer.percent(deal.probability)
        text += "\n" + viewer.t("since {day}", day=viewer.slack_day(deal.stage_entered_at))
    return f"{text}\n_{viewer.t('longer than usual')}_" if deal.stale else text


def _close_text(deal: DealCard, viewer: Viewer) -> str:
    if deal.expected_close is None:
        return ""
    text = viewer.date(deal.expected_close)
    return f"{text}\n_{viewer.t('this day is over')}_" if deal.expected_close < deal.today else text


def _quote_line(deal: DealCard, viewer: Viewer) -> str:
    quotes = [
        f"{quote.ref} {viewer.money(quote.total, quote.currency)} ({viewer.t(QUOTE_STATUS[quote.status])})"
        for quote in deal.quotes
    ]
    return viewer.t("Quotes: {quotes}", quotes=", ".join(quotes))


def _stage_row(deal: DealCard, viewer: Viewer) -> list[Block]:
    """The way on; for a closed deal only the way back."""
    if not deal.can_edit:
        return []
    still_open = deal.stage_kind is StageKind.OPEN
    stages = [
        (stage.name, MoveDeal(deal.id, stage.id)) for stage in deal.stages if still_open or stage.kind is StageKind.OPEN
    ]
    row: list[Block] = []
    if stages:
        placeholder = viewer.t("Stage") if still_open else viewer.t("Reopen in stage…")
        row.append(kit.route_select(placeholder, stages, MoveDeal(deal.id, deal.stage_id).pack()))
    if still_open:
        row += [
            kit.button(
                viewer.t("Won"), WinDeal(deal.id), style="primary", label=viewer.t("{ref} is won", ref=deal.ref)
            ),
            kit.button(viewer.t("Lost"), LoseDeal(deal.id), label=viewer.t("{ref} is lost", ref=deal.ref)),
        ]
    return [kit.actions(*row)] if row else []


def _buttons(deal: DealCard, viewer: Viewer) -> list[Block]:
    buttons: list[Block] = []
    still_open = deal.stage_kind is StageKind.OPEN
    if deal.can_edit and not deal.owner and still_open:
        buttons.append(kit.button(viewer.t("Claim"), Claim("deal", deal.id), label=viewer.t("Make this deal yours")))
    if deal.can_edit:
        buttons.append(kit.button(viewer.t("Log call"), LogCall("deal", deal.id, on_card=True)))
        buttons.append(kit.button(viewer.t("E-mail"), ComposeEmail("deal", deal.id)))
        buttons.append(kit.button(viewer.t("Plan meeting"), PlanMeeting("deal", deal.id)))
    if deal.can_edit and still_open:
        buttons.append(kit.button(viewer.t("New quote"), NewQuote(deal.id)))
    more: list[tuple[str, Action]] = []
    if deal.can_edit:
        buttons.append(kit.button(viewer.t("Edit"), EditDeal(deal.id)))
        more.append((viewer.t("New task"), NewTask("deal", deal.id)))
    if deal.can_assign and still_open:
        more.append((viewer.t("Assign"), AssignDeal(deal.id)))
    if deal.can_edit:
        more.append((viewer.t("Tags"), EditTags("deal", deal.id)))
    more += [(viewer.t("Stages"), ShowStages(deal.id)), (viewer.t("History"), ShowHistory("deal", deal.id))]
    return [*buttons, kit.overflow(more)]


def _related(deal: DealCard, viewer: Viewer) -> list[Block]:
    """What belongs to the deal, each a click away; and behind the dots how it gets in front of others."""
    quotes = [(quote.ref, "", OpenRecord("quote", quote.id)) for quote in deal.quotes]
    records = [(hit.ref, hit.name, OpenRecord(hit.entity.value, hit.id)) for hit in deal.related]
    buttons = [
        kit.button(
            kit.cut(f"{ref} {name}".strip(), RELATED_SHOWN),
            route,
            label=viewer.t("Open {ref}", ref=f"{ref} {name}".strip()),
        )
        for ref, name, route in (*records, *quotes)
    ]
    return [kit.actions(*buttons, kit.overflow(to_others(deal, viewer)))]


# -- what was done ------------------------------------------------------------------------------------------------


def done(text: str, deal: DealCard, change_id: UUID, viewer: Viewer) -> Message:
    """What was just done to a deal, with Undo, above its card. `text` is translated and escaped."""
    return Message(f"{text} {spoken(deal, viewer)}", card(deal, viewer, confirmation(viewer, text, change_id)).blocks)


def unchanged(text: str, deal: DealCard, viewer: Viewer) -> Message:
    """Why nothing was done, above the card."""
    return Message(text, card(deal, viewer, [kit.section(text)]).blocks)


def created_text(ref: str, viewer: Viewer) -> str:
    """A new deal."""
    return viewer.t("Deal {ref} created.", ref=ref)


def saved_text(ref: str, viewer: Viewer) -> str:
    """An edited deal."""
    return viewer.t("Deal {ref} saved.", ref=ref)


def owner_text(ref: str, owner: str, viewer: Viewer) -> str:
    """A deal's new owner."""
    if not owner:
        return viewer.t("Deal {ref} belongs to nobody now.", ref=ref)
    return viewer.t("Deal {ref} now belongs to {owner}.", ref=ref, owner=people.owner(owner, viewer))


def moved_text(deal: DealCard, viewer: Viewer) -> str:
    """A deal in another stage."""
    name, stage = kit.esc(deal.name), kit.esc(deal.stage)
    match deal.stage_kind:
        case StageKind.WON:
            return viewer.t("{ref} {name} is won: {value}.", ref=deal.ref, name=name, value=worth(deal, viewer))
        case StageKind.LOST:
            return viewer.t(
                "{ref} {name} is lost: {reason}.", ref=deal.ref, name=name, reason=kit.esc(deal.loss_reason)
            )
        case _:
            return viewer.t("{ref} {name} moved to {stage}.", ref=deal.ref, name=name, stage=stage)


def same_stage_text(deal: DealCard, viewer: Viewer) -> str:
    """A deal that was where it was to go."""
    return viewer.t("{ref} is in {stage} already; nothing changed.", ref=deal.ref, stage=kit.esc(deal.stage))


def unknown_stage_text(typed: str, viewer: Viewer) -> str:
    """No stage is called that; the card below has them all in a select."""
    return viewer.t("There is no stage “{typed}”. Choose one below.", typed=kit.esc(kit.cut(typed, 80)))


def handed_over(text: str, owner: str, change_id: UUID, viewer: Viewer) -> Message:
    """What was done to a deal that the reader may not see any more, since it belongs to somebody else now."""
    said = viewer.t("{done} You cannot see it any more: it is {owner}'s.", done=text, owner=people.owner(owner, viewer))
    return unseen(said, change_id, viewer)


# -- lists --------------------------------------------------------------------------------------------------------


def listing(page: Page[DealRow], words: str, viewer: Viewer) -> Message:
    """A page of deals; with words, of those they match."""
    new = kit.button(viewer.t("New deal"), NewDeal())
    if not page.rows:
        text = viewer.t("No open deals yet.")
        if words:
            text = viewer.t("No deal is called “{words}”.", words=kit.esc(kit.cut(words, 80)))
        other = [kit.button(viewer.t("List deals"), ListDeals())] if words else []
        return Message(text, [kit.section(text), kit.actions(*other, new)])
    title = viewer.t("Deals: {words}", words=words) if words else viewer.t("Open deals, by expected close")
    blocks: list[Block] = [kit.header(title), *(row_block(row, viewer) for row in page.rows)]
    pager: list[Block] = []
    if page.page:
        pager.append(kit.button(viewer.t("Previous"), ListDeals(words, page.page - 1)))
    if page.has_more:
        pager.append(kit.button(viewer.t("Next"), ListDeals(words, page.page + 1)))
    spoken_rows = "; ".join(f"{row.ref} {kit.esc(row.name)}" for row in page.rows)
    text = viewer.nt("{n} deal: {names}", "{n} deals: {names}", len(page.rows), names=spoken_rows)
    return Message(text, [*blocks, kit.actions(*pager, new)])


def several(rows: Sequence[DealRow], words: str, viewer: Viewer) -> Message:
    """Several deals, or none, may be meant by the words."""
    if not rows:
        return listing(Page(), words, viewer)
    text = viewer.t("More than one deal may be meant. Open the one, and choose its stage there.")
    return Message(text, [kit.section(text), *(row_block(row, viewer) for row in rows)])


def row_block(row: DealRow, viewer: Viewer) -> Block:
    """A deal in a list, with its Open button."""
    name = kit.record_line(row.ref, row.name, row.account)
    value = viewer.t("no value yet") if row.value is None else viewer.short_money(row.value, row.currency)
    facts = [value, kit.esc(row.stage)]
    if row.stage_kind is StageKind.OPEN:
        days = viewer.nt("{n} day in stage", "{n} days in stage", row.days_in_stage)
        facts.append(days if row.days_in_stage else viewer.t("in stage since today"))
    if row.stage_kind is StageKind.OPEN and row.expected_close is not None:
        day = viewer.relative_date(row.expected_close, row.today)
        passed = row.expected_close < row.today
        facts.append(viewer.t("should have closed {day}", day=day) if passed else viewer.t("closes {day}", day=day))
    facts.append(people.owner(row.owner, viewer))
    button = kit.button(viewer.t("Open"), OpenRecord("deal", row.id), label=viewer.t("Open {ref}", ref=row.ref))
    return kit.section(f"{name}\n{' · '.join(facts)}", button)


def which_deal(example: str, viewer: Viewer) -> Message:
    """Nothing was said that names a deal."""
    text = viewer.t("Which deal? For example `{example}`; a few letters of its name will do.", example=example)
    return Message(text, [kit.section(text), kit.actions(kit.button(viewer.t("List deals"), ListDeals()))])
