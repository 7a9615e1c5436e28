"""What each answer costs: by truth and answer, or by a column that says what a wrong answer costs in its row."""

import numpy as np
import pandas as pd

from stages.errors import UsageError
from stages.evidence.classes import Array
from stages.sections import Cost


def row_costs(cost: Cost, truth: Array, answer: Array, column: Array | None) -> Array:
    """The cost of every answer; shape (rows,).

    Parameters
    ----------
    column : each row's cost of a wrong answer, for numbers of each unit of error; None where the costs are a matrix.

    Raises
    ------
    UsageError
        Where the matrix lacks a pair of truth and answer that there is. A right answer that it does not name costs nothing.

    Examples
    --------
    >>> cost = Cost(matrix={"fraud": {"fine": 100.0}, "fine": {"fraud": 5.0}})
    >>> row_costs(cost, np.array(["fraud", "fine"]), np.array(["fine", "fine"]), None)
    array([100.,   0.])
    """
    if column is not None:
        wrong = np.abs(truth - answer) if truth.dtype.kind == "f" else truth != answer
        return np.asarray(column * wrong, dtype="float64")
    codes, names = pd.factorize(np.concatenate([truth, answer]))
    pairs, place = np.unique(codes[: len(truth)] * len(names) + codes[len(truth) :], return_inverse=True)
    return np.array([_of_pair(cost, *divmod(int(pair), len(names)), names) for pair in pairs], dtype="float64")[place]


def _of_pair(cost: Cost, truth: int, answer: int, names: Array) -> float:
    was, said = str(names[truth]), str(names[answer])
    found = (cost.matrix or {}).get(was, {}).get(said)
    if found is None and was != said:
        raise UsageError(
            f"params.yaml: evaluate.cost.matrix must say what each wrong answer costs, got nothing for {said!r} where "
            f"{was!r} is the truth; add it"
        )
    return found or 0.0
