"""Rows with a cell that cannot be right: they leave, one by one, and say why."""

import pandas as pd
import pytest
from bad_case import UNANSWERED, Case, as_parquet, every, outcome, put, unanswered
from made_project import DAYS, SCHEMA, World, csv, golden, key

from stages.ops.findings import Wanted, export

PARQUET = [key(suffix=".parquet")]
REFUSED = "refused: 100.0% of the rows fail a rule"
NO_TIMES = "missing: at: gaps rose from 0.0% to 100.0% of the rows"
LARGE_IDS = [2**60 + k for k in range(60)]
MARKS = {"[email]", "[phone]", "[card]", "[iban]"}
PERSONAL = ["mail jo.doe@example.org", "call +49 170 1234567", "card 4111 1111 1111 1111", "from DE89 3704 0044 0532 0130 00"]


def one_rule(rule: str) -> str:
    return f"one_rule: 100.0% of the rows fail the rule {rule!r}"


def repeated(own: World) -> None:
    own.rows = pd.concat([own.rows, own.rows.loc[own.spare[:1]]], ignore_index=True)


def large_ids_beside_a_gap(own: World) -> None:
    """Whole numbers of 19 digits, one of them missing; the answers name them too."""
    ids = pd.Series(LARGE_IDS, dtype="Int64").mask(own.rows.index == own.spare[0])
    own.answers["id"] = own.answers["id"].replace(dict(zip(own.rows["id"], map(str, LARGE_IDS), strict=True)))
    as_parquet(id=ids)(own)


def ids_as_floats(own: World) -> None:
    unanswered(own)
    as_parquet(id=[float(number) for number in LARGE_IDS])(own)


def ids_of_a_spreadsheet(own: World) -> None:
    unanswered(own)
    own.rows["id"] = [f"{float(number):.5E}" for number in LARGE_IDS]


def classes_called_na_and_none(own: World) -> None:
    new = {"technical": "NA", "sales": "None"}
    for day in DAYS:
        own.raw[day] = own.raw[day].replace({"label": new, "served": new})
        own.feedback[day] = own.feedback[day].replace({"label": new})
    own.files["golden/set.csv"] = csv(golden().replace({"label": new}))
    known = SCHEMA.replace("sales", new["sales"]).replace("technical", new["technical"])
    own.files["../schema.py"] = known.encode()


def personal_data(own: World) -> None:
    put("text", *PERSONAL)(own)
    own.rows.loc[own.spare[len(PERSONAL)], "price"] = PERSONAL[0]


def no_personal_data_is_written(project) -> None:
    tables = [project.table(name) for name in ("training", "quarantine")]
    report = (project.folder / "metrics/validation.json").read_text(encoding="utf-8")
    written = " ".join([report, *(str(cell) for table in tables for cell in table.to_numpy().ravel())])
    assert {mark for mark in MARKS if mark in written} == MARKS
    assert not [secret for secret in PERSONAL if secret.partition(" ")[2] in written]
    assert tables[1]["value"].tolist() == ["mail [email]"]


def classes_are_kept(project) -> None:
    assert project.table("training")["label"].value_counts().to_dict() == {"billing": 5 * 30, "NA": 5 * 20, "None": 5 * 10}


def digits_are_kept(project) -> None:
    assert project.table("training")["id"].isin(map(str, LARGE_IDS)).sum() == 59


def formulas_become_text(project) -> None:
    with project.as_home():
        export(Wanted(), project.folder / "out.csv")
    assert pd.read_csv(project.folder / "out.csv")["value"].tolist() == ["'=1+1", "'@SUM(A1)"]


def times_are_kept_in_utc(project) -> None:
    times = project.table("training")["at"]
    assert times[times.dt.day == 6].dt.hour.min() == 8


def golden_without_label(own: World) -> None:
    """The golden set gets a row that still waits for its label, and a day a row with nearly its text."""
    own.files["golden/more.csv"] = csv(golden().head(1).assign(id="g99", text="a quiet question nobody has seen", label=""))
    put("text", "A quiet question nobody has seen?")(own)


