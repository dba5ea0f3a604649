"""Routes of accounts and contacts."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class EditAccount(Action, id="account.edit"):
    """Open the form of an account."""

    account_id: UUID


@dataclass(frozen=True)
class SaveAccount(Submission, id="account.save"):
    """The form of an account, opened on a version."""

    account_id: UUID
    version: int


@dataclass(frozen=True)
class NewContact(Action, id="contact.new"):
    """Open the form of a new contact at an account."""

    account_id: UUID


@dataclass(frozen=True)
class EditContact(Action, id="contact.edit"):
    """Open the form of a contact."""

    contact_id: UUID


@dataclass(frozen=True)
class SaveContact(Submission, id="contact.save"):
    """The form of a contact, opened on a version; of a new one without an id."""

    contact_id: UUID | None = None
    version: int = 0
