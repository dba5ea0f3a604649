"""Routes of leads."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


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
    more: bool = False
    """All of its fields are shown."""
    shown: tuple[tuple[UUID, str], ...] = ()
    """The existing matches the person has seen, and why they match: saving goes on in spite of them."""


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
    """The conversion form. `more`: with its rarer fields."""

    lead_id: UUID
    more: bool = False


@dataclass(frozen=True)
class ListLeads(Action, id="lead.list"):
    """A page of leads: the open ones that are mine or nobody's, or those that fit the words."""

    words: str = ""
    page: int = 0
