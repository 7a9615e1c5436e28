"""Blank cells, times that no calendar has, lines that no reader bears, and people where only codes should be."""

import json

import pytest
from bad_case import Break, Case, every, outcome, put
from made_project import DAYS, REVIEWERS, World, key

JSON = [key(suffix=".jsonl")]
ADDRESS = "jo.doe@example.org"
DEEP = '{"id": ' + "[" * 100_000 + "]" * 100_000 + "}\n"


def as_json(change: Break):
    """JSON lines of a day in which something is changed."""

    def broken(own: World) -> None:
        change(own)
        own.files |= {key(): None, JSON[0]: own.rows.to_json(orient="records", lines=True).encode()}

    return broken


def deeply_nested(own: World) -> None:
    lines = own.rows.to_json(orient="records", lines=True).splitlines(keepends=True)
    lines[own.spare[0]] = DEEP
    own.files |= {key(): None, JSON[0]: "".join(lines).encode()}


def people_for_codes(own: World) -> None:
    for column in ("channel", "served", "version"):
        put(column, ADDRESS)(own)


def reviewers_with_addresses(own: World) -> None:
    for day in DAYS:
        own.feedback[day]["reviewer"] += "@example.org"


def nobody_is_named(project) -> None:
    tables = [project.table(name) for name in ("training", "holdout", "recent", "quarantine")]
    report = (project.folder / "metrics/validation.json").read_text(encoding="utf-8")
    assert "example.org" not in " ".join([report, *(str(cell) for table in tables for cell in table.to_numpy().ravel())])


def codes_are_pseudonyms(project) -> None:
    nobody_is_named(project)
    row = project.table("training").query("channel.str.startswith('[email] ')")
    assert row["channel"].tolist() == row["served"].tolist() == row["version"].tolist()


def reviewers_stay_apart(project) -> None:
    nobody_is_named(project)
    report = json.loads((project.folder / "metrics/validation.json").read_text(encoding="utf-8"))
    names = [name for name in report["reviewers"] if name.startswith("[email] ")]
    assert len(names) == len(REVIEWERS)


CASES = [
    Case(
        name="a time that no calendar has",
        what="`9999-12-31T23:59:59-12:00` is in the year 10000 in UTC",
        broken=put("at", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"),
        rows={"at: not an ISO time": 2},
    ),
    Case(name="a blank id", what="nothing but spaces", broken=put("id", "  "), rows={"id: missing": 1}),
    Case(
        name="blanks around ids and codes",
        what="columns padded to one width, in the rows and not in the feedback",
        broken=lambda own: [every(column, lambda cell: f"{cell}  ")(own) for column in ("id", "channel", "served", "label")],
        note="they are taken off, in rows, feedback and golden set alike",
    ),
    Case(
        name="empty text for numbers",
        what='`"price": ""` in JSON lines',
        broken=as_json(put("price", "", " ")),
        files=JSON,
        note="a gap, as in a CSV",
    ),
    Case(
        name="JSON nested beyond all reading",
        what="100,000 brackets in one line",
        broken=deeply_nested,
        files=JSON,
        rows={"row: not a JSON object": 1},
    ),
    Case(
        name="people in codes",
        what="an e-mail address for a category, a prediction and a model version",
        broken=people_for_codes,
        note="they are written as `[email]` with a hash behind it, so that different people stay apart",
        also=codes_are_pseudonyms,
    ),
]
LABELS = [
    Case(
        name="reviewers with e-mail addresses",
        what="",
        broken=reviewers_with_addresses,
        files=[key(folder="feedback")],
        note="each is written as `[email]` with a hash of his or her own",
        also=reviewers_stay_apart,
    ),
]


@pytest.mark.parametrize("case", [*CASES, *LABELS], ids=str)
def test_a_bad_cell_is_a_gap_a_pseudonym_or_a_reason_to_refuse_its_row(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
