"""Quotes in the sample company's story: which deals got an offer, and what became of each.

The plan has dice of its own, so that the rest of the story is the same with and without it.
"""

import random
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

from core.context import SYSTEM, Actor
from core.quotes import VALID_DAYS
from sandbox import sample_company_steps as steps
from sandbox.sample_company_story import Step

SEED = 13
FATES = ("sent", "draft", "sent", "draft", "sent")
"""What stands with the open deals, in turn; an offer that is too old for any of it has expired."""
OFFERED_STAGES = ("Proposal", "Negotiation")
RECENT = timedelta(days=30)
"""Deals that ended since then had an offer."""
ENDS_SOON, ENDED = timedelta(days=VALID_DAYS - 5), timedelta(days=VALID_DAYS + 2)
"""Ages of an offer: no deal of the story waits for one to run out while somebody looks."""


@dataclass(frozen=True)
class Offer:
    """A deal that gets a quote, by whom and from when on, and the seed of what it offers."""

    deal: str
    seller: Actor
    begun: datetime
    seed: int

    def drafted(self, at: datetime) -> Step:
        """The step that writes it."""
        return Step(at, self.seller, steps.draft_quote, (self.deal, self.seed))

    def then(self, at: datetime, do: Callable[..., None]) -> Step:
        """A further step of it."""
        return Step(at, self.seller, do, (self.deal,))


def with_quotes(story: Sequence[Step], now: datetime) -> list[Step]:
    """The story up to `now` with quotes in it, in the order of time: one for each deal that is or was
    lately in a stage where one belongs, and for those the story had drafted.
    """
    ends = {str(step.told[0]): step for step in story if step.do in (steps.win, steps.lose)}
    calls = {str(step.told[1]): step.at for step in story if step.do is steps.log_call}
    told = [step for step in story if step.do is not steps.draft_quote]
    fates = cycle(FATES)
    running = {deal for deal in calls if deal not in ends or now - ends[deal].at < RECENT}
    for offer in _offers(story, running):
        if offer.deal in ends:
            told += _decided(offer, ends[offer.deal])
        else:
            told += _undecided(offer, calls[offer.deal], now - offer.begun, next(fates))
    return sorted(told, key=lambda step: step.at)


def _offers(story: Sequence[Step], running: Container[str]) -> Iterable[Offer]:
    dice = random.Random(SEED)  # noqa: S311 - a story
    found: dict[str, Offer] = {}
    for step in story:
        deal = str(step.told[0])
        reached = step.do is steps.move and step.told[1] in OFFERED_STAGES and deal in running
        if (reached or step.do is steps.draft_quote) and deal not in found:
            found[deal] = Offer(deal, step.actor, step.at + timedelta(minutes=30), dice.randrange(10_000))
    return found.values()


def _decided(offer: Offer, end: Step) -> Iterator[Step]:
    """An offer that came before the deal's end: taken where it was won, refused where it was lost."""
    # The same weekday two weeks earlier is a working day too.
    drafted = offer.begun if end.at - offer.begun < ENDS_SOON else end.at - timedelta(days=14)
    yield offer.drafted(drafted)
    yield offer.then(drafted + timedelta(minutes=40), steps.send_quote)
    decided = steps.accept_quote if end.do is steps.win else steps.reject_quote
    yield offer.then(end.at - timedelta(minutes=5), decided)


def _undecided(offer: Offer, called: datetime, age: timedelta, fate: str) -> Iterator[Step]:
    """An offer on an open deal: being written since the last call, with the customer, or out of date."""
    fresh = fate == "draft" or ENDS_SOON < age < ENDED
    drafted = called + timedelta(minutes=30) if fresh else offer.begun
    yield offer.drafted(drafted)
    if fate == "sent":
        yield offer.then(drafted + timedelta(minutes=40), steps.send_quote)
        if age >= ENDED:
            yield Step(drafted + timedelta(days=VALID_DAYS + 1), SYSTEM, steps.expire_quotes, ())
