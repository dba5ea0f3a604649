"""What is said in a channel that Rapport is to post in, and to whoever chose one that it cannot post in."""

from collections.abc import Mapping, Sequence

from bot.replies import Message
from bot.routes import TryChannels
from bot.views import kit
from core.i18n import Viewer

USES: Mapping[str, str] = {
    "sales_channel": "won deals",
    "replies_channel": "answers of prospects",
    "digest_channel": "the daily digest",
}
"""What is posted in the channel of each setting."""
INVITE = "/invite"
"""Where a reason says this, it says what to do."""


def channel_tried(viewer: Viewer, uses: Sequence[str], chooser: str) -> Message:
    """The first post: what will come here. `chooser` is a Slack user id, empty where nobody is known."""
    what = _in_words(viewer, uses)
    text = viewer.t("Rapport posts here from now on: {what}.", what=what)
    blocks = [kit.section(text)]
    if chooser:
        blocks.append(kit.context(viewer.t("{who} chose this channel in `/crm settings`.", who=f"<@{chooser}>")))
    return Message(text, blocks)


def channel_refused(viewer: Viewer, uses: Sequence[str], channel: str, reason: str) -> Message:
    """The word to who chose it. `reason` is a source text of failures.py."""
    text = viewer.t(
        "I cannot post in {channel}, which is chosen for {what}. {reason}",
        channel=f"<#{channel}>",
        what=_in_words(viewer, uses),
        reason=viewer.t(reason),
    )
    todo = viewer.t("Then click Try again; or choose another channel in `/crm settings`.")
    if INVITE not in reason:
        todo = viewer.t("If it is a private channel, type `/invite @Rapport` there.") + " " + todo
    again = kit.button(viewer.t("Try again"), TryChannels(channel), label=viewer.t("Try to post in this channel again"))
    return Message(f"{text} {todo}", [kit.section(text), kit.context(todo), kit.actions(again)])


def _in_words(viewer: Viewer, uses: Sequence[str]) -> str:
    return ", ".join(viewer.t(USES[one]) for one in uses)
