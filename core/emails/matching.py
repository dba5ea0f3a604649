"""What a mail that came in belongs to.

It is matched by its address (the token of the mail of ours that it answers), then by the Message-IDs it names. The
address of a sender is only ever a suggestion: it is easily forged, and several records may have it. What matches
nothing waits in the triage list for a person to say.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from core.access import Owned, load
from core.activities import SUBJECTS, load_subject
from core.context import Ctx
from core.emails.tokens import token_in
from core.errors import NotFound
from core.models import Contact, Deal, Email, InboundEmail, Lead


def answered(ctx: Ctx, recipients: Sequence[str], thread_ids: Sequence[str], domain: str) -> Email | None:
    """The mail of ours that is answered, locked: named by the address a mail came to, else by the mails before it.

    `thread_ids` are Message-IDs, the oldest first; `domain` is the one replies come to.
    """
    here = select(Email).where(Email.workspace_id == ctx.workspace.id).with_for_update()
    tokens = [token for token in (token_in(address, domain) for address in recipients) if token]
    for token in dict.fromkeys(tokens):
        found = ctx.session.scalars(here.where(Email.token == token)).one_or_none()
        if found is not None:
            return found
    named = [one for one in thread_ids if one]
    if not named:
        return None
    ours = {one.message_id: one for one in ctx.session.scalars(here.where(Email.message_id.in_(named)))}
    return next((ours[one] for one in reversed(named) if one in ours), None)


def record_about(ctx: Ctx, email: Email) -> Owned | None:
    """The record a mail of ours is about, locked; for a lead that was converted, its deal. None where it was taken
    back.
    """
    for entity, (_, column) in SUBJECTS.items():
        record_id = getattr(email, column.key)
        if record_id is None:
            continue
        try:
            record = load_subject(ctx, entity, record_id)
        except NotFound:
            return None
        if isinstance(record, Lead) and record.deal_id is not None:
            return _living(ctx, record.deal_id) or record
        return record
    return None


def suggest(ctx: Ctx, inbound: InboundEmail) -> None:
    """Whom the sender's address belongs to, in this workspace: the contact and the lead that were touched last."""
    for model, column in ((Contact, "suggested_contact_id"), (Lead, "suggested_lead_id")):
        query = select(model.id).where(
            model.workspace_id == ctx.workspace.id,
            model.email == inbound.from_address,
            model.email != "",
            model.archived_at.is_(None),
        )
        newest = query.order_by(model.last_touch_at.desc().nulls_last(), model.id.desc()).limit(1)
        setattr(inbound, column, ctx.session.scalar(newest))


def _living(ctx: Ctx, deal_id: UUID) -> Deal | None:
    try:
        return load(ctx, Deal, deal_id)
    except NotFound:
        return None
