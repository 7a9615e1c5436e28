"""`ratchet golden reanchor`: what it records, of which versions, and that it refuses or fails without leaving a trace."""

from pathlib import Path

import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from stages import artefacts
from stages.artefacts import dvc_md5, read_json, write_json
from stages.decision.attempts import tried_on_golden
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import CannotJudge, InputError, Refused
from stages.evidence.answers import read_answers
from stages.modelling import bundle
from stages.ops import reanchor as verb
from stages.ops.comparing.named import Named
from stages.ops.reanchor import reanchor

# The tree learned that yes begins at a size of 10, so it is wrong in g3 and g8: 6 of 8 right. Always "no" is right in g1 to g4.
GOLDEN = "id,color,size,label\n" + "".join(
    f"g{k},red,{size},{label}\n"
    for k, (size, label) in enumerate(zip([1, 2, 30, 4, 15, 16, 17, 8], ["no"] * 4 + ["yes"] * 4, strict=True), 1)
)
COLUMNS = {"text": [], "categorical": ["color"], "numeric": ["size"], "target": "label"}


def keep(folder: Path, estimator, columns=COLUMNS) -> str:
    """A bundle in a folder; its md5."""
    model = Pipeline([("sizes", ColumnTransformer([("size", "passthrough", ["size"])])), ("estimator", estimator)])
    model.fit(pd.DataFrame({"size": [1.0, 5.0, 15.0, 20.0]}), ["no", "no", "yes", "yes"])
    bundle.save(folder, model, {}, {"columns": columns})
    return dvc_md5(folder)


@pytest.fixture
def here(project, monkeypatch):
    """Version 2, a tree, is in production; version 1, a dummy, comes from the past, version 3 was rolled back."""
    monkeypatch.chdir(project.folder)
    project.write("golden/set.csv", GOLDEN)
    keep(Path("past/1"), DummyClassifier(strategy="constant", constant="no"))
    live = keep(artefacts.BASELINE, DecisionTreeClassifier(random_state=0))
    monkeypatch.setattr(verb, "find", lambda what, *_: Named(label=what, bundle=bundle.load(Path("past") / what, ["sklearn"])))
    md5s = enumerate(["zero.dir", dvc_md5(Path("past/1")), live, "three.dir"])
    promoted = [Entry(kind="promotion", as_of=f"2026-01-0{n + 1}", bundle=md5, version=n, golden="old.dir") for n, md5 in md5s]
    back = Entry(kind="rollback", as_of="2026-01-09", bundle=live, rejected="three.dir")
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[*promoted, back]))
    write_json(
        artefacts.evaluation_of(live), {"golden": {"accuracy": 0.9}, "golden_md5": "old.dir", "holdout": {"accuracy": 0.8}}
    )
    write_json(artefacts.VALIDATION, {"as_of": "2026-03-29"})
    return project.folder


def by_somebody_else(*arguments: str) -> str:
    return "Ada\n"


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_version_that_can_be_had_is_measured_on_todays_golden_set(here):
    done = reanchor("desk-lead", "a fresh set", by_somebody_else)
    assert (done.scored, done.missing, done.rows, done.live) == ([1, 2], {}, 8, 2)
    live, first = read_ledger(artefacts.LEDGER).live.bundle, dvc_md5(Path("past/1"))
    golden = dvc_md5(artefacts.GOLDEN)
    records = {md5: read_json(artefacts.evaluation_of(md5)) for md5 in (first, live)}
    assert [record["golden"]["accuracy"] for record in records.values()] == [0.5, 0.75]
    assert {record["golden_md5"] for record in records.values()} == {golden}
    assert records[live]["holdout"] == {"accuracy": 0.8}  # measured once, when it was promoted
    answers = read_answers(artefacts.answers_of(live))
    assert (answers["answer"] != answers["truth"]).to_dict() == {f"g{k}": k in (3, 8) for k in range(1, 9)}


