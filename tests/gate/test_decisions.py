"""What the gate decides on a run, given the ledger, and what its stage writes."""

import json

import pytest
from made_gate import CARD, CHANGES, COMMIT, FakeGit, edit, write_answers, write_lock

from stages import artefacts, gate
from stages.artefacts import dvc_md5, file_md5
from stages.decision.attempts import recipe
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import InputError


def test_a_proven_gain_is_promoted_and_says_on_what_grounds(judged):
    decision = judged()
    assert decision["verdict"] == "promote"
    assert decision["baseline"] == {"version": 1, "md5": dvc_md5(artefacts.BASELINE), "commit": COMMIT}
    made = {"training": "rows.dir", "recipe": recipe(CARD)}
    assert decision["candidate"] == {"version": 2, "md5": dvc_md5(artefacts.CANDIDATE)} | made
    assert decision["compared"]["evaluation"] == file_md5(artefacts.EVALUATION)
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert (golden["old"], golden["new"], golden["delta"]) == (0.9, 0.92, 0.02)
    assert golden["source"] == f"dvc metrics diff {COMMIT[:7]}"


def test_the_dummy_is_replaced_only_with_a_persons_approval(judged):
    entry = Entry(kind="promotion", as_of="2026-01-01", bundle=dvc_md5(artefacts.BASELINE), version=0)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[entry]))
    decision = judged()
    assert decision["verdict"] == "review"
    assert decision["reasons"] == ["version 0 is a dummy: the first real model needs a person's approval"]
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert (golden["old"], golden["source"]) == (0.9, "version 0, scored in this run")


def test_a_rolled_back_candidate_is_held(judged):
    old = dvc_md5(artefacts.BASELINE)
    one = Entry(kind="promotion", as_of="2026-02-01", bundle=old, version=1)
    back = Entry(kind="rollback", as_of="2026-02-03", bundle=old, rejected=dvc_md5(artefacts.CANDIDATE))
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[one, back]))
    assert judged()["verdict"] == "hold"


def test_the_stage_writes_the_decision_and_succeeds_on_hold(judged, files, monkeypatch, capsys, make_params):
    edit(artefacts.COMPARISON, "holdout", "primary", "standard_error", value=0.1)
    write_lock()
    monkeypatch.setattr(gate, "run_git", FakeGit())
    monkeypatch.setattr(gate, "load", lambda: make_params(CHANGES))
    gate.main()
    assert json.loads(artefacts.DECISION.read_text())["verdict"] == "hold"
    assert capsys.readouterr().out.startswith("gate: hold (accuracy gains")
    assert (artefacts.PLOTS / "golden.svg").read_text().lstrip().startswith("<?xml")


def add(*entries: Entry) -> None:
    """Append to the ledger."""
    ledger = read_ledger(artefacts.LEDGER)
    write_ledger(artefacts.LEDGER, Ledger(model=ledger.model, entries=[*ledger.entries, *entries]))


def rule(decision: dict, name: str) -> dict:
    return next(own for own in decision["rules"] if own["name"] == name)


def test_earlier_candidates_on_the_same_holdout_and_golden_set_tighten_the_confidence(judged):
    golden = dvc_md5(artefacts.GOLDEN)
    add(*(Entry(kind="attempt", as_of="2026-02-20", bundle=f"{n}.dir", holdout="h.dir", golden=golden) for n in range(2)))
    decision = judged()
    # The gain of 0.04 has a standard error of 0.01: proven at 99.96 % (3.34 of them) too.
    assert rule(decision, "min_gain")["outcome"] == "pass"
    assert "the 3rd candidate on this holdout: judged at 99.96 %" in rule(decision, "min_gain")["why"]
    # The promoted version is on record with this golden set too.
    assert "the 4th candidate on this golden set" in rule(decision, "golden")["why"]
    assert rule(decision, "golden_fresh")["why"].startswith("4 of 20 candidates tried on this golden set, 28 of 365 days old")


