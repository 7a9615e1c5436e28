"""Which columns tell the target nearly alone? In data gathered afterwards that is more often a leak than a good feature."""

import pandas as pd

TELLS = 0.95  # share of what is unknown about the target that one column settles
SAME = 0.5  # share of rows on which a column gives the target's value
BEYOND = 0.05  # and the share by which that beats naming the largest class each time
MIN_GROUP = 5  # rows with the same value, below which the value proves nothing
BINS = 20
SAMPLE = 50_000


def leaks(frame: pd.DataFrame, target: pd.Series, task: str, names: list[str]) -> dict[str, float]:
    """The columns that settle at least `TELLS` of the target, with the share they settle.

    Parameters
    ----------
    frame : DataFrame of text or float64 columns; numbers are looked at in 20 bins of equal size.
    target : text (classification) or float64 (regression), with the same index.

    Examples
    --------
    Of 20 rows, 10 are a. A column that is 1 on the a's and 0 elsewhere settles 1.0, a constant settles 0.0.
    """
    known = target.dropna().index[:: max(1, len(target) // SAMPLE)]
    shares = {name: settled(_groups(frame.loc[known, name]), target.loc[known], task) for name in names}
    return {name: share for name, share in shares.items() if share >= TELLS}


def answers(frame: pd.DataFrame, target: pd.Series, names: list[str]) -> dict[str, float]:
    """The columns that give the target's own value on half of the rows or more, and more often than its largest class would."""
    base = float(target.value_counts(normalize=True).max())
    same = {name: float((frame[name] == target)[frame[name].notna() & target.notna()].mean()) for name in names}
    return {name: share for name, share in same.items() if share >= SAME and share > base + BEYOND}


def settled(groups: pd.Series, target: pd.Series, task: str) -> float:
    """The share of the target's variance (regression) or of the errors of the largest class (classification) that groups settle.

    Groups of fewer than 5 rows settle nothing: they would tell any target.
    """
    size = groups.groupby(groups).transform("size")
    large = (size >= MIN_GROUP).to_numpy()
    groups, own, rows = groups[large], target[large], len(target)
    if task == "regression":
        within = ((own - own.groupby(groups).transform("mean")) ** 2).sum() + ((target[~large] - target.mean()) ** 2).sum()
        total = ((target - target.mean()) ** 2).sum()
        return float(1 - within / total) if total else 0.0
    base = int(target.value_counts().iloc[0])
    right = int(pd.crosstab(groups, own).max(axis=1).sum()) + int((target[~large] == target.mode().iloc[0]).sum())
    return float((right - base) / (rows - base)) if rows > base else 0.0


def _groups(column: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(column) and column.nunique() > BINS:
        column = pd.Series(pd.qcut(column, BINS, labels=False, duplicates="drop"), index=column.index)
    return column.astype("str").fillna("(missing)")
