"""Training labels that look wrong are listed for a person, with the row they are on."""

import pandas as pd
import pytest
from made_intake import said

from stages.intake.review import SUSPECTED, suspected_lines
from stages.partitions import Partitions

WORDS = {"billing": "invoice refund charge", "technical": "crash error login"}
COLUMNS = ("batch", "row", "record_id", "level", "rule", "severity", "value", "status")


@pytest.fixture
def columns(make_params):
    return make_params({"columns.text": ["text"], "columns.categorical": [], "columns.numeric": []}).columns


def partition(number: int, wrong: dict[int, str]) -> pd.DataFrame:
    """Forty rows whose words say their class; `wrong` gives some of them another label."""
    truth = ["billing", "technical"] * 20
    frame = pd.DataFrame({"id": [f"{number}-{k}" for k in range(40)], "text": [WORDS[name] for name in truth], "label": truth})
    for row, label in wrong.items():
        frame.loc[row, "label"] = label
    return frame.astype("str")


def listed(tmp_path, columns, *parts):
    out, places = Partitions(tmp_path / "training"), {}
    for k, (name, frame) in enumerate(parts):
        out.write(name, frame)
        places[name] = pd.DataFrame({"batch": f"raw/{name}.csv", "row": range(100 * k, 100 * k + len(frame))})
    return suspected_lines(out.draft, places, columns)


def test_a_label_that_looks_wrong_is_listed_with_its_file_row_and_what_was_expected(tmp_path, columns):
    # the second file holds other rows before those that train: its row 1 is number 101 there
    parts = [("2026-10-01", partition(1, {})), ("2026-10-02", partition(2, {1: "billing"})), ("2026-10-03", partition(3, {}))]
    assert said(listed(tmp_path, columns, *parts), *COLUMNS) == [
        ("raw/2026-10-02.csv", 101, "2-1", "label", SUSPECTED, "warning", "billing → technical", "review")
    ]


def test_places_say_the_order_of_the_partitions(tmp_path, columns):
    # by name W9 comes after W10, by time before
    parts = [("2026-W09", partition(9, {0: "technical"})), ("2026-10", partition(10, {})), ("2026-11", partition(11, {}))]
    assert said(listed(tmp_path, columns, *parts), "batch", "row", "record_id") == [("raw/2026-W09.csv", 0, "9-0")]


def test_labels_in_order_are_no_list(tmp_path, columns):
    parts = [(f"2026-10-0{number}", partition(number, {})) for number in (1, 2, 3)]
    assert listed(tmp_path, columns, *parts).empty


def test_personal_data_in_a_label_is_not_shown(tmp_path, columns):
    parts = [(f"2026-10-0{number}", partition(number, {1: "jo@example.org"} if number == 2 else {})) for number in (1, 2, 3)]
    found = listed(tmp_path, columns, *parts)
    assert not found["value"].str.contains("example").any()


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows_are_no_list(tmp_path, columns, rows):
    assert listed(tmp_path, columns, ("2026-10-01", partition(1, {}).head(rows))).empty


def test_no_training_is_no_list(tmp_path, columns):
    assert suspected_lines(tmp_path, {}, columns).empty
