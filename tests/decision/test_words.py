"""The words of the rules: ordinals, rows to two digits, and what is left of the confidence."""

import pytest

from stages.decision.words import about, ordinal, spent


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"), (112, "112th")],
)
def test_a_place_is_said_as_people_say_it(number, words):
    assert ordinal(number) == words


@pytest.mark.parametrize(("rows", "words"), [(7, "7"), (97, "97"), (123, "120"), (12345, "12,000"), (995, "1,000")])
def test_rows_have_two_digits(rows, words):
    assert about(rows) == words


@pytest.mark.parametrize(
    ("tried", "confidence", "words"),
    [
        (1, 0.955, ""),
        (2, 0.9975, " (the 2nd candidate on this holdout: judged at 99.75 %)"),
        (20, 1 - 0.05 * 0.1 / 380, " (the 20th candidate on this holdout: judged at 99.999 %)"),  # never 100 %
    ],
)
def test_what_earlier_candidates_spent_is_said_from_the_second_on(tried, confidence, words):
    assert spent(tried, "holdout", confidence) == words
