"""The numbers of digests and reports: each counted by one statement, of which its list of rows is made too.

What each means is written in docs/metrics.md, and a property test compares it with counting by hand.
"""

from core.queries.metrics.calls import Calls, Mails, by_word, calls, mails, rate
from core.queries.metrics.figures import NumberRow, figure, page_of, per_person, stage_page
from core.queries.metrics.needy import Need, Needy, needy
from core.queries.metrics.rows import Number, rows_of
from core.queries.metrics.span import (
    Figure,
    Money,
    Span,
    month_of,
    people_of,
    usual_whose,
    whose_choices,
    working_days,
)
from core.queries.metrics.standing import StageStanding, Standing, standing
from core.queries.metrics.targets import Progress, progress

__all__ = [
    "Calls",
    "Figure",
    "Mails",
    "Money",
    "Need",
    "Needy",
    "Number",
    "NumberRow",
    "Progress",
    "Span",
    "StageStanding",
    "Standing",
    "by_word",
    "calls",
    "figure",
    "mails",
    "month_of",
    "needy",
    "page_of",
    "people_of",
    "per_person",
    "progress",
    "rate",
    "rows_of",
    "stage_page",
    "standing",
    "usual_whose",
    "whose_choices",
    "working_days",
]
