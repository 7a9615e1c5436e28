"""The review list: training labels that look wrong stay in training, and are listed for a person to look at."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from stages.intake.quarantine import line_frame, short
from stages.labels.suspects import suspected
from stages.partitions import read_partitions
from stages.sections import Columns

SUSPECTED = "label: suspected error"


def suspected_lines(training: Path, places: Mapping[str, pd.DataFrame], columns: Columns) -> pd.DataFrame:
    """The quarantine's lines of suspected label errors, the most suspicious first.

    Parameters
    ----------
    training : the folder of training partitions.
    places : by partition, oldest first, the `batch` (file) and `row` (position) of each of its rows.
    """
    if not places:
        return line_frame([])
    where = pd.concat(list(places.values()), ignore_index=True)
    rows = read_partitions(training, [columns.id, columns.target, *columns.features], list(places))
    found = suspected(rows[columns.features], rows[columns.target], where["batch"], columns)
    at = found["row"].to_numpy()
    lines = pd.DataFrame(
        {
            "batch": where["batch"].to_numpy()[at],
            "row": where["row"].to_numpy()[at],
            "record_id": rows[columns.id].to_numpy()[at],
            "value": short(rows[columns.target].iloc[at] + " → " + found["expected"].to_numpy()),
        }
    )
    return lines.assign(level="label", rule=SUSPECTED, severity="warning", status="review")
