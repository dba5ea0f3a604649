"""From a claimed delivery to the call it becomes, or to the reason why there is nothing to send any more."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import ValidationError

from notifications import (
    absences,
    cards,
    channels,
    day_messages,
    digests,
    files,
    health,
    mail_words,
    people,
    pings,
    reports,
    routing,
)
from notifications.claims import Claimed
from notifications.desk import Composed, Composer, Desk, Skip, Unreadable, read
from notifications.plans import Kind, StoredEvent
from notifications.rules import UnknownEvent


def event(desk: Desk, delivery: Claimed) -> Composed:
    """Read an event once more that was set aside."""
    stored = read(StoredEvent, delivery)
    try:
        routing.route_again(desk.system(), stored)
    except (KeyError, ValidationError, UnknownEvent) as error:
        raise Unreadable(stored.kind) from error
    return Skip("The event was read.")


COMPOSERS: Mapping[Kind, Composer] = MappingProxyType(
    {
        Kind.PROFILE: people.profile,
        Kind.WELCOME: people.welcome,
        Kind.HOME: people.home,
        Kind.CARD_POST: cards.new_card,
        Kind.CARD_EDIT: cards.old_card,
        Kind.NOT_SHARED: channels.card_not_shared,
        Kind.CHANNEL: channels.tried,
        Kind.CHANNEL_REFUSED: channels.refused,
        Kind.MORNING: day_messages.kept_notices,
        Kind.DAY: day_messages.day_message,
        Kind.PING: pings.ping,
        Kind.STAND_IN: absences.stand_in_word,
        Kind.GIVEN: people.given,
        Kind.AWAY: absences.away_word,
        Kind.DIGEST: digests.digest,
        Kind.WEEKLY: reports.weekly,
        Kind.WEEKLY_DETAILS: reports.details,
        Kind.WEEKLY_FILE: files.report,
        Kind.DIGEST_DETAILS: digests.details,
        Kind.AUDIT: files.audit,
        Kind.EMAIL_WORD: mail_words.mail_word,
        Kind.HEALTH: health.weekly,
        Kind.EVENT: event,
    }
)
"""All kinds but mails, which notifications.postman carries."""


def compose(desk: Desk, delivery: Claimed) -> Composed:
    """What a delivery becomes. Raises Unreadable."""
    try:
        composer = COMPOSERS[Kind(delivery.kind)]
    except (ValueError, KeyError) as error:
        raise Unreadable(delivery.kind) from error
    return composer(desk, delivery)