def test_the_ledger_says_who_when_why_and_what_was_measured(here):
    before = read_ledger(artefacts.LEDGER)
    reanchor("desk-lead", "a fresh set", by_somebody_else)
    after = read_ledger(artefacts.LEDGER)
    assert after.entries[:-1] == before.entries
    entry = after.entries[-1]
    assert (entry.kind, entry.by, entry.reason, entry.as_of.isoformat()) == ("reanchor", "desk-lead", "a fresh set", "2026-03-29")
    assert (entry.bundle, entry.golden, entry.scored) == (before.live.bundle, dvc_md5(artefacts.GOLDEN), [1, 2])
    assert after.anchor(dvc_md5(artefacts.GOLDEN)) == entry
    assert after.live == before.live


@pytest.mark.parametrize(
    ("error", "why"),
    [(CannotJudge("not in the cache"), "not in the cache"), (InputError("model.skops must exist"), "must exist")],
)
def test_a_version_that_cannot_be_had_is_named_and_keeps_its_record(here, monkeypatch, error, why):
    def lost(*_):
        raise error

    monkeypatch.setattr(verb, "find", lost)
    done = reanchor("desk-lead", "a fresh set", by_somebody_else)
    assert done.scored == [2]
    assert why in done.missing[1]
    assert not artefacts.answers_of(dvc_md5(Path("past/1"))).exists()


def test_a_version_of_other_columns_is_named(here):
    keep(Path("past/1"), DummyClassifier(), COLUMNS | {"numeric": ["weight"]})
    assert "must read today's columns" in reanchor("desk-lead", "a fresh set", by_somebody_else).missing[1]


def test_what_is_recorded_already_is_not_recorded_again(here):
    reanchor("desk-lead", "a fresh set", by_somebody_else)
    before = everything(here)
    with pytest.raises(Refused, match="got what is there already"):
        reanchor("desk-lead", "once more", by_somebody_else)
    assert everything(here) == before


def test_a_few_new_rows_do_not_win_back_what_was_spent_and_a_fresh_set_does(here):
    reanchor("desk-lead", "the answers", by_somebody_else)
    first = dvc_md5(artefacts.GOLDEN)
    ledger = read_ledger(artefacts.LEDGER)
    write_ledger(artefacts.LEDGER, ledger.with_entry(Entry(kind="attempt", as_of="2026-03-30", bundle="x.dir", golden=first)))
    Path("data/golden/more.csv").write_text("id,color,size,label\ng9,red,3,no\n")
    assert reanchor("desk-lead", "one row more", by_somebody_else).follows
    assert tried_on_golden(read_ledger(artefacts.LEDGER), dvc_md5(artefacts.GOLDEN), "new.dir") == 2
    Path("data/golden/more.csv").unlink()
    Path("data/golden/set.csv").write_text(GOLDEN.replace("\ng", "\nh"))
    assert not reanchor("desk-lead", "a fresh set", by_somebody_else).follows
    assert tried_on_golden(read_ledger(artefacts.LEDGER), dvc_md5(artefacts.GOLDEN), "new.dir") == 1


def refused(folder: Path, message: str, by: str = "desk-lead", kind: type[Exception] = Refused) -> None:
    before = everything(folder)
    with pytest.raises(kind, match=message):
        reanchor(by, "please", by_somebody_else)
    assert everything(folder) == before


def test_only_an_approver_may(here, monkeypatch):
    refused(here, "must be listed in params.yaml: approval.approvers, got 'mallory'", by="mallory")
    with pytest.raises(Refused, match="must not be the author"):
        reanchor("desk-lead", "mine", lambda *_: "desk-lead\n")


def test_without_a_golden_set_there_is_nothing_to_measure_on(here):
    Path("data/golden/set.csv").unlink()
    refused(here, "data/golden must hold labelled rows, got none", kind=InputError)


def test_the_dummy_has_no_recorded_values(here):
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=read_ledger(artefacts.LEDGER).entries[:1]))
    refused(here, "got version 0, a dummy")


def test_another_bundle_than_the_ledgers_is_refused(here):
    (artefacts.BASELINE / "card.json").write_text("{}")
    refused(here, "models/baseline must be the bundle of the ledger", kind=InputError)


def test_a_write_that_fails_leaves_everything_as_it_was(here, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(verb, "write_ledger", full)
    refused(here, "no space left", kind=OSError)
