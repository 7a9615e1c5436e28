"""Every row and every label that comes in is counted once, whatever the dirt: against a second implementation in plain Python."""

import contextlib
import hashlib
import json
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from plain_validate import counted
from plain_world import GONE, File, Line, Row, World

from stages import validate
from stages.errors import InputError
from stages.labels.trust import STATES

IDS, WHO = [f"i{k}" for k in range(40)], ["p", "q", "r", ""]
LABELS, REVIEWERS = ["x", "NA", ""], ["ann", "bob", "cyd", ""]
TEN = "one two three four five six seven eight nine ten"
TEXTS = [TEN, TEN.replace(" ten", ""), TEN.upper().replace("SIX", "six"), TEN.replace("one two", "eins zwei"), "other", ""]
START = date(2026, 10, 1)
RULES = [
    "color: isin(['red', 'blue'])", "size: greater_than(0)", "at: after the end of its batch", "at: not an ISO time",
    "at: long before its batch", "id: repeated",
    "batch: refused", "batch: file", "batch: no rows", "batch: replay", "batch: other period", GONE,
    "label: repeats the prediction",
]  # fmt: skip
LABEL_RULES = ["label: unknown row", "label: unknown action", "label: missing", "label: reviewer contradicts gold", "batch: file"]

cells = st.sampled_from
clean = st.builds(
    Row, cells(IDS), cells(["early", "in time"]), cells(["red", "blue"]), cells(["1", "2.5", ""]), cells(LABELS), cells(LABELS),
    cells(WHO), cells(TEXTS),
)  # fmt: skip
dirty = st.builds(
    Row, cells([*IDS, ""]), cells(["in time", "too late", "01/10/2026"]), cells(["red", "mauve", ""]), cells(["1", "-1", "oops"]),
    cells(LABELS), cells(LABELS), cells(WHO), cells(TEXTS),
)  # fmt: skip
golden = st.lists(
    st.builds(Row, cells(IDS), st.just(""), st.just("red"), st.just("1"), cells(LABELS), st.just(""), cells(WHO), cells(TEXTS)),
    max_size=4, unique_by=lambda row: row.id,
)  # fmt: skip
answer = st.builds(
    Line, cells([*IDS, *IDS, "zz", ""]), cells(["x", "NA", "x", "NA", ""]), cells(REVIEWERS),
    cells(["correct", "confirm", "label", "label", "skip", "outcome", "?"]), cells(["feedback", "agent", "agent", "rumour"]),
    cells(["", "", "02/10/2026", *[f"{START + timedelta(days=k)}T12:00" for k in range(7)]]),
)  # fmt: skip
kind = cells(["file"] * 12 + ["unreadable", "twice", "header"])
source = st.fixed_dictionaries({"trust": cells([0.7, 0.95]), "maturity_days": st.integers(0, 2), "independent": st.booleans()})
worlds = st.fixed_dictionaries(
    {
        "raw": st.lists(
            st.tuples(kind, st.lists(st.one_of(clean, clean, clean, dirty), min_size=1, max_size=8)), min_size=4, max_size=6
        ),
        "nameless": st.booleans(),
        # by the day of the file; 0 is a file of the whole month
        "feedback": st.dictionaries(st.integers(0, 6), st.tuples(kind, st.lists(answer, max_size=14)), max_size=3),
        "golden": golden,
        "releases": st.lists(st.tuples(st.integers(0, 9), cells(RULES), cells([None, None, *IDS])), max_size=6),
        "label_releases": st.lists(st.tuples(st.integers(0, 3), cells(LABEL_RULES), cells([None, *IDS])), max_size=3),
        "sources": st.fixed_dictionaries({"feedback": source, "agent": source}, optional={"raw": source}),
        "as_of": cells([None, None, "2026-10-04", "2026-10-05"]),
        "prediction": cells([None, "served"]),
        "training_days": st.integers(2, 7),
        "holdout_batches": st.integers(1, 2),
        "disjoint_groups": st.booleans(),
        "min_posterior": cells([0.01, 0.6, 0.9]),
    }
)


def placed(row: Row, on: date) -> Row:
    """A row with the time that its words mean for a file of that day."""
    times = {
        "early": f"{START - timedelta(days=1)}T10:00",
        "in time": f"{on}T10:00",
        "too late": f"{on + timedelta(days=1)}T00:00",
    }
    return Row(**{**vars(row), "at": times.get(row.at, row.at)})


def raw_files(drawn: dict[str, Any], last: date) -> list[File]:
    files = []
    for k, (what, rows) in enumerate(drawn["raw"]):
        on = START + timedelta(days=k)
        if on <= last:
            files += _files(f"raw/{on}", on, on, what, [placed(row, on) for row in rows])
    return [*files, *([File("raw/notes.csv", None, None, None)] if drawn["nameless"] else [])]


def feedback_files(drawn: dict[str, Any]) -> list[File]:
    files = []
    for k, (what, lines) in sorted(drawn["feedback"].items()):
        on = START + timedelta(days=k - 1)
        spans = (f"feedback/{on}", on, on) if k else ("feedback/2026-10", START, date(2026, 10, 31))
        files += _files(*spans, what, lines)
    return sorted(files, key=lambda file: (file.last, file.first))


def _files(stem: str, first: date, last: date, what: str, rows: list[Any]) -> list[File]:
    if what == "twice":
        return [File(f"{stem}{suffix}", first, last, None) for suffix in (".csv", ".jsonl")]
    return [File(f"{stem}.csv", first, last, None if what == "unreadable" else [] if what == "header" else rows)]


