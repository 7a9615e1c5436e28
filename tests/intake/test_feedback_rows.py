"""Lines of feedback beside the rows that they are about."""

import pandera.pandas as pa
import pytest
from made_feedback_files import ANSWER, SETTINGS, W40, lines, raw
from made_intake import Desk, day, said


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params(SETTINGS))


def test_a_line_stands_beside_the_row_that_it_is_about(desk):
    raw(desk, 1, "a,x,1", "b,y,2")
    desk.write(W40, "b,y,ann,confirm,2026-10-02", "a,y,bob,correct,2026-10-02", header=ANSWER)
    assert said(lines(desk), "id", "reviewer", "served", "batch", "rule") == [
        ("b", "ann", "y", "raw/2026-10-01.csv", None), ("a", "bob", "x", "raw/2026-10-01.csv", None),
    ]  # fmt: skip


def test_a_line_is_held_against_the_time_and_the_version_of_its_row(desk):
    raw(desk, 1, "a,x,1")
    early, late = "2026-10-01T09:59", "2026-10-01T10:00"  # it came in at ten
    desk.write(W40, f"a,y,{early},1", f"a,y,{late},1", f"a,y,{late},2", header="id,label,reviewed_at,version")
    assert said(lines(desk), "rule") == [
        ("label: given before the row came in",), (None,), ("label: about another model version",),
    ]  # fmt: skip


def test_lines_of_all_files_come_in_the_order_of_the_files(desk):
    raw(desk, 1, "a,x,1")
    desk.write("feedback/2026-W41.csv", "a,x,ann,confirm,2026-10-06", header=ANSWER)
    desk.write(W40, "a,x,bob,confirm,2026-10-04", "a,y,cem,correct,2026-10-02", header=ANSWER)
    assert lines(desk)["reviewer"].tolist() == ["bob", "cem", "ann"]


def test_a_row_that_did_not_pass_is_known_and_no_more(desk):
    raw(desk, 1, "a,x,1", "a,x,1", "b,x,1", "c,x,1", "d,x,1", "e,x,1")
    (desk.folder / "raw/2026-10-01.csv").write_text(
        (desk.folder / "raw/2026-10-01.csv").read_text().replace("b,2026-10-01T10:00,red", "b,2026-10-01T10:00,mauve")
    )
    desk.golden = frozenset({"g"})
    raw(desk, 4, "e,x,1")  # the last day of the file: all rows that it can be about have come in
    desk.write(W40, *[f"{name},y,ann,label,2026-10-02" for name in "abgz"], header=ANSWER)
    assert said(lines(desk), "id", "batch", "served", "rule") == [
        ("a", "raw/2026-10-01.csv", "x", None),  # the first of two
        ("b", None, None, None),
        ("g", None, None, None),
        ("z", None, None, "label: unknown row"),
    ]


@pytest.mark.parametrize(("newest", "rule"), [(3, None), (4, "label: unknown row")])
def test_a_row_is_unknown_once_the_rows_of_all_days_of_the_file_are_there(desk, newest, rule):
    raw(desk, newest, "a,x,1")
    desk.write(W40, "z,y,ann,label,2026-10-01", header=ANSWER)
    assert said(lines(desk), "batch", "rule") == [(None, rule)]


def test_without_any_rows_every_line_may_be_about_one_that_comes(desk):
    desk.write(W40, "z,y,ann,label,2026-10-01", header=ANSWER)
    assert said(lines(desk), "rule") == [(None,)]


def test_while_a_file_of_rows_cannot_be_read_no_row_is_unknown(desk):
    raw(desk, 1, "a,x,1")
    desk.write("raw/2026-10-02.csv", "b,2026-10-02", header="id,at")
    raw(desk, 4, "c,x,1")
    desk.write(W40, "b,y,ann,label,2026-10-02", header=ANSWER)
    assert said(lines(desk), "batch", "rule") == [(None, None)]


