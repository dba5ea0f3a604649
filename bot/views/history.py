"""The history of a record on the screen: who changed what, when, from where, and how to take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from bot.labels import field_label, word
from bot.replies import Block, Modal
from bot.routes import TurnHistory, UndoInHistory
from bot.views import kit
from bot.views.activities import KINDS
from core import history
from core.away import OPEN
from core.enums import ActivityKind, Direction
from core.i18n import Viewer
from core.queries.attached import Named
from core.queries.history import (
    Amount,
    Channel,
    Days,
    FieldChange,
    Flag,
    HistoryItem,
    MeetingStep,
    Part,
    RecordHistory,
    Unseen,
    Value,
    Word,
)
from core.queries.records import Hit


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else changed since a form was opened, who (empty for the system), and the version that made."""

    who: str
    changes: Sequence[FieldChange]
    version: int


PARTS_SHOWN = 6
"""Lines about what hangs on the record; a section takes 3,000 characters."""
LOGGED: Mapping[ActivityKind, str] = {
    ActivityKind.CALL: "logged a call",
    ActivityKind.MEETING: "logged a meeting",
    ActivityKind.NOTE: "kept a note",
    ActivityKind.EMAIL: "wrote an e-mail",
    ActivityKind.TASK: "planned a task",
}
RECEIVED = "received an e-mail"
MEETINGS: Mapping[MeetingStep, str] = {
    MeetingStep.PLANNED: "planned a meeting",
    MeetingStep.CHANGED: "changed a meeting",
    MeetingStep.CANCELLED: "cancelled a meeting",
    MeetingStep.LOGGED: "logged a meeting",
    MeetingStep.NOT_HELD: "said that a meeting did not take place",
}
TOUCHED: Mapping[str, str] = {
    "activity": "changed what was planned",
    "tagging": "changed the tags",
    "channel_link": "changed its channel",
    "quote_line": "changed the lines",
}
WHAT: Mapping[str, str] = {
    "activity": "Activity",
    "tagging": "Tag",
    "channel_link": "Channel",
    "quote_line": "Line",
}
PART_DID: Mapping[str, str] = {
    history.CREATE: "added",
    history.UPDATE: "changed",
    history.ARCHIVE: "removed",
    history.RESTORE: "brought back",
}
VALUE_SHOWN = 150
"""Characters of a value; notes may be longer than a section."""


def history_modal(record: Hit, changes: RecordHistory, viewer: Viewer, notice: str = "") -> Modal:
    """A page of a record's history. `notice` is a line above it, translated and escaped: what was just done."""
    blocks: list[Block] = [kit.section(f"*{record.ref}* · {kit.esc(kit.cut(record.name, 200))}")]
    if notice:
        blocks.append(kit.alert(notice, "success"))
    blocks.append(kit.divider())
    blocks += [_item(item, changes, viewer) for item in changes.page.rows]
    if not changes.page.rows:
        blocks.append(kit.section(viewer.t("Nothing has changed yet.")))
    pager = [
        kit.button(text, TurnHistory(changes.entity.value, changes.id, page))
        for text, page, wanted in (
            (viewer.t("Newer"), changes.page.page - 1, changes.page.page > 0),
            (viewer.t("Older"), changes.page.page + 1, changes.page.has_more),
        )
        if wanted
    ]
    if pager:
        blocks.append(kit.actions(*pager))
    return Modal(title=viewer.t("History"), blocks=blocks, close=viewer.t("Close"))


def _item(item: HistoryItem, changes: RecordHistory, viewer: Viewer) -> Block:
    lines = [
        f"*{kit.esc(item.who or 'Rapport')}* {_what_happened(item, viewer)}",
        *(change_line(one, viewer) for one in item.fields),
        *(_part_line(one, viewer) for one in item.parts[:PARTS_SHOWN]),
    ]
    if len(item.parts) > PARTS_SHOWN:
        lines.append(viewer.nt("and {n} more", "and {n} more", len(item.parts) - PARTS_SHOWN))
    lines.append(" · ".join(filter(None, (viewer.slack_date(item.at), where_from(item.source, viewer)))))
    if item.undone:
        lines.append(f"_{viewer.t('Undone since')}_")
    undo = UndoInHistory(changes.entity.value, changes.id, item.change_id, changes.page.page)
    text, label = viewer.t("Undo"), viewer.t("Undo the change of {when}", when=viewer.datetime(item.at))
    return kit.section("\n".join(lines), kit.button(text, undo, label=label) if item.can_undo else None)