CASES = [
    Case(name="one oops in a numeric column", what="", broken=put("price", "oops"), rows={"price: not a number": 1}),
    Case(
        name="inf", what="“inf” and “nan” in a numeric column", broken=put("price", "inf", "nan"), rows={"price: not a number": 2}
    ),
    Case(
        name="decimal commas",
        what="12,50 in every row",
        broken=every("price", lambda price: price.replace(".", ",")),
        rows={"price: not a number": 60},
        block=[
            "missing: price: gaps rose from 0.0% to 100.0% of the rows",
            one_rule("price: not a number"),
            REFUSED,
        ],
    ),
    Case(
        name="a value out of bounds",
        what="a rule of your own `schema.py`",
        broken=put("price", "-5"),
        rows={"price: greater_than(0)": 1},
    ),
    Case(name="a missing value", what="in a column that must not have gaps", broken=put("text", ""), rows={"text: missing": 1}),
    Case(
        name="dd/mm dates",
        what="06/10/2026 in every row: nobody can tell it from June 10",
        broken=every("at", lambda at: f"{at[8:10]}/{at[5:7]}/{at[:4]}"),
        rows={"at: not an ISO time": 60},
        block=[NO_TIMES, one_rule("at: not an ISO time"), REFUSED],
    ),
    Case(name="a dd/mm date", what="in one row", broken=put("at", "06/10/2026"), rows={"at: not an ISO time": 1}),
    Case(
        name="times with a zone",
        what="`2026-10-06T10:00:00+02:00` is eight o'clock in UTC",
        broken=every("at", lambda at: f"{at[:11]}{int(at[11:13]) + 2:02}{at[13:19]}+02:00"),
        note="times are kept in UTC",
        also=times_are_kept_in_utc,
    ),
    Case(
        name="future times",
        what="after the last day of the batch: the day after, a year too late",
        broken=put("at", "2026-10-07T00:00:00Z", "2027-10-06T12:00:00Z"),
        rows={"at: after the end of its batch": 2},
    ),
    Case(
        name="times long ago",
        what="1970-01-01; a late row is welcome, one from before `split.training_days` is none",
        broken=put("at", "1970-01-01T00:00:00Z"),
        rows={"at: long before its batch": 1},
    ),
    Case(
        name="mojibake",
        what="UTF-8 that was read as Latin-1 and saved: “grÃ¼n”",
        broken=put("text", "grÃ¼n", "donâ€™t"),
        rows={"text: mojibake": 2},
    ),
    Case(
        name="NUL bytes in a cell",
        what="or other control characters",
        broken=put("text", "a\x00b"),
        rows={"text: control characters": 1},
    ),
    Case(
        name="labels NA and None",
        what="two classes of these names",
        broken=classes_called_na_and_none,
        note="they are labels like any other; only an empty cell is a gap",
        also=classes_are_kept,
    ),
    Case(
        name="a missing label",
        what="an empty cell, and nobody answers",
        broken=put("label", ""),
        counts={"training": -1, "unlabelled": 1},
    ),
    Case(name="a missing id", what="", broken=put("id", ""), rows={"id: missing": 1}),
    Case(
        name="a repeated id",
        what="twice in one file",
        broken=repeated,
        rows={"id: repeated": 1},
        counts={"in": 1, "quarantined": 1},
    ),
    Case(
        name="large ids beside nulls",
        what="19 digits in a nullable column of whole numbers",
        broken=large_ids_beside_a_gap,
        files=PARQUET,
        rows={"id: missing": 1},
        note="the others keep every digit",
        also=digits_are_kept,
    ),
    Case(
        name="large ids as floats",
        what="19 digits where a float holds 16",
        broken=ids_as_floats,
        files=PARQUET,
        rows={"id: digits lost": 60},
        block=[one_rule("id: digits lost"), REFUSED],
        states=UNANSWERED,
    ),
    Case(
        name="ids of a spreadsheet",
        what="1.15292E+18 in every row",
        broken=ids_of_a_spreadsheet,
        rows={"id: repeated": 59},
        block=["one_rule: 98.3% of the rows fail the rule 'id: repeated'", "refused: 98.3% of the rows fail a rule"],
        states=UNANSWERED,
    ),
    Case(name="a golden row", what="an id of the golden set", broken=put("id", "g01"), rows={"id: in the golden set": 1}),
    Case(
        name="train/test near-duplicates",
        what="the text of a holdout row in capitals, and one of the golden set",
        broken=lambda own: put("text", own.raw[7]["text"][0].upper(), f"{golden()['text'][0]}!")(own),
        rows={"row: near-duplicate of a test row": 2},
        note="the test side stays as it is",
    ),
    Case(
        name="a near-duplicate of a golden row that nobody has labelled yet",
        what="",
        broken=golden_without_label,
        rows={"row: near-duplicate of a test row": 1},
    ),
    Case(
        name="CSV formulas",
        what="cells that a spreadsheet would run: `=1+1`, `@SUM(A1)`",
        broken=put("price", "=1+1", "@SUM(A1)"),
        rows={"price: not a number": 2},
        note="`ratchet quarantine list --csv` puts an apostrophe in front",
        also=formulas_become_text,
    ),
    Case(
        name="personal data",
        what="an e-mail address, a phone number, a card number and an IBAN in texts; an e-mail address for a price",
        broken=personal_data,
        rows={"price: not a number": 1},
        note="they are written as [email], [phone], [card] and [iban], in quarantine too",
        also=no_personal_data_is_written,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_bad_row_is_refused_and_the_others_go_on(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
