"""While nothing changes, all of drift as one family fires in few runs, whatever the rows. (More: `python -m bench drift`.)"""

import numpy as np
import pandas as pd
import pytest
from made_profiles import TRIGGER

from stages.sections import Columns, Drift
from stages.signals.drift import drift
from stages.signals.profile import answers

RUNS = 200
MOST = 19  # alarms: 0.05 + 3 * sqrt(0.05 * 0.95 / 200) = 0.096 of 200
ALONE = TRIGGER.model_copy(update={"drift": Drift(min_change=0.0, min_rows=2)})  # significance must hold by itself
COLUMNS = Columns(
    id="id",
    time="at",
    target="y",
    text=["words"],
    categorical=["two", "ten", "fifty", "many"],
    numeric=["size", "count", "gappy"],
    prediction=None,
    model_version=None,
    group=None,
)
LEVELS = {"two": 2, "ten": 10, "fifty": 50, "many": 2000}
WORD_SHARES = np.minimum(0.6, 2 / np.arange(1, 501))


def counted(kind: str, rows: np.ndarray) -> dict:
    return {"kind": kind, "missing": 0, "counts": {str(k): int(count) for k, count in enumerate(rows) if count}}


def made(n: int, random: np.random.Generator) -> dict:
    """The profile of `n` rows of a world that never changes: frequent and rare levels and words, numbers with ties and gaps."""
    size = random.lognormal(size=n)
    numbers = {"size": size, "count": np.floor(size), "gappy": np.where(random.random(n) < 0.3, np.nan, size.round(1))}
    shares = {name: 1 / np.arange(1, levels + 1) for name, levels in LEVELS.items()}
    columns = {name: answers(pd.Series(own)) for name, own in numbers.items()}
    columns |= {name: counted("categorical", random.multinomial(n, own / own.sum())) for name, own in shares.items()}
    columns["words"] = counted("words", random.binomial(n, WORD_SHARES))
    said, given = (counted("categorical", random.multinomial(n, [0.3, 0.7])) for _ in range(2))
    return {"rows": n, "columns": columns, "predictions": said, "labels": given}


@pytest.mark.parametrize(("old", "new"), [(1001, 50), (1001, 1001), (20_000, 200)])
def test_significance_alone_keeps_its_promise(old, new):
    random = np.random.default_rng([17, old, new])
    alarms = 0
    for _ in range(RUNS):
        now = made(new, random)
        found = drift(now, now["labels"], made(old, random), COLUMNS, ALONE)
        assert not any(row.state in ("underpowered", "unknown") for row in found)
        alarms += any(row.state == "fired" for row in found)
    assert alarms <= MOST
