"""Each row's cost of an answer, from a matrix or from a column."""

import numpy as np
import pytest

from stages.errors import UsageError
from stages.evidence.costs import row_costs
from stages.sections import Cost

MATRIX = Cost(matrix={"fraud": {"fine": 100.0, "fraud": 1.0}, "fine": {"fraud": 5.0}})
TRUTH = np.array(["fraud", "fraud", "fine", "fine"], dtype=object)
ANSWER = np.array(["fine", "fraud", "fraud", "fine"], dtype=object)


def test_a_matrix_says_what_each_answer_costs_and_a_right_one_nothing_by_default():
    assert row_costs(MATRIX, TRUTH, ANSWER, None).tolist() == [100, 1, 5, 0]


def test_a_column_is_paid_where_the_answer_is_wrong():
    paid = row_costs(Cost(column="euro"), TRUTH, ANSWER, np.array([9.0, 8.0, 7.0, 6.0]))
    assert paid.tolist() == [9, 0, 7, 0]


def test_of_numbers_a_column_is_paid_for_each_unit_of_error():
    paid = row_costs(Cost(column="euro"), np.array([1.0, 2.0]), np.array([3.0, 1.5]), np.array([10.0, 4.0]))
    assert paid.tolist() == [20, 2]


def test_a_matrix_that_lacks_a_pair_is_one_line_that_names_it():
    with pytest.raises(UsageError, match="got nothing for 'scam' where 'fine' is the truth; add it"):
        row_costs(MATRIX, np.array(["fine"], dtype=object), np.array(["scam"], dtype=object), None)


def test_no_rows_cost_nothing():
    assert row_costs(MATRIX, TRUTH[:0], ANSWER[:0], None).tolist() == []
