"""Mails that came in: the alert about a reply, answering it, all of its text, and what is said of what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.replies import Block, Message, Modal
from bot.routes import (
    Action,
    AnswerReply,
    ItIsAReply,
    LogCall,
    NotAReply,
    OpenRecord,
    ReopenReply,
    ReplyDone,
    SaveAnswer,
    ShowOriginal,
    ShowStages,
    SnoozeReply,
    Undo,
)
from bot.views import kit, mail_warnings
from bot.views.forms import Form, Text
from core.emails.drafts import Draft
from core.enums import EntityType, MailKind
from core.i18n import Viewer
from core.queries.replies import Original, ReplyRow
from core.queries.reply_cards import MailFile, ReplyCard

NAME_SHOWN = 100
COMPANY_SHOWN = 80
WORDS_SHOWN = 1500
SAID_SHOWN = 240
ROW_WORDS = 160
FILES_SHOWN = 5
ORIGINAL_SHOWN = 60_000
"""Characters of a mail's whole text: twenty blocks of 3,000."""
SNOOZES = (("Tomorrow", 1), ("In three days", 3), ("Next week", 7))
KB = 1024


@dataclass(frozen=True)
class Answered:
    """An answer that was put on its way."""

    who: str
    ref: str
    about: EntityType
    about_id: UUID


ANSWER_FORM: Form[str] = Form(
    lambda body: body, (Text("body", "Your answer", required=True, multiline=True, max_length=3000),)
)


# -- the alert --------------------------------------------------------------------------------------------------------


def headline(reply: ReplyCard, viewer: Viewer) -> str:
    """The first line: what happened, or what became of it. In mrkdwn; the owner is mentioned while it waits."""
    who = sender(reply, viewer)
    if reply.handled_at is not None:
        return _outcome(reply, who, viewer)
    if not reply.owner:
        return viewer.t("{who} answered about {ref}, which is nobody's yet.", who=who, ref=reply.ref)
    return viewer.t("{owner} {who} answered about {ref}.", owner=f"<@{reply.owner}>", who=who, ref=reply.ref)


def sender(reply: ReplyCard, viewer: Viewer) -> str:
    """Who wrote, escaped: their name, else the address they wrote from, which is not told in channels."""
    return kit.esc(kit.cut(reply.who or reply.email or viewer.t("Somebody else"), NAME_SHOWN))


def _outcome(reply: ReplyCard, who: str, viewer: Viewer) -> str:
    by = kit.esc(kit.cut(reply.handler, NAME_SHOWN)) or "Rapport"
    if reply.answered:
        return viewer.t("{by} answered {who} about {ref}.", by=by, who=who, ref=reply.ref)
    if reply.kind is not MailKind.HUMAN:
        return viewer.t("{by} marked a mail from {who} about {ref} as no reply.", by=by, who=who, ref=reply.ref)
    return viewer.t("{by} marked the reply of {who} about {ref} as done.", by=by, who=who, ref=reply.ref)


def alert(reply: ReplyCard, viewer: Viewer) -> Message:
    """What stands below the headline: who, what they said, what was said to them, and what can be done."""
    words = " ".join(reply.words.split())
    blocks: list[Block] = [
        kit.context(_about(reply, viewer)),
        quotation(kit.cut(reply.words, WORDS_SHOWN) or viewer.t("(no text)")),
        *_notes(reply, viewer),
        *_said(reply, viewer),
        kit.actions(*_buttons(reply, viewer)),
    ]
    return Message(kit.esc(kit.cut(words, SAID_SHOWN)), blocks)


def shown_alone(reply: ReplyCard, viewer: Viewer) -> Message:
    """The alert with its headline, where it stands by itself."""
    line, below = headline(reply, viewer), alert(reply, viewer)
    return Message(f"{line} {below.text}", [kit.section(line), *below.blocks])