def drawn_world(drawn: dict[str, Any], params: Any) -> World:
    raw, feedback = raw_files(drawn, params.as_of or date.max), feedback_files(drawn)
    asked = [(raw, drawn["releases"]), (feedback, drawn["label_releases"])]
    releases = {(files[k % len(files)].key, rule, name) for files, own in asked if files for k, rule, name in own}
    return World(raw, feedback, drawn["golden"], releases, params)


def write(project: Any, world: World, drawn: dict[str, Any]) -> None:
    for folder, kind in (("raw", Row), ("feedback", Line)):
        header = ",".join(kind.__dataclass_fields__)
        for file in getattr(world, folder):
            project.write(file.key, "\n".join([header, *(",".join(vars(row).values()) for row in file.rows or []), ""]))
            if file.rows is None:
                project.write(file.key, "not what it should be\n")
    if drawn["golden"]:
        lines = [",".join(vars(row).values()) for row in drawn["golden"]]
        project.write("golden/set.csv", "\n".join([",".join(Row.__dataclass_fields__), *lines, ""]))
    entries = [
        {"batch": key, "rule": rule, "record_id": name, "by": "lead", "reason": "checked", "file": md5(project, key)}
        for key, rule, name in sorted(world.releases, key=str)
    ]
    project.write("releases.yaml", yaml.safe_dump(entries))


def md5(project: Any, key: str) -> str:
    return hashlib.md5((project.folder / "data" / key).read_bytes()).hexdigest()


def changes(drawn: dict[str, Any]) -> dict[str, Any]:
    return {
        "as_of": drawn["as_of"],
        "columns.text": ["text"],
        "columns.group": "who",
        "columns.prediction": drawn["prediction"],
        "labels.sources": drawn["sources"],
        "labels.min_posterior": drawn["min_posterior"],
        "labels.max_flip": 1.0,  # flips have a test of their own
        "split": {
            "recent_batches": 1, "near_duplicate": 0.9,
            **{name: drawn[name] for name in ("training_days", "holdout_batches", "disjoint_groups")},
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def seen():
    """What the stage made of labels on the way."""
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "trust", noting(found, "trust", validate.trust))
        yield found


def noting(found: dict[str, Any], name: str, work: Any) -> Any:
    def wrapped(*args: Any) -> Any:
        found[name] = work(*args)
        return found[name]

    return wrapped


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=worlds)
def test_rows_and_labels_are_counted_as_a_second_implementation_counts_them(make_project, make_params, seen, drawn):
    with tempfile.TemporaryDirectory() as folder:
        project, world = make_project(Path(folder) / "project", changes(drawn)), drawn_world(drawn, make_params(changes(drawn)))
        write(project, world, drawn)
        seen.clear()
        with contextlib.suppress(InputError):
            project.validate()
        report = json.loads((project.folder / "metrics/validation.json").read_text(encoding="utf-8"))
        verdicts = {key: own["verdict"] for key, own in report["batches"].items()}
        conflicts = set(seen["trust"].conflicts.index)
        wanted = counted(world, verdicts, conflicts)
        assert wanted.trains is (report["problem"] is None)
        assert {name: count for name, count in report["rows"].items() if count} == +wanted.rows
        assert seen["trust"].lines["state"].tolist() == wanted.states
        check_report(report, world, wanted.states, conflicts)
        if wanted.trains:
            check_tables(project, report, world, wanted.used)
        else:
            event("nothing trains")
            assert [name for name in project.bytes_of_outs() if name.startswith("data")] == ["data/quarantine/quarantine.parquet"]


def check_report(report: dict[str, Any], world: World, states: list[str], conflicts: set[str]) -> None:
    rows, labels = dict(report["rows"]), report["labels"]
    assert rows.pop("in") == sum(rows.values()) == sum(len(file.rows or []) for file in world.raw)
    assert {state: labels[state] for state in STATES if labels[state]} == Counter(states)
    assert labels["in"] == len(states) == sum(labels[state] for state in STATES)
    assert labels["conflicts"] == len(conflicts)
    assert not (conflicts and world.params.labels.min_posterior == 0.01)  # two classes: the better one has half and more
    told = [*report["rows"].items(), *labels.items(), *((rule, 1) for rule in report["rules"])]
    for name in sorted({name for name, count in told if count}):
        event(name)


def check_tables(project: Any, report: dict[str, Any], world: World, used: dict[str, list[Row]]) -> None:
    frames = {name: project.table(name) for name in used}
    ids = {name: frame["id"].tolist() for name, frame in frames.items()}
    assert {name: sorted(own) for name, own in ids.items()} == {name: sorted(row.id for row in own) for name, own in used.items()}
    assert not (set(ids["training"]) & set(ids["holdout"]))
    assert not ({row.id for row in world.golden} & {*ids["training"], *ids["holdout"]})
    if world.params.split.disjoint_groups:
        judging = {*frames["holdout"]["who"].dropna(), *(row.who for row in world.golden if row.who)}
        assert not (judging & set(frames["training"]["who"].dropna()))
    assert frames["training"]["label"].notna().all()
    assert frames["holdout"]["label_source"].isin(world.params.labels.sources).all()
    table = project.table("quarantine")
    assert not (table["rule"] == "label: coordinated flip").any()
    refused = {key for key, own in report["batches"].items() if own["role"] not in ("blocked", "feedback")}
    label_only = table["rule"].isin(["label: unknown source", "label: repeats the prediction"])  # the row stays
    gone = table[table["batch"].isin(refused) & (table["status"] == "quarantined") & table["row"].notna() & ~label_only]
    assert len(gone.drop_duplicates(["batch", "row"])) == report["rows"]["quarantined"]
