"""The stage on a case worked out by hand: what it says of it, and what it hands on."""

import json

import pandas as pd
from made_days import COLOR

from stages import validate


def test_every_row_and_line_of_a_case_worked_out_by_hand_is_counted_once(worked):
    report = worked.validate()
    # 3 + 10 + 1 + 7 + 2 rows come in.
    # training, the 2nd: b1 (NA), b2, b3, b9, b10; quarantined: b4, b5, the second b1, b8 (conflict); unlabelled: b7
    # holdout, the 5th: d1, c1, d5; quarantined: g1, b2; answers on d6 and d7 are waited for
    # the 6th: e1 waits, e2 is refused; the 3rd: blocked with its row; the 1st: its three rows have expired
    assert report["rows"] == {
        "in": 23, "training": 5, "holdout": 3, "quarantined": 4 + 2 + 1, "immature": 2 + 1, "unlabelled": 1, "expired": 3,
        "blocked": 1,
    }  # fmt: skip
    # votes: b1, b3, both on b8, d1; waiting: d6 until tomorrow, d7 for its source, e1 with its row; refused: the guess on b9
    assert report["labels"] == {
        "in": 13, "voted": 5, "gold": 1, "history": 1, "skipped": 1, "superseded": 1, "waiting": 3, "refused": 1, "blocked": 0,
        "rows": 3, "conflicts": 1,
    }  # fmt: skip
    # the seven days up to the 6th begin on September 30
    assert report["feedback"] == {"correct": 1, "confirm": 0, "skip": 1}
    # of the 2nd, which trains, b2, b9 and b10 came with a label that stands; b1 and b3 have feedback; on b8 reviewers disagree
    assert report["raw_labels"] == {"file": "raw/2026-10-02.csv", "lines": 3, "refused": 0, "correct": 0, "confirm": 0}
    assert {name: report[name] for name in ("as_of", "holdout", "recent", "golden_rows")} == {
        "as_of": "2026-10-06", "holdout": ["2026-10-05"], "recent": ["2026-10-05", "2026-10-06"], "golden_rows": 2,
    }  # fmt: skip


def test_every_file_of_the_case_has_its_verdict(worked):
    found = worked.validate()["batches"]
    all_of_them = ["refused: 100.0% of the rows fail a rule", f'one_rule: 100.0% of the rows fail the rule "{COLOR}"']
    files = {
        "raw/2026-10-01.csv": ("expired", 3, 0, "accepted", []),
        "raw/2026-10-02.csv": ("training", 10, 3, "accepted", []),
        "raw/2026-10-03.csv": ("blocked", 1, 1, "blocked", all_of_them),
        "raw/2026-10-05.csv": ("holdout", 7, 2, "warned", ["overlap: 1 of 7 rows came in an earlier batch"]),
        "raw/2026-10-06.csv": ("immature", 2, 1, "accepted", []),
    }
    assert found.pop("feedback/2026-10.csv") == {
        "batch": "2026-10", "last": "2026-10-31", "role": "feedback", "rows": 13, "verdict": "accepted", "reasons": [],
        "released": [],
    }  # fmt: skip
    assert found == {
        key: {
            "batch": key[4:14], "last": key[4:14], "role": role, "rows": rows, "quarantined": refused, "verdict": verdict,
            "reasons": reasons, "released": [],
        }
        for key, (role, rows, refused, verdict, reasons) in files.items()
    }  # fmt: skip


def test_every_reviewer_of_the_case_is_described(worked):
    found = worked.validate()["reviewers"]
    told = ("answered", "skipped", "corrected_share", "gold_answers", "gold_right", "agreement_rows", "set_aside")
    # ann's one answer to a prediction is a correction; nobody else is agreed with: b8, the row of two, is in conflict
    assert {name: [own[key] for key in told] for name, own in found.items()} == {
        "ann": [7, 0, 1.0, 0, 0, 0, None], "bob": [4, 1, None, 1, 1, 0, None], "cem": [1, 0, None, 0, 0, 0, None],
    }  # fmt: skip