def quotation(text: str) -> Block:
    """Foreign words, plain, with a bar beside them."""
    words = {"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [words]}


def _about(reply: ReplyCard, viewer: Viewer) -> str:
    named = f"{reply.ref} {kit.esc(kit.cut(reply.name, NAME_SHOWN))}"
    facts = [f"*{named}*"]
    if reply.company and reply.company != reply.name:
        facts.append(kit.esc(kit.cut(reply.company, COMPANY_SHOWN)))
    deal = reply.deal
    if deal is not None:
        stage = kit.esc(kit.cut(deal.stage, COMPANY_SHOWN))
        same = reply.about is EntityType.DEAL
        facts.append(
            viewer.t("Stage: {stage}", stage=stage)
            if same
            else viewer.t(
                "Deal: {ref} {name}, {stage}", ref=deal.ref, name=kit.esc(kit.cut(deal.name, NAME_SHOWN)), stage=stage
            )
        )
    if reply.subject:
        facts.append(kit.esc(kit.cut(reply.subject, COMPANY_SHOWN)))
    return " · ".join(facts)


def _notes(reply: ReplyCard, viewer: Viewer) -> list[Block]:
    """What to be wary of, and what came with it."""
    notes = [*_doubts(reply.email, viewer, stranger=reply.stranger, unproven=reply.unproven)]
    if reply.whole:
        notes.append(viewer.t("This is all of the mail: what is quoted could not be told apart."))
    if len(reply.words) > WORDS_SHOWN:
        notes.append(viewer.t("It goes on: see the original."))
    if reply.follow_up is not None and reply.follow_up > reply.today and reply.handled_at is None:
        notes.append(viewer.t("Follow-up: {when}", when=viewer.slack_day(reply.follow_up)))
    blocks = [kit.context("\n".join(notes))] if notes else []
    if reply.files:
        blocks.append(kit.context(viewer.t("Attached: {files}", files=files_line(reply.files, viewer))))
    return blocks


def _doubts(email: str, viewer: Viewer, *, stranger: bool, unproven: bool) -> list[str]:
    found = []
    if stranger and email:
        found.append(
            viewer.t(":warning: It came from another address than was written to: {email}", email=kit.esc(email))
        )
    elif stranger:
        found.append(viewer.t(":warning: It came from another address than was written to."))
    if unproven:
        found.append(viewer.t(":warning: Nothing proves that the mail is really from its sender (SPF, DKIM)."))
    return found


def files_line(files: Sequence[MailFile], viewer: Viewer) -> str:
    """Names, kinds and sizes of some files, escaped."""
    shown = [
        f"{kit.esc(kit.cut(file.name, 60))} ({kit.esc(kit.cut(file.content_type, 40))}, {size(file.size, viewer)})"
        for file in files[:FILES_SHOWN]
    ]
    if len(files) > FILES_SHOWN:
        shown.append(viewer.nt("{n} more", "{n} more", len(files) - FILES_SHOWN))
    return "; ".join(shown)


def size(number: int, viewer: Viewer) -> str:
    """A file's size as people say it."""
    if number < KB:
        return viewer.nt("{n} byte", "{n} bytes", number)
    if number < KB * KB:
        return viewer.t("{n} KB", n=viewer.number(round(number / KB)))
    return viewer.t("{n} MB", n=viewer.number(round(number / KB / KB)))


def _said(reply: ReplyCard, viewer: Viewer) -> list[Block]:
    said = reply.said
    if said is None:
        return []
    words = kit.esc(kit.cut(" ".join(said.words.split()), SAID_SHOWN))
    when = viewer.slack_date(said.at)
    if not said.by:
        return [kit.context(viewer.t("Last written to them, {when}: {words}", when=when, words=words))]
    by = kit.esc(kit.cut(said.by, NAME_SHOWN))
    return [kit.context(viewer.t("Last written by {by}, {when}: {words}", by=by, when=when, words=words))]


def _buttons(reply: ReplyCard, viewer: Viewer) -> list[Block]:
    original = kit.button(viewer.t("Show original"), ShowOriginal(reply.id), label=viewer.t("Show all of the mail"))
    if reply.handled_at is not None:
        opener = kit.button(viewer.t("Open {ref}", ref=reply.ref), OpenRecord(reply.about.value, reply.about_id))
        again = [] if reply.answered else [kit.button(viewer.t("Not done yet"), ReopenReply(reply.id))]
        return [opener, original, *again]
    about = (reply.about.value, reply.about_id)
    named = reply.who or viewer.t("somebody else")
    buttons = [
        kit.button(
            viewer.t("Reply"), AnswerReply(reply.id), style="primary", label=viewer.t("Reply to {who}", who=named)
        ),
        kit.button(viewer.t("Log call"), LogCall(*about)),
    ]
    if reply.deal is not None and reply.deal.open:
        label = viewer.t("Move {ref} to another stage", ref=reply.deal.ref)
        buttons.append(kit.button(viewer.t("Move stage"), ShowStages(reply.deal.id), label=label))
    if reply.about is not EntityType.ACCOUNT:
        later = [(viewer.t(text), SnoozeReply(reply.id, days)) for text, days in SNOOZES]
        buttons.append(kit.route_select(viewer.t("Snooze"), later))
    rarely: list[tuple[str, Action]] = [
        (viewer.t("Done without an answer"), ReplyDone(reply.id)),
        (viewer.t("Open {ref}", ref=reply.ref), OpenRecord(*about)),
    ]
    buttons += [
        kit.button(viewer.t("Not a reply"), NotAReply(reply.id), label=viewer.t("Nobody wrote this: it is automatic")),
        original,
        kit.overflow(rarely),
    ]
    return buttons


# -- answering --------------------------------------------------------------------------------------------------------


def answer_modal(reply: ReplyCard, draft: Draft, viewer: Viewer) -> Modal:
    """The window in which a reply is answered: to whom, the words, and below them what will be quoted."""
    blocks: list[Block] = []
    if reply.handled_at is not None:
        blocks.append(kit.alert(_outcome(reply, sender(reply, viewer), viewer), "warning"))
    blocks += [mail_warnings.block(warning, viewer) for warning in draft.warnings]
    to = draft.recipient
    if to is not None:
        named = f"{to.name} <{to.address}>" if to.name else to.address
        blocks.append(kit.context(viewer.t("To {who}", who=kit.esc(kit.cut(named, 300)))))
    blocks.append(kit.context(viewer.t("Subject: {subject}", subject=kit.esc(kit.cut(draft.subject, 200)))))
    blocks += _doubts_block(reply, viewer)
    blocks += ANSWER_FORM.blocks(viewer, {})
    if draft.quoted.strip():
        blocks += [kit.context(viewer.t("This stands below your answer:")), quotation(kit.cut(draft.quoted, 2900))]
    title = viewer.t("Reply about {ref}", ref=reply.ref)
    return Modal(title, blocks, SaveAnswer(reply.id), viewer.t("Send"), viewer.t("Cancel"))


def _doubts_block(reply: ReplyCard, viewer: Viewer) -> list[Block]:
    doubts = _doubts(reply.email, viewer, stranger=reply.stranger, unproven=reply.unproven)
    return [kit.context("\n".join(doubts))] if doubts else []


def answered(done: Answered, change_id: UUID, viewer: Viewer) -> Message:
    """An answer is on its way. Undo works as long as it has not left."""
    text = viewer.t("Your answer to {who} is on its way.", who=kit.esc(kit.cut(done.who, NAME_SHOWN)))
    opener = kit.button(viewer.t("Open {ref}", ref=done.ref), OpenRecord(done.about.value, done.about_id))
    return Message(text, [kit.section(text, kit.button(viewer.t("Undo"), Undo(change_id))), kit.actions(opener)])


# -- what was done ----------------------------------------------------------------------------------------------------


def put_away(reply: ReplyCard, viewer: Viewer) -> Message:
    """It waits for nobody any more."""
    who = sender(reply, viewer)
    if reply.kind is MailKind.HUMAN:
        text = viewer.t("Done: nobody has to answer {who} about {ref}.", who=who, ref=reply.ref)
    else:
        text = viewer.t("The mail from {who} about {ref} counts as no reply.", who=who, ref=reply.ref)
    return Message(text, [kit.section(text, kit.button(viewer.t("Undo"), ReopenReply(reply.id)))])


def reopened(reply: ReplyCard, viewer: Viewer) -> Message:
    """It waits again."""
    text = viewer.t("{who} waits for an answer about {ref}.", who=sender(reply, viewer), ref=reply.ref)
    return Message(text, [kit.section(text)])


def snoozed(reply: ReplyCard, change_id: UUID, viewer: Viewer) -> Message:
    """Somebody comes back to it another day."""
    when = viewer.relative_date(reply.follow_up, reply.today) if reply.follow_up else viewer.t("later")
    text = viewer.t("{ref} comes up again: {when}.", ref=reply.ref, when=when)
    return Message(text, [kit.section(text, kit.button(viewer.t("Undo"), Undo(change_id)))])


# -- all of it --------------------------------------------------------------------------------------------------------


def original_modal(mail: Original, viewer: Viewer) -> Modal:
    """A mail with all of its text, as text."""
    sender = f"{mail.who} <{mail.email}>" if mail.who else mail.email
    head = [
        (viewer.t("From"), kit.esc(kit.cut(sender, 300))),
        (viewer.t("Also to"), kit.esc(kit.cut(", ".join(mail.also_to), 300))),
        (viewer.t("Subject"), kit.esc(kit.cut(mail.subject, 300))),
        (viewer.t("Received"), viewer.slack_date(mail.received_at)),
    ]
    blocks: list[Block] = [*kit.fields((label, value) for label, value in head if value)]
    doubts = _doubts(mail.email, viewer, stranger=mail.stranger, unproven=mail.unproven)
    if doubts:
        blocks.append(kit.context("\n".join(doubts)))
    if mail.files:
        blocks.append(kit.context(viewer.t("Attached: {files}", files=files_line(mail.files, viewer))))
    if mail.to_correct:
        text = viewer.t("This was taken for an automatic answer, so nobody was told.")
        blocks.append(kit.section(text, kit.button(viewer.t("A person wrote this"), ItIsAReply(mail.id))))
    blocks.append(kit.divider())
    body = mail.body or viewer.t("(no text)")
    blocks += [
        {"type": "section", "text": kit.plain(body[start : start + kit.TEXT_MAX])}
        for start in range(0, min(len(body), ORIGINAL_SHOWN), kit.TEXT_MAX)
    ]
    if len(body) > ORIGINAL_SHOWN:
        blocks.append(kit.context(viewer.t("The mail is longer than what fits here.")))
    return Modal(viewer.t("Original mail"), blocks, close=viewer.t("Close"))


# -- App Home ---------------------------------------------------------------------------------------------------------


def waiting_rows(rows: Sequence[ReplyRow], viewer: Viewer, *, more: bool) -> list[Block]:
    """Replies that wait for the reader of an App Home, a block each."""
    if not rows:
        return []
    blocks: list[Block] = [kit.header(viewer.t("Replies waiting"))]
    for row in rows:
        # A lead is named after who writes: once is enough.
        named = row.ref if row.name == row.who else f"{row.ref} {kit.esc(kit.cut(row.name, NAME_SHOWN))}"
        facts = [named, viewer.slack_date(row.received_at)]
        if row.owner:
            facts.append(f"<@{row.owner}>")
        words = kit.esc(kit.cut(row.words, ROW_WORDS))
        text = f"*{kit.esc(kit.cut(row.who, NAME_SHOWN))}* · {' · '.join(facts)}\n{words}"
        label = viewer.t("Reply to {who}", who=row.who)
        blocks.append(kit.section(text, kit.button(viewer.t("Reply"), AnswerReply(row.id), label=label)))
    if more:
        blocks.append(kit.context(viewer.t("There are more; they show when these are answered.")))
    return blocks
