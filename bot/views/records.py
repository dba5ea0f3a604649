"""What all kinds of record share on the screen: cards, confirmations, lists of what was found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from bot.replies import Block, Choice, ChoiceGroup, Message, Modal
from bot.routes import Action, Claim, LinkChannel, OpenRecord, ShareCard, ShowHistory, ShowLink, Undo
from bot.views import kit
from core.enums import EntityType
from core.i18n import Viewer
from core.queries.records import Hit

if TYPE_CHECKING:
    from core.queries.records import AnyCard

KINDS = {
    EntityType.LEAD: "Leads",
    EntityType.CONTACT: "Contacts",
    EntityType.ACCOUNT: "Accounts",
    EntityType.DEAL: "Deals",
    EntityType.QUOTE: "Quotes",
}
"""What several records of a kind are called, in the order they are listed."""
NAME_SHOWN = 200


def card(record: "AnyCard", viewer: Viewer) -> Message:
    """A record's card, whatever its kind."""
    # Imported here because the areas' views use this module's confirmation.
    from bot.views import accounts, contacts, deals, leads, meetings, quotes, replies, tasks
    from core.queries.accounts import AccountCard
    from core.queries.contacts import ContactCard
    from core.queries.deals import DealCard
    from core.queries.leads import LeadCard
    from core.queries.meetings import MeetingCard
    from core.queries.quotes import QuoteCard
    from core.queries.reply_cards import ReplyCard

    match record:
        case LeadCard():
            return leads.card(record, viewer)
        case AccountCard():
            return accounts.card(record, viewer)
        case ContactCard():
            return contacts.card(record, viewer)
        case DealCard():
            return deals.card(record, viewer)
        case QuoteCard():
            return quotes.card(record, viewer)
        case ReplyCard():
            return replies.shown_alone(record, viewer)
        case MeetingCard():
            return meetings.card(record, viewer)
        case _:
            return tasks.card(record, viewer)


def rarely(record: "AnyCard", viewer: Viewer) -> list[tuple[str, Action]]:
    """What every card keeps under its three dots."""
    return [(viewer.t("History"), ShowHistory(record.entity.value, record.id)), *to_others(record, viewer)]


def to_others(record: "AnyCard", viewer: Viewer) -> list[tuple[str, Action]]:
    """How a record gets in front of others."""
    kind, record_id = record.entity.value, record.id
    found: list[tuple[str, Action]] = [
        (viewer.t("Share in this channel"), ShareCard(kind, record_id)),
        (viewer.t("Copy link"), ShowLink(kind, record_id)),
    ]
    if record.can_edit:
        found.append((viewer.t("Link to this channel"), LinkChannel(kind, record_id)))
    return found


def for_everybody(record: "AnyCard", viewer: Viewer) -> Message:
    """The card where people of all rights read it: what it says, with buttons that make sense for any of them."""
    shown = card(record, viewer)
    kind = record.entity.value
    blocks = [block for block in shown.blocks if block["type"] != "actions"]
    opener = kit.button(viewer.t("Open"), OpenRecord(kind, record.id), label=viewer.t("Open {ref}", ref=record.ref))
    buttons = [opener]
    if _to_be_had(record):
        label = viewer.t("Make {ref} yours", ref=record.ref)
        buttons.insert(0, kit.button(viewer.t("Claim"), Claim(kind, record.id), style="primary", label=label))
    return Message(shown.text, [*blocks, kit.actions(*buttons)])


def _to_be_had(record: "AnyCard") -> bool:
    """An open lead or deal that is nobody's goes to whoever takes it first."""
    match record.entity:
        case EntityType.LEAD:
            return not getattr(record, "owner", "") and not getattr(record, "converted", False)
        case EntityType.DEAL:
            return not getattr(record, "owner", "") and getattr(record, "closed_at", None) is None
        case _:
            return False


def card_modal(record: "AnyCard", viewer: Viewer) -> Modal:
    """The card as a window, for where there is no conversation to say it in."""
    from core.queries.meetings import MeetingCard

    planned = viewer.t("Meeting") if isinstance(record, MeetingCard) else viewer.t("Task")
    title = planned if record.entity is EntityType.ACTIVITY else record.ref
    return Modal(title=title, blocks=card(record, viewer).blocks, close=viewer.t("Close"))


