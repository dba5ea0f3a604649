"""What became of a mail, worked out from all of its events at once.

Nothing is counted up: each figure is a function of the set of events, so that duplicates and disorder cannot show.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Uuid, func, select, text

from core.access import OWNED
from core.context import Ctx
from core.enums import EmailProgress
from core.events import EmailCameBack
from core.models import Email
from core.params import among, here

PROCESSED, DEFERRED, DELIVERED, OPEN, CLICK = "processed", "deferred", "delivered", "open", "click"
DROPPED, BLOCKED, BOUNCE, SPAM = "dropped", "blocked", "bounce", "spamreport"
UNSUBSCRIBED = frozenset({"unsubscribe", "group_unsubscribe"})
RESUBSCRIBED = frozenset({"group_resubscribe"})
"""Kinds as SendGrid calls them (twilio.com/docs/sendgrid, Event Webhook reference)."""
SCANNED_SECONDS = 3
"""A click so soon after delivery is a scanner's: nobody has read a mail by then."""
BURST_SECONDS = 2
"""Different links of one mail clicked so close to each other are a scanner's."""

_RANKS = tuple(progress.value for progress in EmailProgress)


def tell(ctx: Ctx, came_back: Collection[tuple[UUID, bool]]) -> None:
    """Let be known which mails came back, or (True) were reported as spam: to the record's owner, else the writer.

    However often it is said of a mail, they are told once.
    """
    here, wanted = ctx.workspace.id, {email_id for email_id, _ in came_back}
    about: dict[UUID, tuple[str, UUID, UUID]] = {}
    for model in OWNED if wanted else ():
        owner = func.coalesce(model.owner_id, Email.sender_id, type_=Uuid())
        mine = (model.workspace_id == here) & (model.id == getattr(Email, f"{model.__entity__}_id"))
        query = select(Email.id, model.id, owner).join(model, mine)
        query = query.where(Email.workspace_id == here, Email.id.in_(wanted), owner.is_not(None))
        about |= {row[0]: (model.__entity__, row[1], row[2]) for row in ctx.session.execute(query)}
    for email_id, spam in sorted(came_back):
        if email_id in about:
            ctx.emit(EmailCameBack(email_id, *about[email_id], spam))


