"""Finding records in spite of a typo, where nothing is called what was typed.

Who sees what is decided as everywhere; what is looked through is bounded, the records changed last first.
"""

from collections.abc import Iterable
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.context import Ctx
from core.enums import EntityType
from core.normalise import name_text
from core.queries.search import LONGEST_QUERY, NUMBERED, SEARCHABLE, Hit, hit, open_ones, rows_of

CANDIDATES = 5_000
"""Records of a kind that are looked through; the time that takes is in tests/integration/test_search.py."""
SHORTEST = 4
"""Letters of the word that has to fit best: of shorter ones, every other is a typo."""
LONG = 8
"""From so many letters on, two may be wrong; below it one (a letter too many, too few, another, or two swapped)."""
WORDS_MAX = 6


def similar(
    ctx: Ctx, words: str, entities: Iterable[EntityType] = SEARCHABLE, limit: int = 10, *, open_only: bool = False
) -> list[Hit]:
    """Records the actor may see whose name, company or mail domain has all of the words, each with a letter or two
    wrong, the likeliest first. None for words too short to tell.
    """
    asked = name_text(words[:LONGEST_QUERY]).lower().split()[:WORDS_MAX]
    if not any(len(word) >= SHORTEST for word in asked) or any(sign in words for sign in "@+"):
        return []
    found: list[tuple[int, int, Hit]] = []
    for entity in entities:
        if entity not in NUMBERED:
            continue
        model = NUMBERED[entity]
        query = rows_of(ctx, entity)
        if open_only:
            query = query.where(open_ones(entity))
        rows = ctx.session.execute(query.order_by(model.updated_at.desc(), model.id.desc()).limit(CANDIDATES)).all()
        wrong = _wrong_letters([(row.id, f"{row.name} {row.detail}".lower()) for row in rows], asked)
        found += [
            (wrong[row.id], place, hit(entity, row.id, row.number, row.name, row.detail))
            for place, row in enumerate(rows)
            if row.id in wrong
        ]
    found.sort(key=lambda one: one[:2])
    return [one for _, _, one in found[:limit]]


def _wrong_letters(texts: list[tuple[UUID, str]], asked: list[str]) -> dict[UUID, int]:
    """The texts that have all of the words, and how many letters differ."""
    holders: dict[str, set[UUID]] = {}
    for text_id, text in texts:
        for word in text.replace("-", " ").replace(".", " ").split():
            holders.setdefault(word, set()).add(text_id)
    found: dict[UUID, int] | None = None
    for word in asked:
        fits = _holding(word, holders)
        found = fits if found is None else {one: found[one] + fits[one] for one in found.keys() & fits.keys()}
    return found or {}


def _holding(word: str, holders: dict[str, set[UUID]]) -> dict[UUID, int]:
    """Who holds a word like this one, or one that begins so, and how many letters differ."""
    allowed = 0 if len(word) < SHORTEST else 1 if len(word) < LONG else 2
    # Who stops typing before the end of a name has made no mistake: longer words are compared by their beginnings.
    forms: dict[str, list[str]] = {}
    for known in holders:
        forms.setdefault(known, []).append(known)
        if len(known) > len(word):
            forms.setdefault(known[: len(word)], []).append(known)
    best: dict[UUID, int] = {}
    for form, distance, _ in process.extract(word, forms.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None):
        for known in forms[form]:
            for holder in holders[known]:
                best[holder] = min(int(distance), best.get(holder, allowed))
    return best