def confirmation(viewer: Viewer, text: str, change_id: UUID, *, was_undo: bool = False) -> list[Block]:
    """What was just done, and beside it the button that takes it back. `text` is translated and escaped already.

    `was_undo`: what was done is itself an undo, so that the button does the first thing again.
    """
    return [kit.section(text, undo_button(Undo(change_id), viewer, was_undo=was_undo))]


def unseen(said: str, change_id: UUID, viewer: Viewer) -> Message:
    """What was done to a record that the reader does not see any more, and the way back."""
    return Message(said, confirmation(viewer, said, change_id))


def undo_button(route: Action, viewer: Viewer, *, was_undo: bool) -> Block:
    """Undo, or Redo where what was done is itself an undo."""
    word, label = ("Redo", "Do it again") if was_undo else ("Undo", "Undo this change")
    return kit.button(viewer.t(word), route, label=viewer.t(label))


def undone(record: "AnyCard | None", change_id: UUID, viewer: Viewer, *, again: bool = False) -> Message:
    """That a change was taken back, and the record as it is now; None where it is gone, or where there is none.

    `again`: what was taken back was an undo, so that the first change stands again.
    """
    if record is None:
        text = viewer.t("Done again.") if again else viewer.t("Undone: all is as it was before.")
        return Message(text, confirmation(viewer, text, change_id, was_undo=not again))
    what = " ".join(filter(None, (record.ref, _named(record.name))))
    text = viewer.t("Undone. {record} is as it was before.", record=what)
    if again:
        text = viewer.t("Done again. {record} is as it was before Undo.", record=what)
    return Message(text, [*confirmation(viewer, text, change_id, was_undo=not again), *card(record, viewer).blocks])


def gone_modal(viewer: Viewer) -> Modal:
    """That a change was taken back and the record is there no more, or is not theirs to see any more."""
    text = viewer.t("Undone. The record is not here any more.")
    return Modal(title=viewer.t("History"), blocks=[kit.section(text)], close=viewer.t("Close"))


def shared(record: Hit, channel: str, viewer: Viewer) -> Message:
    """That the card is on its way into the channel."""
    text = viewer.t("{ref} is being shared in {channel}.", ref=record.ref, channel=f"<#{channel}>")
    return Message(text, [kit.section(text)])


def hits(found: Sequence[Hit], words: str, viewer: Viewer) -> Message:
    """Records that were found, each with a button that opens it."""
    text = viewer.nt(
        "{n} record fits “{words}”.",
        "{n} records fit “{words}”.",
        len(found),
        words=kit.esc(kit.cut(words, 80)),
    )
    blocks: list[Block] = [kit.section(text)]
    for hit in found:
        label = viewer.t("Open {ref} {name}", ref=hit.ref, name=hit.name)
        button = kit.button(viewer.t("Open"), OpenRecord(hit.entity.value, hit.id), label=label)
        blocks.append(kit.section(kit.record_line(hit.ref, hit.name, hit.detail, NAME_SHOWN), button))
    return Message(text, blocks)


def similar_hits(found: Sequence[Hit], words: str, viewer: Viewer) -> Message:
    """Nothing is called what was typed; these records are called nearly that."""
    text = viewer.t("Nothing is called “{words}”. Did you mean one of these?", words=kit.esc(kit.cut(words, 80)))
    return Message(text, [kit.section(text), *hits(found, words, viewer).blocks[1:]])


def choices(found: Sequence[Hit]) -> list[Choice]:
    """Records of one kind as options; the value is the id."""
    return [_choice(hit, str(hit.id)) for hit in found]


def grouped_choices(found: Sequence[Hit], viewer: Viewer) -> list[ChoiceGroup]:
    """Records of several kinds as options under a heading each; the value is the kind and the id."""
    groups = [
        ChoiceGroup(viewer.t(text), [record_choice(hit) for hit in found if hit.entity is kind])
        for kind, text in KINDS.items()
    ]
    return [group for group in groups if group.choices]


def record_choice(hit: Hit) -> Choice:
    """A record as an option where several kinds may be chosen."""
    return _choice(hit, f"{hit.entity.value} {hit.id}")


def _choice(hit: Hit, value: str) -> Choice:
    return Choice(f"{hit.ref} {hit.name}", value, hit.detail)


def _named(name: str) -> str:
    return kit.esc(kit.cut(name, NAME_SHOWN))