def test_of_two_batches_that_bring_a_row_the_one_that_counts_is_meant(desk):
    raw(desk, 1, "a,old,1", *[f"b{k},x,1" for k in range(20)])
    (desk.folder / "raw/2026-10-01.csv").write_text(
        "".join(
            line.replace("red", "mauve") if line.startswith("b") else line
            for line in (desk.folder / "raw/2026-10-01.csv").read_text().splitlines(keepends=True)
        )
    )
    raw(desk, 2, "a,new,2", "c,x,1")
    raw(desk, 3, "a,newer,3", *[f"d{k},x,1" for k in range(20)])
    desk.write(W40, "a,y,ann,label,2026-10-04", header=ANSWER)
    assert [own.verdict for own in desk.judged()] == ["blocked", "accepted", "accepted"]
    # the first batch does not count, in the third the row is refused as known already
    assert said(lines(desk), "served", "batch") == [("new", "raw/2026-10-02.csv")]


def test_a_row_of_a_blocked_batch_is_known_with_what_was_served_and_has_no_batch(desk):
    raw(desk, 1, "a,x,1", *[f"b{k},x,1" for k in range(20)])
    text = (desk.folder / "raw/2026-10-01.csv").read_text()
    (desk.folder / "raw/2026-10-01.csv").write_text(text.replace("red", "mauve").replace("mauve", "red", 1))
    desk.write(W40, "a,x,ann,confirm,2026-10-02", "a,y,bob,confirm,2026-10-02", header=ANSWER)
    assert said(lines(desk), "served", "batch", "rule") == [
        ("x", None, None), ("x", None, "label: contradicts its action"),
    ]  # fmt: skip


def test_a_confirmation_without_a_label_has_the_label_that_was_served(desk):
    raw(desk, 1, "a,x,1")
    desk.write(W40, "a,,ann,confirm,2026-10-02", header=ANSWER)
    assert said(lines(desk), "label", "rule") == [("x", None)]


def test_rows_that_name_no_prediction_have_none(tmp_path, make_params):
    desk = Desk(tmp_path / "data", make_params())
    desk.write("raw/2026-10-01.csv", *day(1, "a"))
    desk.write(W40, "a,x,ann,correct,2026-10-02", header=ANSWER)
    assert said(lines(desk), "served", "batch", "rule") == [(None, "raw/2026-10-01.csv", None)]


def test_no_feedback_is_no_lines(desk):
    raw(desk, 1, "a,x,1")
    found = lines(desk)
    assert found.empty
    assert {"id", "label", "named", "served", "batch", "rule", "ends"} <= set(found)


def test_few_words_on_many_lines_are_kept_as_codes(desk):
    # An id of 24 letters and a label of 8, each with its place, two times, seconds, a row: 88 bytes; what comes often takes one.
    raw(desk, 4, *[f"{k:024},billing,41" for k in range(3000)])
    told = [f"{k:024},shipping,reviewer-{k % 40},correct,2026-10-04T11:00,customer complaint" for k in range(3000)]
    desk.write(W40, *told, header=f"{ANSWER},selection_reason")
    found = lines(desk)
    assert found["rule"].isna().all()
    assert found.memory_usage(deep=True, index=False).sum() / 3000 < 150


# --- labels that the schema does not allow


def test_a_label_that_fails_a_check_of_the_target_is_refused(desk):
    raw(desk, 1, "a,x,1", "b,x,1", "c,,1")
    desk.labels = pa.Column("str", pa.Check.isin(["x", "y"]), required=False, nullable=True, name="label")
    desk.write(
        W40, "a,Y,ann,correct,2026-10-02", "a,y,bob,correct,2026-10-02", "b,,cem,confirm,2026-10-02", "c,z,ann,skip,2026-10-02",
        header=ANSWER,
    )  # fmt: skip
    assert said(lines(desk), "label", "rule") == [("Y", "label: isin(['x', 'y'])"), ("y", None), ("x", None), ("z", None)]


def test_numbers_have_checks_too(tmp_path, make_params):
    desk = Desk(tmp_path / "data", make_params({"task": "regression"}))
    desk.labels = pa.Column("float64", pa.Check.ge(0), name="label")
    desk.write(W40, "a,-1", "b,0", "c,", header="id,label")
    rules = [rule for (rule,) in said(lines(desk), "rule")]
    assert rules == ["label: greater_than_or_equal_to(0)", None, "label: missing"]
