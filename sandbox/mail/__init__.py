"""A SendGrid of our own and the mailboxes it delivers to: mail lands there, and what people do with it comes back."""

from sandbox.mail.model import Mail, Parcel
from sandbox.mail.office import PostOffice

__all__ = ["Mail", "Parcel", "PostOffice"]
