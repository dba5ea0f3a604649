"""The audit in Slack: who changed what, in the whole workspace."""

from bot.replies import Block, Message
from bot.routes import ExportAudit, ShowAudit
from bot.views import kit
from bot.views.history import change_line, did, where_from
from core.i18n import Viewer
from core.queries.audit import EXPORT_MAX, AuditLine, AuditPage

NAME_SHOWN = 80
LINE_MAX = 1_000
"""Characters of a line; Slack takes 13,200 in a message's blocks together."""
EXAMPLES = (
    "`/crm audit D-7` · `/crm audit Acme` · `/crm audit @ana owner` · `/crm audit deal.move 2026-03-01..2026-03-31`"
)


def page(shown: AuditPage, viewer: Viewer) -> Message:
    """A page of a search, newest first."""
    if shown.unknown:
        return _unknown(shown, viewer)
    title = viewer.t("Audit")
    searched = kit.esc(kit.cut(_typed(shown.words), 200))
    heading = viewer.t("What was changed: {words}", words=searched) if searched else viewer.t("What was changed last")
    blocks: list[Block] = [kit.header(title), kit.context(heading)]
    if not shown.page.rows:
        blocks += [kit.section(viewer.t("Nothing fits this search.")), _hint(viewer)]
        return Message(f"{title}. {viewer.t('Nothing fits this search.')}", blocks)
    blocks += [kit.section(_line(one, viewer)) for one in shown.page.rows]
    blocks += [_buttons(shown, viewer), _hint(viewer)]
    count = viewer.nt("{n} change", "{n} changes", len(shown.page.rows))
    return Message(f"{title}: {count}. {_head(shown.page.rows[0], viewer)}", blocks)


def _typed(words: str) -> str:
    """What was typed as people read it: Slack hands over people as `<@U…|name>`."""
    parts = (word.strip("<>").partition("|") for word in words.split())
    return " ".join(f"@{name}" if name else first for first, _, name in parts)


def _buttons(shown: AuditPage, viewer: Viewer) -> Block:
    turns = (
        (viewer.t("Newer"), shown.page.page - 1, shown.page.page > 0),
        (viewer.t("Older"), shown.page.page + 1, shown.page.has_more),
    )
    label = viewer.t("Send all of it as a CSV file")
    buttons = [kit.button(text, ShowAudit(shown.words, number)) for text, number, wanted in turns if wanted]
    return kit.actions(*buttons, kit.button(viewer.t("Export CSV"), ExportAudit(shown.words), label=label))


def _line(line: AuditLine, viewer: Viewer) -> str:
    lines = [_head(line, viewer)]
    for change in line.fields:
        text = change_line(change, viewer)
        # Whole or not at all: cut in two, an escaped character would be none.
        if sum(map(len, lines)) + len(text) > LINE_MAX:
            lines.append(viewer.t("More fields are in the export."))
            break
        lines.append(text)
    facts = (viewer.slack_date(line.at), where_from(line.source, viewer), f"`{kit.esc(line.operation)}`")
    return "\n".join([*lines, " · ".join(fact for fact in facts if fact not in ("", "``"))])


def _head(line: AuditLine, viewer: Viewer) -> str:
    who = kit.esc(kit.cut(line.who or "Rapport", NAME_SHOWN))
    kind = viewer.t(line.entity.replace("_", " ").capitalize())
    record = " ".join(filter(None, (line.ref, kit.esc(kit.cut(line.name, NAME_SHOWN))))) or kind
    if not line.ref and line.name:
        record = f"{kind} {record}"
    return f"*{record}* · {who} {did(line.action, takes_back=line.takes_back, viewer=viewer)}"


def _hint(viewer: Viewer) -> Block:
    text = viewer.t("Search by record or name, person, field, kind, operation or days: {examples}", examples=EXAMPLES)
    return kit.context(text)


def _unknown(shown: AuditPage, viewer: Viewer) -> Message:
    word = kit.esc(kit.cut(shown.unknown, 80)).replace("`", "'")
    text = viewer.t("I do not know what “{word}” is in an audit search.", word=word)
    return Message(text, [kit.section(text), _hint(viewer)])


def exporting(viewer: Viewer) -> Message:
    """A file is on its way."""
    text = viewer.t(
        "I am collecting the audit and will send it to you as a CSV file in a direct message, "
        "up to {n} changes, the newest first.",
        n=viewer.number(EXPORT_MAX),
    )
    return Message(text, [kit.section(text)])
