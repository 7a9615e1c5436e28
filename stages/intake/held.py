"""What training rows are held against: the rows that judge, of the holdout and of the golden set."""

from collections.abc import Iterable, Sequence

import pandas as pd

from stages.intake.equal_rows import EqualRows, come_back, equal_rows
from stages.intake.leaks import other_side
from stages.intake.settle import Held, row_text
from stages.settings import Params


def held_against(
    holdout: Sequence[pd.DataFrame], golden: pd.DataFrame, training: Iterable[pd.DataFrame], params: Params
) -> tuple[Held, str]:
    """Take in the rows that judge; and by what near-duplicates of them are looked for, or why they are not.

    Parameters
    ----------
    training : the rows of each training batch; looked at only where there is no text.
    """
    names, rows = params.columns, [*holdout, golden]
    groups = frozenset(str(value) for own in rows for name in disjoint(params) for value in own[name].dropna())
    if names.text:
        words = pd.concat([row_text(own, names.text) for own in rows], ignore_index=True)
        return Held(words=other_side(words, params.split.near_duplicate), groups=groups), "by words"
    equal = equal_rows([pd.concat(holdout) if holdout else golden.head(0), golden], names.features)
    if isinstance(equal, EqualRows) and come_back([float(equal.repeated(own).mean()) for own in training if len(own)]):
        equal = "the rows of this table come back as they were, so equal ones are no leak"
    if isinstance(equal, str):
        return Held(words=None, groups=groups), f"not looked for: {equal}"
    return Held(words=None, groups=groups, equal=equal), "by features"


def disjoint(params: Params) -> list[str]:
    """The column whose values must not be on both sides; none where they may."""
    return [params.columns.group] if params.columns.group and params.split.disjoint_groups else []
