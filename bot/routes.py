"""Typed ids: what a button, a select, a modal or a search field means, packed and unpacked in one place.

A route is a frozen dataclass with an id. What it packs travels through Slack (a button's value, an option's value, a
modal's private metadata) and comes back as the same dataclass. No other file contains an id.
"""

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

OPTION_VALUE_MAX = 150
BUTTON_VALUE_MAX = 2000
METADATA_MAX = 3000


class UnknownRoute(Exception):
    """What came back from Slack is no route of this version: an old message, or not ours."""


@dataclass(frozen=True)
class Route:
    """Base of all routes. Subclasses name their id; two with one id fail at import."""

    id: ClassVar[str] = ""
    _routes: ClassVar[dict[str, type["Route"]]] = {}

    def __init_subclass__(cls, *, id: str = "") -> None:  # noqa: A002 - reads as `class MoveDeal(Action, id="deal.move")`
        super().__init_subclass__()
        if not id:
            return
        if id in Route._routes:
            raise TypeError(f"two routes are called {id!r}")
        cls.id = id
        Route._routes[id] = cls

    def pack(self) -> str:
        """`id {json}`: the id and the fields that differ from their defaults."""
        fields = _adapter(type(self)).dump_python(self, mode="json", exclude_defaults=True)
        return f"{self.id} {json.dumps(fields, separators=(',', ':'))}" if fields else self.id

    @classmethod
    def of(cls, route_id: str) -> type["Route"]:
        """The route class with this id. Raises UnknownRoute."""
        try:
            return Route._routes[route_id]
        except KeyError:
            raise UnknownRoute(route_id) from None

    @classmethod
    def all(cls) -> dict[str, type["Route"]]:
        """Every route of the product by id."""
        return dict(Route._routes)

    @classmethod
    def expect(cls, packed: str) -> Self:
        """Unpack and check the kind. Raises UnknownRoute."""
        route = unpack(packed)
        if not isinstance(route, cls):
            raise UnknownRoute(packed)
        return route


class Lookup(Route):
    """A select that searches as people type."""


class Action(Route):
    """A button, a select or an input that reports while it is typed in."""

    lookup: ClassVar[type[Lookup] | None] = None
    """Where its options come from, for a searching select that reports each choice."""


class Submission(Route):
    """A modal: which one it is and what it is about. Comes back with what was typed."""


def unpack(packed: str) -> Route:
    """The route a packed text stands for. Raises UnknownRoute."""
    route_id, _, fields = packed.partition(" ")
    kind = Route.of(route_id)
    try:
        route: Route = _adapter(kind).validate_json(fields or "{}")
    except ValidationError as error:
        raise UnknownRoute(route_id) from error
    return route


def action_id_of(route_id: str, nth: int = 0) -> str:
    """An action id for the nth use of a route inside one block (Slack wants them unique there)."""
    return f"{route_id}~{nth}" if nth else route_id


def route_id_of(action_id: str) -> str:
    """The route's id inside an action id."""
    return action_id.partition("~")[0]


_ADAPTERS: dict[type[Route], TypeAdapter[Any]] = {}


def _adapter(kind: type[Route]) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        adapter = _ADAPTERS.setdefault(kind, TypeAdapter(kind))
    return adapter


# -- anything -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Undo(Action, id="undo"):
    """Take back the change that the message confirmed."""

    change_id: UUID


@dataclass(frozen=True)
class ShowHistory(Action, id="history.show"):
    """Who changed what on a record."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class TurnHistory(Action, id="history.turn"):
    """Another page of the history that is open."""

    entity: str
    entity_id: UUID
    page: int


@dataclass(frozen=True)
class UndoInHistory(Action, id="history.undo"):
    """Take a change back from the history that is open; the window stays."""

    entity: str
    entity_id: UUID
    change_id: UUID
    page: int


@dataclass(frozen=True)
class ShareCard(Action, id="card.share"):
    """Put the record's card into the channel one is in, for everybody there."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class OpenRecord(Action, id="record.open"):
    """Show a record's card."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class FindRecord(Lookup, id="pick.record"):
    """Search leads, contacts, accounts and deals."""


@dataclass(frozen=True)
class FindDeal(Lookup, id="pick.deal"):
    """Search open deals."""


@dataclass(frozen=True)
class FindAccount(Lookup, id="pick.account"):
    """Search accounts."""


@dataclass(frozen=True)
class FindContact(Lookup, id="pick.contact"):
    """Search contacts."""


@dataclass(frozen=True)
class FindObjection(Lookup, id="pick.objection"):
    """Search objections, or take what was typed as a new one."""


@dataclass(frozen=True)
class FindProduct(Lookup, id="pick.product"):
    """Search products."""


# -- leads --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewLead(Action, id="lead.new"):
    """Open the form for a new lead."""


@dataclass(frozen=True)
class CheckLead(Action, id="lead.check"):
    """Something that may already exist was typed into the lead form."""


@dataclass(frozen=True)
class SaveLead(Submission, id="lead.save"):
    """The form of a lead, new or existing."""

    lead_id: UUID | None = None
    version: int = 0
    shown: tuple[UUID, ...] = ()
    """The existing matches the person has seen: saving goes on in spite of them."""


@dataclass(frozen=True)
class EditLead(Action, id="lead.edit"):
    """Open the form of a lead."""

    lead_id: UUID


@dataclass(frozen=True)
class AssignLead(Action, id="lead.assign"):
    """Ask who the lead's new owner is."""

    lead_id: UUID


