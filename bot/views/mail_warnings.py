"""What speaks against a mail, in words, above the window it is written in."""

from collections.abc import Iterable
from datetime import datetime

from bot import errors
from bot.replies import Block
from bot.views import kit
from core.emails.drafts import Warning as MailWarning
from core.i18n import Viewer

OF_FIELDS = frozenset({"missing_field", "unknown_field"})
"""About the words, which can be changed."""
OF_PERSON = frozenset({"opted_out", "spam_before", "bounced_before", "written_off"})
"""About the address: nothing that is typed helps."""
LIFTED_BY_PEOPLE = frozenset({"bounced_before", "written_off"})
"""What a colleague may decide otherwise (core.emails.suppressions.BY_PEOPLE)."""


def block(warning: MailWarning, viewer: Viewer) -> Block:
    """One warning as a banner: red where nothing can be sent as long as it stands."""
    return kit.alert(sentence(warning, viewer), "error" if warning.code in OF_PERSON else "warning")


def sentence(warning: MailWarning, viewer: Viewer) -> str:
    """What is wrong, and what to do."""
    match warning.code:
        case "missing_field":
            return viewer.t("Nothing is known for {field}. Type the words instead.", field=_placeholder(warning))
        case "unknown_field":
            return viewer.t("There is no placeholder {field}.", field=_placeholder(warning))
        case "no_address":
            return viewer.t("No e-mail address is known. Add one to the record, then write again.")
        case "no_contact":
            return viewer.t("This deal has no contact. Choose who gets it.")
        case "mailed_today":
            return _mailed(warning, viewer)
        case _:
            return errors.mail_why(warning.code, viewer)


def key(warning: MailWarning) -> str:
    """What tells a warning from another, so that a window knows which ones were read in it."""
    at = warning.data.get("at")
    return f"{warning.code} {at.isoformat()}" if isinstance(at, datetime) else warning.code


def lasting(warnings: Iterable[MailWarning]) -> list[MailWarning]:
    """Those that changing the words does not help against."""
    return [one for one in warnings if one.code not in OF_FIELDS]


def _mailed(warning: MailWarning, viewer: Viewer) -> str:
    who, at = str(warning.data.get("who", "")), warning.data.get("at")
    time = viewer.time(at) if isinstance(at, datetime) else ""
    if not who:
        return viewer.t("A mail went to this address today at {time}.", time=time)
    return viewer.t("{who} wrote to this address today at {time}.", who=kit.esc(kit.cut(who, 60)), time=time)


def _placeholder(warning: MailWarning) -> str:
    return "`{{" + kit.esc(kit.cut(str(warning.data.get("field", "")), 40)).replace("`", "'") + "}}`"