def lock(ctx: Ctx, email_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Lock mails, always in the same order; the address each went to."""
    wanted = set(email_ids)
    if not wanted:
        return {}
    rows = ctx.session.execute(_LOCKED, {"here": ctx.workspace.id, "mails": list(wanted)})
    return {row.id: row.to_address for row in rows}


_LOCKED = (
    select(Email.id, Email.to_address)
    .where(Email.workspace_id == here(), among(Email.id, "mails"))
    .order_by(Email.id)
    .with_for_update(key_share=True)
)


def work_out(ctx: Ctx, email_ids: Iterable[UUID], *, clicks: bool = True) -> set[tuple[str, UUID]]:
    """Bring locked mails up to date; the records (entity, id) of those that show something else now.

    `clicks` False spares the look at who clicked, where nothing that bears on it is new.
    """
    ctx.session.flush()
    values = {"here": ctx.workspace.id, "mails": sorted(email_ids)}
    if clicks:
        ctx.session.connection().execute(_SCANNERS, values)
    rows = ctx.session.connection().execute(_WORK_OUT, values | {"ranks": list(_RANKS)}).all()
    for email in ctx.session.identity_map.values():
        if isinstance(email, Email) and any(row.id == email.id for row in rows):
            ctx.session.expire(email)
    return {
        (entity, row[f"{entity}_id"])
        for row in (one._mapping for one in rows)  # noqa: SLF001 - public, named so to stay clear of columns
        for entity in ("lead", "account", "contact", "deal")
        if row[f"{entity}_id"] is not None
    }


_SCANNERS = text(f"""
    UPDATE email_events AS event SET machine = judged.machine
    FROM (
        SELECT click.id, EXISTS (
            SELECT FROM email_events AS other
            WHERE other.workspace_id = :here AND other.email_id = click.email_id AND (
                other.kind = 'click' AND other.url <> click.url
                AND other.at BETWEEN click.at - interval '{BURST_SECONDS} s' AND click.at + interval '{BURST_SECONDS} s'
                OR other.kind = 'delivered'
                AND other.at BETWEEN click.at - interval '{SCANNED_SECONDS} s'
                                 AND click.at + interval '{SCANNED_SECONDS} s'
            )
        ) AS machine
        FROM email_events AS click
        WHERE click.workspace_id = :here AND click.email_id = ANY(:mails) AND click.kind = 'click'
    ) AS judged
    WHERE event.workspace_id = :here AND event.id = judged.id AND event.machine <> judged.machine
""")  # noqa: S608 - two numbers of this module
_WORK_OUT = text("""
    WITH said AS (
        SELECT *, CASE kind
            WHEN 'processed' THEN 1 WHEN 'deferred' THEN 2 WHEN 'delivered' THEN 3
            WHEN 'open' THEN CASE WHEN machine THEN 3 ELSE 4 END
            WHEN 'click' THEN CASE WHEN machine THEN 3 ELSE 5 END
            WHEN 'dropped' THEN 6
            WHEN 'blocked' THEN 7
            WHEN 'bounce' THEN 8
            WHEN 'spamreport' THEN 9
        END AS rank,
        CASE jsonb_typeof(detail -> 'smtp-id')
            WHEN 'string' THEN nullif(btrim(detail ->> 'smtp-id', '<> '), '') END AS smtp_id,
        CASE jsonb_typeof(detail -> 'sg_message_id')
            WHEN 'string' THEN nullif(split_part(detail ->> 'sg_message_id', '.', 1), '') END AS provider
        FROM email_events
        WHERE workspace_id = :here AND email_id = ANY(:mails)
    ), sums AS (
        SELECT email_id,
            (CAST(:ranks AS text[]))[max(rank)] AS progress,
            bool_or(rank BETWEEN 1 AND 6) AS left_us,
            min(at) FILTER (WHERE rank BETWEEN 1 AND 6) AS first_at,
            min(at) FILTER (WHERE kind = 'processed') AS processed_at,
            min(at) FILTER (WHERE kind = 'delivered') AS delivered_at,
            min(at) FILTER (WHERE kind = 'open' AND NOT machine) AS opened_at,
            count(*) FILTER (WHERE kind = 'open' AND NOT machine) AS opens,
            count(*) FILTER (WHERE kind = 'open' AND machine) AS machine_opens,
            min(at) FILTER (WHERE kind = 'click' AND NOT machine) AS clicked_at,
            count(*) FILTER (WHERE kind = 'click' AND NOT machine) AS clicks,
            count(*) FILTER (WHERE kind = 'click' AND machine) AS scanner_clicks,
            min(at) FILTER (WHERE rank BETWEEN 6 AND 8) AS failed_at,
            min(at) FILTER (WHERE kind = 'spamreport') AS spam_at,
            min(at) FILTER (WHERE kind IN ('unsubscribe', 'group_unsubscribe')) AS unsubscribed_at,
            (array_agg(reason ORDER BY rank DESC, at, key) FILTER (WHERE rank BETWEEN 6 AND 8))[1] AS reason,
            min(smtp_id) AS smtp_id,
            min(provider) AS provider
        FROM said GROUP BY email_id
    ), news AS (
        SELECT sums.*,
            least(email.unsubscribed_at, sums.unsubscribed_at) AS optout_at,
            least(email.failed_at, sums.failed_at) AS came_back_at,
            coalesce('<' || smtp_id || '>', email.message_id) AS message_id,
            coalesce(nullif(email.provider_id, ''), provider, '') AS provider_id,
            CASE WHEN left_us THEN 'sent' ELSE email.state END AS state,
            CASE WHEN left_us THEN coalesce(email.sent_at, email.sending_at, first_at)
                 ELSE email.sent_at END AS left_at,
            CASE WHEN reason IS NOT NULL THEN reason
                 WHEN left_us AND email.state <> 'sent' THEN ''
                 ELSE email.why END AS why
        FROM emails AS email JOIN sums ON sums.email_id = email.id
        WHERE email.workspace_id = :here AND email.id = ANY(:mails)
    )
    UPDATE emails AS email SET
        progress = news.progress, processed_at = news.processed_at, delivered_at = news.delivered_at,
        opened_at = news.opened_at, opens = news.opens, machine_opens = news.machine_opens,
        clicked_at = news.clicked_at, clicks = news.clicks, scanner_clicks = news.scanner_clicks,
        failed_at = news.came_back_at, spam_at = news.spam_at, unsubscribed_at = news.optout_at,
        message_id = news.message_id, provider_id = news.provider_id, state = news.state, sent_at = news.left_at,
        why = news.why
    FROM news
    WHERE email.workspace_id = :here AND email.id = ANY(:mails) AND email.id = news.email_id AND (
        email.progress, email.processed_at, email.delivered_at, email.opened_at, email.opens, email.machine_opens,
        email.clicked_at, email.clicks, email.scanner_clicks, email.failed_at, email.spam_at, email.unsubscribed_at,
        email.message_id, email.provider_id, email.state, email.sent_at, email.why
    ) IS DISTINCT FROM (
        news.progress, news.processed_at, news.delivered_at, news.opened_at, news.opens, news.machine_opens,
        news.clicked_at, news.clicks, news.scanner_clicks, news.came_back_at, news.spam_at, news.optout_at,
        news.message_id, news.provider_id, news.state, news.left_at, news.why
    )
    RETURNING email.id, email.lead_id, email.account_id, email.contact_id, email.deal_id
""")
