"""How the rules say numbers: few words, and no more digits than they are worth."""

import math

from stages.drawing import short
from stages.evidence.difference import Difference
from stages.evidence.power import chance_equal_passes, rows_to_settle

LONGEST_NAME = 60  # letters of a segment or class
MOST_ROWS = 50  # times the rows that there are: beyond, "more rows" is no advice


def name_of(value: str) -> str:
    """A segment or class on one line, however it is spelt."""
    return short(value, LONGEST_NAME)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 22nd.

    Examples
    --------
    >>> [ordinal(k) for k in (1, 2, 13, 23)]
    ['1st', '2nd', '13th', '23rd']
    """
    last = number % 100 if 10 < number % 100 < 20 else number % 10
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(last, 'th')}"


def spent(tried: int, where: str, confidence: float) -> str:
    """That earlier candidates have used up confidence, and what is left of it; nothing where this is the first one.

    Examples
    --------
    >>> spent(3, "holdout", 1 - 0.05 * 0.1 / 6)
    ' (the 3rd candidate on this holdout: judged at 99.92 %)'
    """
    if tried < 2:
        return ""
    digits = max(2, -math.floor(math.log10(100 * (1 - confidence))))
    return f" (the {ordinal(tried)} candidate on this {where}: judged at {100 * confidence:.{digits}f} %)"


def about(rows: int) -> str:
    """A number of rows to two digits: it rests on an estimate.

    Examples
    --------
    >>> about(12345), about(97)
    ('12,000', '97')
    """
    return f"{round(rows, min(0, 2 - len(str(rows)))):,}"


def more_rows(found: Difference, margin: float, confidence: float) -> str:
    """How many more rows would settle what is open; nothing where no number would, or none that anyone waits for."""
    rows = rows_to_settle(found, margin, confidence)
    return f"; about {about(rows)} more rows like these would settle it" if rows and rows <= MOST_ROWS * found.n else ""


def equal_passes(found: Difference, margin: float, confidence: float) -> str:
    """How often a model that is as good as the baseline is shown to be so on that many rows."""
    chance = chance_equal_passes(found, margin, confidence)
    return "" if chance is None else f"; an equal model passes {100 * chance:.0f} % of the time at this size"
