"""The parts of the holdout that are judged for themselves: every value of the columns in `evaluate.segments`."""

from collections.abc import Iterator

import pandas as pd

from stages.evidence.scores import Array


def segments(frame: pd.DataFrame, columns: list[str], min_rows: int, always: list[str]) -> Iterator[tuple[str, Array]]:
    """Each segment's name, `column=value`, with a mask of shape (rows,).

    Values on fewer than `min_rows` rows are left out, but for those in `always`, which come even when they have no row.
    """
    for column in columns:
        values = frame[column].astype("str").fillna("(missing)")
        wanted = {name.split("=", 1)[1] for name in always if name.split("=", 1)[0] == column}
        sizes = values.value_counts()
        for value in sorted(wanted | set(sizes.index[sizes >= min_rows])):
            yield f"{column}={value}", (values == value).to_numpy()
