"""How people and their addresses are written in cards."""

from core.i18n import Viewer

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


def phone(e164: str, shown: str) -> str:
    """A stored number as mrkdwn that dials."""
    return f"<tel:{e164}|{shown or e164}>" if e164 else ""
