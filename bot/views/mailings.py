"""One template to many leads: choosing it, who would get it, what each of them gets, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot import errors
from bot.replies import Block, Choice, Message, Modal
from bot.routes import ChooseMailing, FindTemplate, PreviewMailing, StartMailing, StopMailing
from bot.views import kit
from bot.views.emails import Preview, preview_blocks
from bot.views.forms import Form, Search, Select
from core.bulk import Progress
from core.emails import mailings
from core.emails.mailings import Audience, Reader
from core.enums import BulkState, EmailState
from core.errors import DomainError
from core.i18n import Viewer

LEFT_OUT_SHOWN = 10
NAMES: Mapping[str, str] = {
    "no_address": "no e-mail address",
    "opted_out": "does not want e-mail",
    "spam_before": "marked a mail as spam",
    "bounced_before": "mail came back before",
    "written_off": "taken off the list",
    "same_address": "same address as another one",
    "not_yours": "not yours to write to",
}
"""Why somebody is left out."""
NOT_SENT: Mapping[EmailState, str] = {
    EmailState.HELD: "held back, as the address is not written to any more",
    EmailState.FAILED: "refused when it was to leave",
    EmailState.UNKNOWN: "not known yet whether it left",
    EmailState.STOPPED: "stopped before it left",
}
"""What became of mails that did not leave."""


@dataclass(frozen=True)
class MailingInput:
    """What the window asks for."""

    template_id: UUID
    per_hour: int


def _typed(template_id: UUID, per_hour: str) -> MailingInput:
    return MailingInput(template_id, int(per_hour) if per_hour.isdecimal() else 0)


MAILING_FORM: Form[MailingInput] = Form(
    _typed,
    (
        Search(
            "template_id",
            "Template",
            required=True,
            lookup=FindTemplate,
            ids=True,
            reports=ChooseMailing,
            placeholder="Choose what they get",
        ),
        Select(
            "per_hour",
            "How quickly",
            required=True,
            hint="Evenly over the hour: many mails at once look like spam to the mail servers that get them.",
        ),
    ),
)


@dataclass(frozen=True)
class MailingData:
    """What the window shows; `audience` once a template is chosen."""

    route: StartMailing
    total: int
    template_id: UUID | None = None
    audience: Audience | None = None


def mailing_modal(data: MailingData, viewer: Viewer) -> Modal:
    """Template and speed, and who gets it."""
    form = MAILING_FORM.with_choices(
        per_hour=[Choice(viewer.t("{n} an hour", n=rate), str(rate)) for rate in mailings.RATES]
    )
    values: dict[str, Any] = {"per_hour": mailings.RATE}
    intro = viewer.nt("To {n} lead, each by itself.", "To {n} leads, each by itself.", data.total)
    return Modal(
        title=viewer.t("E-mail to several"),
        blocks=[kit.section(intro), *form.blocks(viewer, values), *_counted(data, viewer)],
        route=data.route,
        submit=viewer.t("Send"),
        close=viewer.t("Cancel"),
    )


def _counted(data: MailingData, viewer: Viewer) -> list[Block]:
    """Who gets it and who does not, and a way to look at each of them."""
    if data.audience is None or data.template_id is None:
        return [kit.context(viewer.t("Once a template is chosen, you see here who gets it."))]
    reached = len(data.audience.reached)
    text = viewer.nt("*{n} lead gets it.*", "*{n} leads get it.*", reached)
    if data.audience.today:
        text += " " + viewer.nt("({n} was written to today)", "({n} were written to today)", data.audience.today)
    reasons = [f"{count} · {reason(why, viewer, field)}" for why, field, count in data.audience.reasons]
    button = None
    if reached:
        route = PreviewMailing(data.route.chosen, data.template_id, data.route.ids)
        button = kit.button(viewer.t("Preview"), route, label=viewer.t("See what each of them gets"))
    blocks: list[Block] = [kit.section("\n".join([text, *reasons]), button)]
    if data.audience.left_out:
        blocks.append(kit.context(_left_out(data.audience.left_out, viewer)))
    return blocks


def _left_out(readers: Sequence[Reader], viewer: Viewer) -> str:
    names = ", ".join(f"{one.ref} {kit.esc(kit.cut(one.name, 40))}" for one in readers[:LEFT_OUT_SHOWN])
    if len(readers) <= LEFT_OUT_SHOWN:
        return viewer.t("Left out: {names}", names=names)
    more = viewer.nt("{n} more", "{n} more", len(readers) - LEFT_OUT_SHOWN)
    return viewer.t("Left out: {names} and {more}", names=names, more=more)


def reason(why: str, viewer: Viewer, field: str = "") -> str:
    """Why somebody is left out, in a few words."""
    if why == mailings.MISSING:
        if not field:
            return viewer.t("a placeholder is not known")
        return viewer.t("{field} is not known", field="`{{" + field + "}}`")
    return viewer.t(NAMES[why]) if why in NAMES else kit.esc(why)


def preview_modal(route: PreviewMailing, reader: Reader, total: int, mail: Preview, viewer: Viewer) -> Modal:
    """The mail as one of them gets it, and buttons to the others."""
    pager: list[Block] = []
    for text, page in ((viewer.t("Previous"), route.page - 1), (viewer.t("Next"), route.page + 1)):
        if 0 <= page < total:
            pager.append(kit.button(text, PreviewMailing(route.chosen, route.template_id, route.ids, page)))
    where = viewer.t(
        "{number} of {total}: {ref} {name}",
        number=route.page + 1,
        total=total,
        ref=reader.ref,
        name=kit.esc(kit.cut(reader.name, 100)),
    )
    blocks: list[Block] = [kit.section(where), *([kit.actions(*pager)] if pager else [])]
    return Modal(viewer.t("Preview"), [*blocks, kit.divider(), *preview_blocks(mail, viewer)], close=viewer.t("Back"))


def started(viewer: Viewer) -> Message:
    """That the worker has it now."""
    text = viewer.t("The first one leaves now. I show you how far it is in a direct message, where you can stop it.")
    return Message(text, [kit.section(text)])


def progress(job: Progress, viewer: Viewer) -> Message:
    """How far a mailing is, in one message that is edited as it goes on; Stop as long as some are left."""
    text = _progress_text(job, viewer)
    lines = [text, *(f"{count} · {reason(why, viewer)}" for why, count in job.left_out.items())]
    lines += [f"{job.mails[state]} · {viewer.t(why)}" for state, why in NOT_SENT.items() if job.mails.get(state)]
    blocks: list[Block] = [kit.section("\n".join(lines))]
    if job.state not in (BulkState.DONE, BulkState.STOPPED):
        label = viewer.t("Stop this mailing")
        question = kit.confirm(
            viewer.t("Stop it?"),
            viewer.t("Nobody further gets it. What has left cannot be taken back."),
            viewer.t("Stop"),
            viewer.t("Go on"),
        )
        blocks.append(kit.actions(kit.button(viewer.t("Stop"), StopMailing(job.job_id), label=label, confirm=question)))
    return Message(text, blocks)


def _progress_text(job: Progress, viewer: Viewer) -> str:
    sent, name = job.sent, kit.esc(kit.cut(job.name, 80))
    match job.state:
        case BulkState.DONE:
            return viewer.t("“{name}” is sent: {sent} of {total} leads get it.", name=name, sent=sent, total=job.total)
        case BulkState.STOPPED if job.code in errors.SENTENCES:
            why = errors.sentence(DomainError(job.code), viewer)
            return viewer.t(
                "“{name}” is stopped: {sent} of {total}. {why}", name=name, sent=sent, total=job.total, why=why
            )
        case BulkState.STOPPED:
            return viewer.t(
                "“{name}” is stopped: {sent} of {total} leads got it.", name=name, sent=sent, total=job.total
            )
        case _ if job.ends_at is not None:
            return viewer.t(
                "“{name}”: {sent} sent, {left} to go, done by about {time}.",
                name=name,
                sent=sent,
                left=job.total - job.done,
                time=viewer.time(job.ends_at),
            )
        case _:
            return viewer.t("“{name}”: {sent} sent, {left} to go.", name=name, sent=sent, left=job.total - job.done)
