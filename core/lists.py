"""The filters of lists: what people type after `/lead list`, kept as a value."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from core.adapters import adapter_of
from core.context import Ctx
from core.enums import EntityType, LeadStatus, QuoteStatus
from core.errors import NotFound
from core.preferences import recall, remember

MINE, NOBODY, WORK, TEAM = "mine", "nobody", "work", "team"
"""Owners: the reader, none, either of the two, the reader and the people around them.
Otherwise a Slack user id, or empty for anybody."""
OPEN, ALL = "open", "all"
"""States of any kind of record, beside a lead's or a quote's status, a stage's id, and the two below."""
WON, LOST = "won", "lost"
DUE, OVERDUE, STALE, CLOSING = "due", "overdue", "stale", "closing"
EXPIRING = "expiring"
"""Quotes that are with the customer and soon hold no more."""
WORDS_MAX = 100
_TOKEN = re.compile(r'(?P<key>source|tag):(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))|<@(?P<user>[UW][A-Z0-9]+)[^>]*>|\S+')
_OWNERS: Mapping[str, str] = {
    "mine": MINE,
    "my": MINE,
    "me": MINE,
    "unassigned": NOBODY,
    "nobody": NOBODY,
    "team": TEAM,
}


@dataclass(frozen=True)
class ListFilter:
    """Which records a list shows, and in which order."""

    owner: str = ""
    state: str = OPEN
    when: str = ""
    """A lead's: due, overdue. A deal's: due (its follow-up), overdue (its expected close), stale, closing. A quote's:
    expiring."""
    source: str = ""
    """A lead source's id; of a deal, that of the lead it was made of."""
    tag: str = ""
    """A tag's id."""
    sort: str = ""
    words: str = ""


DEFAULTS: Mapping[EntityType, ListFilter] = {
    EntityType.LEAD: ListFilter(owner=WORK),
    EntityType.DEAL: ListFilter(),
    EntityType.QUOTE: ListFilter(state=ALL),
}
"""What a list shows to somebody who has none of their own."""
WHEN: Mapping[EntityType, tuple[str, ...]] = {
    EntityType.LEAD: (DUE, OVERDUE),
    EntityType.DEAL: (DUE, OVERDUE, STALE, CLOSING),
    EntityType.QUOTE: (EXPIRING,),
}
SORTS: Mapping[EntityType, tuple[str, ...]] = {
    EntityType.LEAD: ("newest", "follow_up", "name", "touched"),
    EntityType.DEAL: ("close", "value", "stage", "follow_up", "name", "touched"),
    EntityType.QUOTE: ("newest", "value", "valid"),
}
"""Orders of a list; the first one is the usual."""
_STATES: Mapping[EntityType, Mapping[str, str]] = {
    EntityType.LEAD: {status.value: status.value for status in LeadStatus},
    EntityType.DEAL: {WON: WON, LOST: LOST},
    # Whether a sent quote was looked at is told on its card.
    EntityType.QUOTE: {status.value: status.value for status in QuoteStatus} | {QuoteStatus.VIEWED: QuoteStatus.SENT},
}
"""Words for a state, beside open and all."""


@dataclass(frozen=True)
class Vocabulary:
    """Words of a workspace that a filter may name: what people read, to what is stored."""

    stages: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def parse(entity: EntityType, text: str, known: Vocabulary) -> ListFilter:
    """The filter that words describe: `mine due source:referral silva`. What is no filter word searches names.

    Raises NotFound("list_word_unknown", word, names) for a source or tag there is none of.
    """
    found: dict[str, str] = {}
    rest: list[str] = []
    text = _without_stage(text[:1000], known, found) if entity is EntityType.DEAL else text[:1000]
    for token in _TOKEN.finditer(text):
        key = token["key"]
        if token["user"]:
            found["owner"] = token["user"]
        elif key:
            names = known.sources if key == "source" else known.tags
            found[key] = _named(token["quoted"] or token["plain"] or "", names)
        elif not _filter_word(entity, token[0].lower(), found):
            rest.append(token[0])
    words = " ".join(rest)[:WORDS_MAX].strip()
    # Who looks for a name alone means all records of that name, closed ones too.
    found.setdefault("state", ALL if words and not found else DEFAULTS[entity].state)
    return ListFilter(**found, words=words)


def change(entity: EntityType, chosen: ListFilter, name: str, value: str) -> ListFilter:
    """The filter with one of its fields set anew. Raises NotFound for a field or value that lists do not have."""
    allowed: Mapping[str, tuple[str, ...]] = {"when": ("", *WHEN[entity]), "sort": ("", *SORTS[entity])}
    if name not in asdict(chosen) or value not in allowed.get(name, (value,)):
        raise NotFound
    if name == "words":
        value = value[:WORDS_MAX].strip()
    # The usual order has no name: a list in it is the usual list.
    usual = name == "sort" and value == SORTS[entity][0]
    return replace(chosen, **{name: "" if usual else value})


def keep(ctx: Ctx, entity: EntityType, chosen: ListFilter) -> None:
    """Make the filter the actor's own: a list that is opened without one shows this."""
    remember(ctx, _name(entity), asdict(chosen))


def kept(ctx: Ctx, entity: EntityType) -> ListFilter:
    """The filter the actor made their own, or the usual one."""
    stored: Any = recall(ctx, _name(entity))
    try:
        return adapter_of(ListFilter).validate_python(stored) if stored else DEFAULTS[entity]
    except ValidationError:  # written by a version that knew other fields
        return DEFAULTS[entity]


def _name(entity: EntityType) -> str:
    return f"list:{entity.value}"


def _filter_word(entity: EntityType, word: str, found: dict[str, str]) -> bool:
    """Take a word as a filter if it is one."""
    states = {OPEN: OPEN, ALL: ALL, **_STATES[entity]}
    if word in _OWNERS:
        found["owner"] = _OWNERS[word]
    elif word in states:
        found["state"] = states[word]
    elif word in WHEN[entity]:
        found["when"] = word
    else:
        return False
    return True


def _without_stage(text: str, known: Vocabulary, found: dict[str, str]) -> str:
    """The text without the stage it names; the longest name counts, since names may have several words."""
    for name in sorted(known.stages, key=len, reverse=True):
        pattern = re.compile(rf"(?<!\S){re.escape(name)}(?!\S)", re.IGNORECASE)
        if pattern.search(text):
            found["state"] = known.stages[name]
            return pattern.sub(" ", text, count=1)
    return text


def _named(word: str, names: Mapping[str, str]) -> str:
    """The id of the one whose name this is, or begins with it."""
    wanted = word.strip().casefold()
    exact = [value for name, value in names.items() if name.casefold() == wanted]
    begun = [value for name, value in names.items() if wanted and name.casefold().startswith(wanted)]
    if not exact and not begun:
        raise NotFound("list_word_unknown", word=word[:80], names=", ".join(list(names)[:20]))
    return (exact or begun)[0]