@dataclass(frozen=True)
class SaveLeadOwner(Submission, id="lead.save_owner"):
    """The lead's new owner."""

    lead_id: UUID


@dataclass(frozen=True)
class SetLeadStatus(Action, id="lead.status"):
    """Move the lead to a status."""

    lead_id: UUID
    status: str


@dataclass(frozen=True)
class ConvertLead(Action, id="lead.convert"):
    """Open the form that makes an account, a contact and a deal of a lead."""

    lead_id: UUID


@dataclass(frozen=True)
class SaveConversion(Submission, id="lead.save_conversion"):
    """The conversion form."""

    lead_id: UUID


@dataclass(frozen=True)
class ListLeads(Action, id="lead.list"):
    """A page of leads: the open ones that are mine or nobody's, or those that fit the words."""

    words: str = ""
    page: int = 0


# -- activities ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogCall(Action, id="call.log"):
    """Open the call form, for a record or none yet."""

    entity: str = ""
    entity_id: UUID | None = None


@dataclass(frozen=True)
class SaveCall(Submission, id="call.save"):
    """The call form."""

    entity: str = ""
    entity_id: UUID | None = None


@dataclass(frozen=True)
class FollowUpDone(Action, id="follow_up.done"):
    """The follow-up was done; nothing further is planned."""

    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class SnoozeFollowUp(Action, id="follow_up.snooze"):
    """Move the follow-up by some days from today."""

    entity: str
    entity_id: UUID
    days: int


# -- deals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewDeal(Action, id="deal.new"):
    """Open the form for a new deal."""


@dataclass(frozen=True)
class SaveDeal(Submission, id="deal.save"):
    """The form of a deal, new or existing."""

    deal_id: UUID | None = None
    version: int = 0


@dataclass(frozen=True)
class EditDeal(Action, id="deal.edit"):
    """Open the form of a deal."""

    deal_id: UUID


@dataclass(frozen=True)
class MoveDeal(Action, id="deal.move"):
    """Move the deal to a stage."""

    deal_id: UUID
    stage_id: UUID


@dataclass(frozen=True)
class WinDeal(Action, id="deal.win"):
    """The deal is won."""

    deal_id: UUID


@dataclass(frozen=True)
class LoseDeal(Action, id="deal.lose"):
    """Ask why the deal is lost."""

    deal_id: UUID


@dataclass(frozen=True)
class SaveLoss(Submission, id="deal.save_loss"):
    """Why the deal is lost, and to whom."""

    deal_id: UUID
    stage_id: UUID | None = None


@dataclass(frozen=True)
class AssignDeal(Action, id="deal.assign"):
    """Ask who the deal's new owner is."""

    deal_id: UUID


@dataclass(frozen=True)
class SaveDealOwner(Submission, id="deal.save_owner"):
    """The deal's new owner."""

    deal_id: UUID


@dataclass(frozen=True)
class ShowStages(Action, id="deal.stages"):
    """The deal's way through the stages."""

    deal_id: UUID


@dataclass(frozen=True)
class ListDeals(Action, id="deal.list"):
    """A page of deals."""

    words: str = ""
    page: int = 0


# -- quotes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewQuote(Action, id="quote.new"):
    """Open the line editor for a deal."""

    deal_id: UUID | None = None


@dataclass(frozen=True)
class EditQuote(Action, id="quote.edit"):
    """Open the line editor of a draft."""

    quote_id: UUID


@dataclass(frozen=True)
class SaveQuote(Submission, id="quote.save"):
    """The line editor: `lines` are the keys of its lines in order, `revisions` how often each was filled in anew."""

    deal_id: UUID | None = None
    quote_id: UUID | None = None
    version: int = 0
    lines: tuple[int, ...] = (1,)
    revisions: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class ChangeQuoteLine(Action, id="quote.change"):
    """Something was typed in the line editor: sums are to be shown anew."""


@dataclass(frozen=True)
class ChooseQuoteProduct(Action, id="quote.product"):
    """A product was chosen in the line editor: its price and tax are filled in."""

    lookup: ClassVar[type[Lookup] | None] = FindProduct


@dataclass(frozen=True)
class ChooseQuoteDeal(Action, id="quote.deal"):
    """The deal was chosen in the line editor: its currency is known."""

    lookup: ClassVar[type[Lookup] | None] = FindDeal


@dataclass(frozen=True)
class AddQuoteLine(Action, id="quote.add_line"):
    """One line more."""


@dataclass(frozen=True)
class RemoveQuoteLine(Action, id="quote.remove_line"):
    """One line less."""

    line: int


@dataclass(frozen=True)
class ListQuotes(Action, id="quote.list"):
    """A page of quotes."""

    page: int = 0


# -- home and administration --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RefreshHome(Action, id="home.refresh"):
    """Paint App Home anew."""

    due_page: int = 0
    deals_page: int = 0


@dataclass(frozen=True)
class RetryDelivery(Action, id="delivery.retry"):
    """Try a dead letter again."""

    delivery_id: UUID


@dataclass(frozen=True)
class DismissDelivery(Action, id="delivery.dismiss"):
    """Give a dead letter up."""

    delivery_id: UUID


@dataclass(frozen=True)
class ShowHelp(Action, id="help.show"):
    """What is possible."""
