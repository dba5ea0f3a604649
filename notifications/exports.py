"""Files: an audit search or a week's report as CSV (RFC 4180), and the steps by which Slack takes a file."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TextIO

from pydantic import BaseModel, ValidationError

from core.context import Ctx
from core.queries import reports
from core.queries.audit import AuditLine, export_lines
from core.queries.history import Amount, Channel, Days, Flag, Unseen, Value, Word
from core.queries.report_rows import ReportRow, report_rows
from core.queries.reports import Week
from notifications.failures import Permanent
from notifications.slack import Answer, Sender

HEADER = (
    "at",
    "who",
    "kind",
    "reference",
    "name",
    "operation",
    "action",
    "field",
    "old",
    "new",
    "source",
    "change",
    "takes back",
)
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REPORT_HEADER = ("part", "what", "who", "count", "count the week before", "percent", "value", "currency")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so may be run by a spreadsheet (owasp.org, CSV Injection)."""


@dataclass(frozen=True)
class FileToSend:
    """A file and what is said with it."""

    name: str
    content: bytes
    comment: str


class _Opened(BaseModel):
    """What conversations.open answers."""

    class _Channel(BaseModel):
        id: str

    channel: _Channel


class _Upload(BaseModel):
    """What files.getUploadURLExternal answers."""

    file_id: str
    upload_url: str


def audit_file(ctx: Ctx, words: str) -> FileToSend:
    """An audit search as a file, newest first, a row for each field that changed. Raises Forbidden."""
    buffer = io.BytesIO()
    out = _text(buffer)
    count = write_csv(out, export_lines(ctx, words))
    out.flush()
    content = buffer.getvalue()
    comment = ctx.viewer.nt("The audit you asked for: {n} change.", "The audit you asked for: {n} changes.", count)
    return FileToSend(f"audit-{ctx.today.date().isoformat()}.csv", content, comment)


def report_file(ctx: Ctx, week: Week) -> FileToSend:
    """A week's report as a file, as the actor may see it."""
    buffer = io.BytesIO()
    out = _text(buffer)
    write_report(out, report_rows(reports.report(ctx, week), reports.by_person(ctx, week)))
    out.flush()
    day = week.monday.isoformat()
    comment = ctx.viewer.t("The report you asked for: week of {day}.", day=ctx.viewer.date(week.monday))
    return FileToSend(f"week-{day}-{week.whose.value}.csv", buffer.getvalue(), comment)


def write_report(out: TextIO, rows: Iterable[ReportRow]) -> None:
    """Write a report as CSV, a row for each number."""
    writer = csv.writer(out)
    writer.writerow(REPORT_HEADER)
    for row in rows:
        numbers = (row.count, row.before, row.rate, row.value)
        told = ("" if one is None else f"{one:f}" if isinstance(one, Decimal) else str(one) for one in numbers)
        writer.writerow(_cells((row.part, row.what, row.who, *told, row.currency)))


def _text(buffer: io.BytesIO) -> io.TextIOWrapper:
    """With a byte order mark: Excel reads UTF-8 only then."""
    return io.TextIOWrapper(buffer, encoding="utf-8-sig", newline="")


def write_csv(out: io.TextIOWrapper, lines: Iterable[AuditLine]) -> int:
    """Write changes as CSV; how many changes there were (each may be several rows)."""
    writer = csv.writer(out)
    writer.writerow(HEADER)
    count = 0
    for count, line in enumerate(lines, start=1):  # noqa: B007 - counts what a stream gives
        writer.writerows(_cells(row) for row in _rows(line))
    return count


def _rows(line: AuditLine) -> Iterable[Sequence[str]]:
    who = line.who or "Rapport"
    head = (line.at.astimezone(UTC).isoformat(), who, line.entity, line.ref, line.name, line.operation, line.action)
    tail = (line.source, str(line.change_id), "yes" if line.takes_back else "")
    if not line.fields:
        yield (*head, "", "", "", *tail)
    for change in line.fields:
        yield (*head, change.field, _plain(change.old), _plain(change.new), *tail)


def _plain(value: Value) -> str:
    match value:
        case None | Unseen():
            return ""
        case Word():
            return value.code
        case Channel():
            return value.id
        case Amount():
            return f"{value.amount:f} {value.currency}"
        case Days():
            return " ".join(WEEK[day] for day in value.days)
        case Flag():
            return "yes" if value.on else "no"
        case date() | time():
            return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return value


def _cells(row: Sequence[str]) -> list[str]:
    return [safe(cell) for cell in row]


def safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def send(sender: Sender, team_id: str, user_id: str, file: FileToSend) -> Answer:
    """Send a file to somebody's direct messages; Slack's last answer. Raises notifications.failures.Failure.

    The three steps of docs.slack.dev/messaging/working-with-files, after the conversation itself is opened: a file is
    shared into a conversation's id, never a person's. A file whose last answer was lost is sent again.
    """
    try:
        opened = _Opened.model_validate(sender.call(team_id, "conversations.open", {"users": user_id}))
        size = {"filename": file.name, "length": len(file.content)}
        upload = _Upload.model_validate(sender.call(team_id, "files.getUploadURLExternal", size))
    except ValidationError as error:
        raise Permanent("upload_unclear", "Slack did not say where the file goes.") from error
    sender.upload(upload.upload_url, file.content)
    return sender.call(
        team_id,
        "files.completeUploadExternal",
        {
            "files": [{"id": upload.file_id, "title": file.name}],
            "channel_id": opened.channel.id,
            "initial_comment": file.comment,
        },
    )