def test_a_candidate_that_was_held_on_other_rows_is_held(judged):
    add(Entry(kind="attempt", as_of="2026-02-20", bundle=dvc_md5(artefacts.CANDIDATE), verdict="hold", holdout="before.dir"))
    decision = judged()
    assert decision["verdict"] == "hold"
    assert decision["reasons"][0].startswith("tried and held on 2026-02-20: other rows do not make it better")


def test_the_same_recipe_on_the_same_rows_is_the_same_candidate_whatever_its_bytes(judged):
    made = {"training": "rows.dir", "recipe": recipe(CARD)}
    add(Entry(kind="attempt", as_of="2026-02-20", bundle="other.dir", verdict="hold", holdout="before.dir", **made))
    assert judged()["verdict"] == "hold"


def test_the_attempt_that_is_on_record_already_is_judged_as_ever(judged):
    before = judged()
    own = {"bundle": dvc_md5(artefacts.CANDIDATE), "verdict": "hold", "holdout": "h.dir", "golden": dvc_md5(artefacts.GOLDEN)}
    add(Entry(kind="attempt", as_of="2026-03-01", **own))
    assert judged() == before


@pytest.fixture
def earlier(files):
    """Version 1 of three: the baseline is version 2 now, and version 3 was rolled back; returns where their answers are kept."""
    old, golden = dvc_md5(artefacts.BASELINE), dvc_md5(artefacts.GOLDEN)
    versions = [Entry(kind="promotion", as_of=f"2026-01-0{n + 1}", bundle=f"{n}.dir", version=n) for n in (0, 1)]
    live = Entry(kind="promotion", as_of="2026-01-03", bundle=old, version=2, golden=golden)
    gone = Entry(kind="promotion", as_of="2026-01-04", bundle="3.dir", version=3)
    back = Entry(kind="rollback", as_of="2026-01-05", bundle=old, rejected="3.dir")
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[*versions, live, gone, back]))
    return [artefacts.answers_of(md5) for md5 in ("1.dir", old, "3.dir")]


def test_the_best_version_ever_is_found_by_its_kept_answers(judged, earlier):
    first, baseline, rejected = earlier
    write_answers(first, "1" * 83 + "0" * 7)  # the same rows as the candidate's
    write_answers(baseline, "1" * 90)  # judged by the rule `golden`
    write_answers(rejected, "1" * 90)
    best = rule(judged(), "golden_best")
    assert (best["old"], best["new"], best["delta"]) == (83 / 90, 83 / 90, 0.0)
    assert best["source"] == "kept answers of version 1"


def test_losing_to_the_best_version_ever_asks_for_review(judged, earlier):
    write_answers(earlier[0], "1" * 90)
    decision = judged()
    # Seven of 90 rows lost, and none won.
    assert rule(decision, "golden_best")["outcome"] == "inconclusive"
    assert decision["verdict"] == "review"


def test_where_earlier_versions_kept_no_answers_the_reasons_say_so(judged, earlier):
    decision = judged()
    assert "golden_best" not in {own["name"] for own in decision["rules"]}
    assert decision["reasons"][-1].startswith("no earlier version has kept its answers on this golden set")


def test_an_earlier_version_with_a_score_but_without_answers_asks_for_review(judged, earlier):
    golden = artefacts.read_json(artefacts.COMPARISON)["compared"]["golden"]
    artefacts.write_json(artefacts.evaluation_of("1.dir"), {"golden": {"accuracy": 0.99, "n": 90}, "golden_md5": golden})
    best = rule(judged(), "golden_best")
    assert best["outcome"] == "inconclusive"
    assert "version 1 has a score on this golden set and no kept answers" in best["why"]


def test_damaged_answers_are_refused_and_not_passed_over(judged, earlier):
    earlier[0].parent.mkdir(parents=True, exist_ok=True)
    earlier[0].write_text("id,truth,answer\nr00,a,a\nr00,a,b\n")
    with pytest.raises(InputError, match="must hold every id once, got 1 that repeat one"):
        judged()