def _what_happened(item: HistoryItem, viewer: Viewer) -> str:
    """What was done, after a name: by what the change was for, a call and not the status that follows from it."""
    first = item.parts[0] if item.parts else None
    if first is None or item.takes_back or item.action in (history.CREATE, history.ARCHIVE, history.RESTORE):
        return did(item.action or history.UPDATE, takes_back=item.takes_back, viewer=viewer)
    if item.meeting is not None:
        return viewer.t(MEETINGS[item.meeting])
    if first.about.kind is not None and first.action == history.CREATE:
        return viewer.t(RECEIVED if _came_in(first.about) else LOGGED[first.about.kind])
    return viewer.t(TOUCHED.get(first.entity, "changed it")) if not item.action else viewer.t("changed it")


def _part_line(part: Part, viewer: Viewer) -> str:
    """A line about something that hangs on the record: `Tag added: vip`, `Line changed: Setup (Quantity: 1 → 2)`."""
    what = [_kind(part, viewer)]
    if part.action != history.CREATE or part.about.kind is None:
        what.append(viewer.t(PART_DID[part.action]))
    said = " ".join(part.about.what.split())
    name = f"<#{said}>" if part.entity == "channel_link" else kit.esc(kit.cut(said, VALUE_SHOWN))
    outcome = word(part.about.outcome.value, viewer) if part.about.outcome else ""
    text = f"{' '.join(what)}: {' · '.join(filter(None, (outcome, name)))}"
    if part.fields:
        text += f" ({'; '.join(change_line(one, viewer) for one in part.fields)})"
    return text


def _kind(part: Part, viewer: Viewer) -> str:
    """What something is; of an e-mail also who it went to or came from."""
    about = part.about
    if about.kind is None:
        return viewer.t(WHAT[part.entity])
    if about.kind is not ActivityKind.EMAIL or not about.other:
        return viewer.t(KINDS[about.kind])
    other = kit.esc(kit.cut(about.other, VALUE_SHOWN))
    return viewer.t("E-mail from {who}", who=other) if _came_in(about) else viewer.t("E-mail to {who}", who=other)


def _came_in(about: Named) -> bool:
    return about.kind is ActivityKind.EMAIL and about.direction is Direction.INBOUND


def revision_of(meanwhile: Meanwhile | None) -> str:
    """The revision of a form's inputs: as Slack keeps what stands in an input, those that show a colleague's change
    must be other ones.
    """
    return str(meanwhile.version) if meanwhile else ""


def edited_meanwhile(who: str, changes: Sequence[FieldChange], viewer: Viewer) -> list[Block]:
    """Above a form: what somebody else changed since it was opened, and that saving again is still possible.

    `who` is a name, empty for the system.
    """
    text = viewer.t("{who} changed this meanwhile. Save again to keep what you typed.", who=kit.esc(who or "Rapport"))
    return [kit.alert(text, "warning"), kit.section("\n".join(change_line(one, viewer) for one in changes))]


def did(action: str, *, takes_back: bool, viewer: Viewer) -> str:
    """What was done, after a name: created it, changed it, took a change back."""
    if takes_back:
        return viewer.t("took a change back")
    match action:
        case history.CREATE:
            return viewer.t("created it")
        case history.ARCHIVE:
            return viewer.t("removed it")
        case history.RESTORE:
            return viewer.t("brought it back")
        case _:
            return viewer.t("changed it")


def where_from(source: str, viewer: Viewer) -> str:
    """Where a change came from. Sources are written by core.context.Ctx.source's makers."""
    kind = source.partition(" ")[0]
    if source.startswith(("/", "@")):
        return f"`{kit.esc(source)}`"
    if kind in ("button", "form", "shortcut", "event"):
        return viewer.t("in Slack")
    return viewer.t("in the terminal") if kind == "terminal" else ""


def change_line(change: FieldChange, viewer: Viewer) -> str:
    """A field that changed: `Stage: Qualified → Proposal`."""
    label, old, new = field_label(change.field, viewer), _value(change.old, viewer), _value(change.new, viewer)
    return f"{label}: {new}" if change.old is None else f"{label}: {old} → {new}"


def _value(value: Value, viewer: Viewer) -> str:
    match value:
        case None:
            return "–"
        case Unseen():
            return viewer.t("(a record you have no access to)")
        case date() | time() | Days():
            return _day(value, viewer)
        case Amount():
            return kit.esc(viewer.money(value.amount, value.currency))
        case Decimal():
            return viewer.number(value)
        case Channel():
            return f"<#{value.id}>"
        case Word():
            return kit.esc(word(value.code, viewer))
        case Flag():
            return viewer.t("Yes") if value.on else viewer.t("No")
        case _:
            return kit.esc(kit.cut(" ".join(value.split()), VALUE_SHOWN))


def _day(value: date | time | Days, viewer: Viewer) -> str:
    match value:
        case datetime():
            return viewer.datetime(value)
        case date():
            return viewer.date(value) if value != OPEN else viewer.t("open")
        case time():
            return viewer.hour(value)
        case Days():
            return viewer.weekdays(value.days)
