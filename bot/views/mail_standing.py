"""Where a mail of ours stands, in words: on a timeline, and event by event in its own window."""

from collections.abc import Mapping

from bot.views import kit
from core.enums import EmailProgress, EmailState
from core.i18n import Viewer
from core.queries.emails import MailEvent, MailStanding

STATES: Mapping[EmailState, str] = {
    EmailState.QUEUED: "waiting to be sent",
    EmailState.SENDING: "being sent",
    EmailState.SENT: "sent",
    EmailState.UNKNOWN: "not known whether it left",
    EmailState.HELD: "held back",
    EmailState.FAILED: "not sent",
    EmailState.STOPPED: "stopped",
}
TROUBLE: Mapping[EmailProgress, str] = {
    EmailProgress.SPAM: "reported as spam",
    EmailProgress.BOUNCED: "bounced",
    EmailProgress.BLOCKED: "not accepted",
    EmailProgress.DROPPED: "not delivered",
}
EVENTS: Mapping[str, str] = {
    "processed": "Taken for delivery",
    "deferred": "Delayed: their mail server asks to try later",
    "delivered": "Delivered",
    "open": "Opened",
    "click": "Link clicked",
    "bounce": "Bounced: it could not be delivered",
    "blocked": "Not accepted by their mail server",
    "dropped": "Not delivered",
    "spamreport": "Reported as spam",
    "unsubscribe": "Unsubscribed",
    "group_unsubscribe": "Unsubscribed",
    "group_resubscribe": "Subscribed again",
}
"""What the provider calls it, and what it means."""
MACHINE_EVENTS: Mapping[str, str] = {
    "open": "Opened by a mail program, not surely by a person",
    "click": "Links followed by a scanner, not by a person",
}
QUIET = frozenset({"processed", "delivered", "open", "click"})
"""What went well: what the other side's mail server said of it is of no use to anybody."""
REASON_SHOWN = 300
URL_SHOWN = 120


def standing(mail: MailStanding, viewer: Viewer) -> str:
    """Where a mail stands, in a few words: the furthest that is known. That a program opened it is no open."""
    if mail.state is not EmailState.SENT:
        return viewer.t(STATES[mail.state])
    said = [viewer.t(_furthest(mail))]
    if mail.replied_at is not None:
        said.append(viewer.t("answered"))
    if mail.unsubscribed_at is not None:
        said.append(viewer.t("unsubscribed"))
    return ", ".join(said)


def _furthest(mail: MailStanding) -> str:
    if mail.progress is not None and mail.progress in TROUBLE:
        return TROUBLE[mail.progress]
    if mail.clicked_at is not None:
        return "link clicked"
    if mail.opened_at is not None:
        return "opened"
    if mail.delivered_at is not None:
        return "delivered, opened by a mail program" if mail.machine_opens else "delivered"
    return "delayed" if mail.progress is EmailProgress.DEFERRED else STATES[EmailState.SENT]


def event_line(event: MailEvent, viewer: Viewer) -> str:
    """One event: when, what, and what the other side said of it."""
    known = MACHINE_EVENTS if event.machine and event.kind in MACHINE_EVENTS else EVENTS
    what = viewer.t(known[event.kind]) if event.kind in known else kit.esc(kit.cut(event.kind, 60))
    line = f"{viewer.slack_date(event.at)}: {what}"
    if event.url:
        line += f" ({kit.esc(kit.cut(event.url, URL_SHOWN))})"
    if event.reason and event.kind not in QUIET:
        line += f"\n_{kit.esc(kit.cut(' '.join(event.reason.split()), REASON_SHOWN))}_"
    return line
