"""Mails of ours, and SendGrid's events about them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.context import Ctx, new_id
from core.emails.tokens import new_token
from core.enums import EmailState, InboxKind
from core.inbox import Stored
from core.models import Account, Contact, Deal, Email, Lead, Member
from tests.factories import START, id_of, put

SUFFIX = "recvd-5b8f9-1.0"


def make_email(
    ctx: Ctx, record: Lead | Contact | Deal | Account, *, sender: Member | None = None, **over: object
) -> Email:
    """A mail on a record that SendGrid took a moment ago."""
    values: dict[str, object] = {
        f"{record.__entity__}_id": record.id,
        "sender_id": id_of(sender),
        "from_name": "Ana Costa",
        "from_address": "sales@rapport.example",
        "to_address": getattr(record, "email", None) or "lena@acme.example",
        "subject": "Your offer",
        "body": "Hello",
        "token": new_token(ctx.workspace.id),
        "state": EmailState.SENT,
        "created_at": ctx.now - timedelta(seconds=2),
        "sending_at": ctx.now - timedelta(seconds=1),
        "sent_at": ctx.now,
    }
    return put(ctx, Email(**(values | over)))


def event(
    kind: str, mail: Email | None = None, key: str = "", at: float = 0, since: datetime = START, **more: object
) -> dict[str, Any]:
    """One event in SendGrid's form, `at` seconds after `since`; of a mail it carries all the ids there are."""
    told: dict[str, Any] = {"event": kind, "timestamp": int((since + timedelta(seconds=at)).timestamp())}
    if key:
        told["sg_event_id"] = key
    if mail is not None:
        first = mail.id.hex[-22:]
        told |= {
            "email": mail.to_address,
            "crm_ws": str(mail.workspace_id),
            "crm_msg": str(mail.id),
            "sg_message_id": f"{first}.{SUFFIX}",
            "smtp-id": f"<{first}@geopod-ismtpd-1>",
        }
    return told | more


def posted(*events: Mapping[str, Any], received_at: datetime = START, item_id: UUID | None = None) -> Stored:
    """A post of events, as the inbox hands it over."""
    body = json.dumps(events).encode()
    return Stored(item_id or new_id(), InboxKind.EVENTS, {"content_type": "application/json"}, body, received_at, 1)


def without(told: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """An event that lacks some of what it could say."""
    return {name: value for name, value in told.items() if name not in names}
