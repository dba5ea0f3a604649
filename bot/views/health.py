"""How e-mail does, in words: the numbers, what waits, and what does not add up."""

from collections.abc import Mapping

from bot.replies import Block, Message
from bot.routes import ShowHealth, ShowTriage
from bot.views import kit
from core.i18n import Viewer
from core.queries.email_health import DAYS, Doubt, Health, Waiting

DOUBTS: Mapping[Doubt, tuple[str, str]] = {
    Doubt.UNHEARD: (
        "{n} mail was sent over an hour ago and SendGrid has not said a word of it. Check its event webhook.",
        "{n} mails were sent over an hour ago and SendGrid has not said a word of them. Check its event webhook.",
    ),
    Doubt.NOT_LEAVING: (
        "{n} mail should have left by now. Check that the worker runs.",
        "{n} mails should have left by now. Check that the worker runs.",
    ),
    Doubt.UNKNOWN: (
        "{n} mail may have left or not; who wrote it was asked.",
        "{n} mails may have left or not; who wrote them was asked.",
    ),
    Doubt.NOT_READ: (
        "{n} message from SendGrid waits to be read for over ten minutes. Check that the worker runs.",
        "{n} messages from SendGrid wait to be read for over ten minutes. Check that the worker runs.",
    ),
    Doubt.GIVEN_UP: (
        "{n} message from SendGrid could not be worked on. It is kept and tried again each day; the log says why.",
        "{n} messages from SendGrid could not be worked on. They are kept and tried again each day; the log says why.",
    ),
    Doubt.LOST: (
        "{n} mail was taken in and stands nowhere. This must not happen: please report it.",
        "{n} mails were taken in and stand nowhere. This must not happen: please report it.",
    ),
}


def page(shown: Health, viewer: Viewer) -> Message:
    """All of it."""
    title = viewer.t("E-mail health")
    since = viewer.nt("The last {n} day", "The last {n} days", DAYS)
    blocks: list[Block] = [kit.header(title), kit.context(since)]
    blocks.append(kit.section("\n".join([_written(shown, viewer), _fate(shown, viewer)])))
    blocks.append(kit.section("\n".join([_came(shown, viewer), *_waits(shown, viewer)])))
    doubts = _doubts(shown, viewer)
    if doubts:
        blocks.append(kit.section("\n".join([viewer.t("*What does not add up*"), *doubts])))
    else:
        blocks.append(kit.section(viewer.t("All of it adds up: nothing is lost, nothing is late.")))
    buttons = [kit.button(viewer.t("Refresh"), ShowHealth())]
    if shown.triage.count:
        label = viewer.t("Sort the mails that matched nothing")
        buttons.insert(0, kit.button(viewer.t("Sort mails"), ShowTriage(), style="primary", label=label))
    blocks.append(kit.actions(*buttons))
    return Message(f"{title}. {_in_short(shown, viewer)}", blocks)


def weekly(shown: Health, viewer: Viewer) -> Message:
    """The week in one line, with what does not add up."""
    text = viewer.t("*E-mail last week:* {numbers}", numbers=_in_short(shown, viewer))
    details = kit.button(viewer.t("Details"), ShowHealth(), label=viewer.t("Show e-mail health"))
    said = "\n".join([text, *_doubts(shown, viewer)])
    return Message(said.replace("*", ""), [kit.section(said, details)])


def _in_short(shown: Health, viewer: Viewer) -> str:
    numbers = [
        viewer.t("{n} sent", n=shown.sent.sent),
        viewer.t("{n} delivered", n=shown.fate.delivered),
        viewer.t("{n} bounced", n=shown.fate.bounced),
        viewer.nt("{n} reply captured", "{n} replies captured", shown.came.replies),
        viewer.t("{n} unmatched waiting", n=shown.triage.count),
    ]
    oldest = min((one.oldest for one in (shown.triage, shown.unanswered) if one.oldest), default=None)
    if oldest is not None:
        numbers.append(viewer.t("oldest waiting since {when}", when=viewer.slack_date(oldest)))
    return ", ".join(numbers) + "."


def _written(shown: Health, viewer: Viewer) -> str:
    """Written, and the parts that make it up."""
    parts = (
        (viewer.t("{n} sent", n=shown.sent.sent), True),
        (viewer.t("{n} on their way out", n=shown.sent.waiting), shown.sent.waiting),
        (viewer.t("{n} not known whether they left", n=shown.sent.unknown), shown.sent.unknown),
        (viewer.t("{n} held back", n=shown.sent.held), shown.sent.held),
        (viewer.t("{n} refused", n=shown.sent.failed), shown.sent.failed),
        (viewer.t("{n} stopped", n=shown.sent.stopped), shown.sent.stopped),
    )
    return _sum(viewer.t("*Written:* {n}", n=shown.written), [text for text, wanted in parts if wanted])


def _fate(shown: Health, viewer: Viewer) -> str:
    fate = shown.fate
    undelivered = viewer.t("{n} not delivered", n=fate.undelivered)
    if fate.bounced:
        undelivered = viewer.t("{n} not delivered ({m} bounced)", n=fate.undelivered, m=fate.bounced)
    line = _sum(
        viewer.t("*Sent:* {n}", n=shown.sent.sent),
        [
            viewer.t("{n} delivered", n=fate.delivered),
            undelivered,
            viewer.t("{n} without word yet", n=fate.on_the_way),
        ],
    )
    seen = viewer.t("Of the delivered: {n} opened by a person, {m} reported as spam", n=fate.opened, m=fate.spam)
    return f"{line}\n{seen}"


def _came(shown: Health, viewer: Viewer) -> str:
    came = shown.came
    parts = [viewer.nt("{n} reply captured", "{n} replies captured", came.replies)]
    parts.append(viewer.t("{n} automatic", n=came.automatic))
    parts.append(viewer.t("{n} unmatched", n=came.triage))
    parts.append(viewer.t("{n} not ours", n=came.not_ours))
    return _sum(viewer.t("*Came in:* {n}", n=came.total), parts)


def _waits(shown: Health, viewer: Viewer) -> list[str]:
    lines = (
        (viewer.t("*Unmatched, waiting to be sorted:* {n}", n=shown.triage.count), shown.triage),
        (viewer.t("*Replies nobody dealt with:* {n}", n=shown.unanswered.count), shown.unanswered),
        (viewer.t("*From SendGrid, not read yet:* {n}", n=shown.inbox.count), shown.inbox),
    )
    return [_since(text, waiting, viewer) for text, waiting in lines]


def _since(text: str, waiting: Waiting, viewer: Viewer) -> str:
    if waiting.oldest is None:
        return text
    return viewer.t("{what}, the oldest since {when}", what=text, when=viewer.slack_date(waiting.oldest))


def _sum(total: str, parts: list[str]) -> str:
    return f"{total} = {' + '.join(parts)}"


def _doubts(shown: Health, viewer: Viewer) -> list[str]:
    return [f"• {viewer.nt(*DOUBTS[doubt], count)}" for doubt, count in shown.doubts.items()]