def test_labels_and_their_sources_reach_training_and_holdout(worked):
    worked.validate()
    columns = ["id", "label", "label_source"]
    assert worked.table("training")[columns].to_numpy().tolist() == [
        ["b1", "NA", "feedback"], ["b2", "raw", "raw"], ["b3", "own", "feedback"], ["b9", "raw", "raw"], ["b10", "raw", "raw"],
    ]  # fmt: skip
    assert worked.table("holdout")[columns].to_numpy().tolist() == [
        ["d1", "x", "feedback"], ["c1", "raw", "raw"], ["d5", "raw", "raw"],
    ]  # fmt: skip


def test_recent_rows_have_no_labels(worked):
    worked.validate()
    recent = worked.table("recent")
    assert recent["id"].tolist() == ["d1", "c1", "d5", "d6", "d7", "e1"]
    assert set(recent) == {"id", "at", "color", "size"}


def test_the_quarantine_has_a_line_for_everything_refused_and_everything_to_look_at(worked):
    report = worked.validate()
    table = worked.table("quarantine")
    wide = table.astype(object).where(table.notna(), None)
    second, fifth = "raw/2026-10-02.csv", "raw/2026-10-05.csv"
    assert wide.drop(columns=["rule_set", "severity", "status"]).to_numpy().tolist() == [
        [second, 4, "b5", "row", "at: not an ISO time", "02/10/2026"],
        [second, 3, "b4", "row", COLOR, "mauve"],
        [second, 3, "b4", "row", "size: greater_than(0)", "-1.0"],
        [second, 5, "b1", "row", "id: repeated", "b1"],
        [second, 7, "b8", "label", "label: reviewers disagree", None],
        ["raw/2026-10-03.csv", 0, "c1", "row", COLOR, "green"],
        ["raw/2026-10-03.csv", None, None, "batch", "batch: refused", "100.0% of the rows fail a rule"],
        ["raw/2026-10-03.csv", None, None, "batch", "batch: one_rule", f'100.0% of the rows fail the rule "{COLOR}"'],
        [fifth, 1, "g1", "row", "id: in the golden set", "g1"],
        [fifth, 2, "b2", "row", "id: in an earlier batch", "b2"],
        [fifth, None, None, "batch", "batch: overlap", "1 of 7 rows came in an earlier batch"],
        ["raw/2026-10-06.csv", 1, "e2", "row", "at: after the end of its batch", "2026-10-07 00:00:00+00:00"],
        ["feedback/2026-10.csv", 6, "b9", "label", "label: unknown action", "x"],
    ]
    warnings = table["rule"].isin(["batch: one_rule", "batch: overlap"])  # one_rule never blocks in this project
    assert table["severity"].tolist() == ["warning" if warning else "error" for warning in warnings]
    assert table["status"].tolist() == ["review" if warning else "quarantined" for warning in warnings]
    assert table["rule_set"].nunique() == 1
    counted = table.groupby(["rule", "status"]).size()
    assert report["rules"] == {rule: {status: count} for (rule, status), count in counted.items()}


def test_the_line_that_is_printed_counts_rows(worked, capsys):
    worked.validate()
    assert capsys.readouterr().out == "validate: 23 rows in, 5 train, 3 judge, 8 refused\n"


def test_the_order_of_keys_and_no_clock_in_the_report(worked):
    worked.validate()
    text = (worked.folder / "metrics/validation.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_times_are_kept_in_utc(worked):
    worked.validate()
    assert worked.table("holdout")["at"].unique().tolist() == [pd.Timestamp("2026-10-05", tz="UTC")]


def test_the_rows_of_the_report_are_those_it_promises(worked):
    assert list(worked.validate()["rows"]) == sorted(validate.ROWS)
