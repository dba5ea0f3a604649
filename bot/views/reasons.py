"""Why a record is told of, in one line: above its card, and in a morning message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.views import deals, kit, replies
from core.i18n import Viewer
from core.notices import NoticeKind
from core.queries.deals import DealCard
from core.queries.quotes import QuoteCard
from core.queries.records import AnyCard
from core.queries.reply_cards import ReplyCard
from core.queries.tasks import TaskRow

NAME_SHOWN = 200


def reason(viewer: Viewer, kind: NoticeKind, card: AnyCard, by: str, *, holds: bool) -> str:
    """Why it is told, in mrkdwn.

    `by` is who caused it, empty for nobody in particular; `holds` is what core.queries.kept.still_true says.
    """
    return _REASONS[kind](viewer, _Told(card, kit.esc(by), kit.esc(kit.cut(card.name, NAME_SHOWN)), holds))


@dataclass(frozen=True)
class _Told:
    """What a reason is made of; `who` and `name` are escaped."""

    card: AnyCard
    who: str
    name: str
    holds: bool


def _assigned(viewer: Viewer, told: _Told) -> str:
    if not told.holds:
        return viewer.t("{ref} {name} was yours; it has another owner now.", ref=told.card.ref, name=told.name)
    if told.who:
        return viewer.t("{who} made you the owner of {ref} {name}.", who=told.who, ref=told.card.ref, name=told.name)
    return viewer.t("You are now the owner of {ref} {name}.", ref=told.card.ref, name=told.name)


def _expired(viewer: Viewer, told: _Told) -> str:
    if not told.holds:
        return viewer.t("Quote {ref} for {name} had expired; that was taken back.", ref=told.card.ref, name=told.name)
    worth = _worth(told.card, viewer)
    return viewer.t("Quote {ref} for {name} has expired: {worth}.", ref=told.card.ref, name=told.name, worth=worth)


def _bounced(viewer: Viewer, told: _Told) -> str:
    return viewer.t(
        "A mail on {ref} {name} came back without reaching anybody. Correct the address with Edit, or call.",
        ref=told.card.ref,
        name=told.name,
    )


def _spam(viewer: Viewer, told: _Told) -> str:
    return viewer.t(
        "A mail on {ref} {name} was reported as spam. Rapport does not write to that address any more. "
        "If it matters, call.",
        ref=told.card.ref,
        name=told.name,
    )


def _won(viewer: Viewer, told: _Told) -> str:
    if not told.holds:
        return viewer.t("{ref} {name} was announced as won and is open again.", ref=told.card.ref, name=told.name)
    about = {"ref": told.card.ref, "name": told.name, "worth": _worth(told.card, viewer)}
    if told.who:
        return viewer.t("Won! {who} closed {ref} {name}: {worth}.", who=told.who, **about)
    return viewer.t("Won! {ref} {name} is closed: {worth}.", **about)


def _shared(viewer: Viewer, told: _Told) -> str:
    if told.who:
        return viewer.t("{who} shared {ref} {name}.", who=told.who, ref=told.card.ref, name=told.name)
    return viewer.t("{ref} {name} was shared.", ref=told.card.ref, name=told.name)


def _task(viewer: Viewer, told: _Told) -> str:
    if isinstance(told.card, TaskRow) and told.card.done:
        return viewer.t("Done: {name}.", name=told.name)
    if not told.holds:
        return viewer.t("{name} was yours to do; somebody else has it now.", name=told.name)
    if told.who:
        return viewer.t("{who} gave you a task: {name}.", who=told.who, name=told.name)
    return viewer.t("You have a new task: {name}.", name=told.name)


def _reply(viewer: Viewer, told: _Told) -> str:
    return replies.headline(told.card, viewer) if isinstance(told.card, ReplyCard) else ""


_REASONS: Mapping[NoticeKind, Callable[[Viewer, _Told], str]] = MappingProxyType(
    {
        NoticeKind.ASSIGNED: _assigned,
        NoticeKind.TASK: _task,
        NoticeKind.EXPIRED: _expired,
        NoticeKind.BOUNCED: _bounced,
        NoticeKind.SPAM: _spam,
        NoticeKind.WON: _won,
        NoticeKind.SHARED: _shared,
        NoticeKind.REPLY: _reply,
    }
)


def _worth(card: AnyCard, viewer: Viewer) -> str:
    match card:
        case DealCard():
            return deals.worth(card, viewer)
        case QuoteCard():
            return viewer.money(card.total, card.currency)
        case _:
            return ""
