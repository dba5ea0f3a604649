"""How people and their addresses are written in cards."""

from collections.abc import Mapping

from core.enums import SuppressionReason
from core.i18n import Viewer

CLOSED: Mapping[SuppressionReason, str] = {
    SuppressionReason.BOUNCED: "bounced: mail does not reach it",
    SuppressionReason.SPAM: "reported mail as spam",
    SuppressionReason.UNSUBSCRIBED: "wants no mail",
    SuppressionReason.MANUAL: "not to be written to",
}
_BREAKS_A_LINK = frozenset("<>|&")


def owner(slack_user_id: str, viewer: Viewer) -> str:
    """Whose record it is, as mrkdwn: a Slack mention, or that it is nobody's."""
    return f"<@{slack_user_id}>" if slack_user_id else viewer.t("Nobody yet")


def mail(address: str) -> str:
    """A normalised mail address as mrkdwn that opens the mail program."""
    if not address:
        return ""
    if _BREAKS_A_LINK & set(address):
        # RFC 5322 allows `|` and `&` in addresses; Slack's link syntax does not.
        return address.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<mailto:{address}|{address}>"


def mail_of(address: str, closed: SuppressionReason | None, viewer: Viewer) -> str:
    """The same, and why it is not written to."""
    if not address or closed is None:
        return mail(address)
    return f"{mail(address)} _({viewer.t(CLOSED[closed])})_"


def phone(e164: str, shown: str) -> str:
    """A stored number as mrkdwn that dials."""
    return f"<tel:{e164}|{shown or e164}>" if e164 else ""
