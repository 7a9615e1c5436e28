"""The benchmark of drift: its rows are what they say, its shares are counted by hand, and it says what it had to leave out."""

import sys

import numpy as np
import pandas as pd
import pytest

from bench import drift, drift_alarms, drift_peer, drift_work
from bench.drift_worlds import LABEL, NUMBERS, PREDICTED, SIGMA, categories, kinds, numbers, rows, texts
from bench.measure import Run
from stages.settings import load

TRIGGER = load(drift_work.PARAMS).trigger
KINDS = kinds()


def drawn(draw, n: int = 100_000) -> pd.Series:
    return draw(np.random.default_rng(5), n)


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    kind = KINDS["all of these, 5 % gaps"]
    pd.testing.assert_frame_equal(rows(kind, 500, (3, 0)), rows(kind, 500, (3, 0)))
    assert not rows(kind, 500, (3, 0)).equals(rows(kind, 500, (3, 1)))


def test_the_kth_category_has_a_share_in_proportion_to_one_over_k_wherever_in_the_rows_one_looks():
    # 1 + 1/2 + 1/3 + 1/4 = 25/12
    values = drawn(categories(4))
    for part in (values, values[:50_000], values[50_000:]):
        shares = part.value_counts(normalize=True)
        assert [shares[f"v{k}"] for k in range(4)] == pytest.approx([12 / 25, 6 / 25, 4 / 25, 3 / 25], abs=0.01)


def test_a_text_has_six_words():
    assert set(drawn(texts(), 500).str.split().str.len()) == {6}


@pytest.mark.parametrize("name", NUMBERS)
def test_sigma_is_the_standard_deviation_of_the_distribution(name):
    assert drawn(NUMBERS[name], 400_000).std() == pytest.approx(SIGMA[name], rel=0.05)


def test_a_family_has_its_columns_its_answers_and_its_share_of_gaps():
    frame = rows(KINDS["all of these, 5 % gaps"], 20_000, (0, 0))
    assert list(frame) == ["c10", "c50", "c2000", "n0", "n1", "n2", "n3", "n4", "t0", LABEL, PREDICTED]
    assert frame.drop(columns=[LABEL, PREDICTED]).isna().mean().tolist() == pytest.approx([0.05] * 9, abs=0.01)
    assert frame[[LABEL, PREDICTED]].notna().all(axis=None)
    assert rows(KINDS["50 categories"], 2000, (0, 0)).notna().all(axis=None)


def test_runs_with_an_alarm_and_runs_in_which_nothing_could_be_judged_are_counted(monkeypatch):
    kind = KINDS["10 categories"]
    old, same, few = (drift_alarms.sketched(rows(kind, n, (0, side)), kind) for side, n in enumerate((2000, 2000, 50)))
    other = drift_alarms.sketched(rows(kind, 2000, (1, 0)).assign(c3="v0"), kind)
    monkeypatch.setattr(drift_alarms, "runs", lambda *_: iter([(old, same), (old, other), (old, few), (old, few)]))
    found = drift_alarms.alarms(kind, (2000, 2000), TRIGGER, 4)
    assert (found.fired, found.unjudged) == (1 / 4, 2 / 4)


def test_its_tests_alone_call_a_change_that_is_too_small_to_matter_or_seen_on_too_few_rows(monkeypatch):
    kind = KINDS["10 categories"]
    old = drift_alarms.sketched(rows(kind, 50_000, (0, 0)), kind)
    frame = rows(kind, 50_000, (0, 1))
    slightly = drift_alarms.sketched(frame.assign(c3=frame["c3"].where(frame.index % 50 > 0, "v0")), kind)  # 2 % of the rows
    few = drift_alarms.sketched(rows(kind, 100, (0, 2)).assign(c3="v0"), kind)
    monkeypatch.setattr(drift_alarms, "runs", lambda *_: iter([(old, slightly), (old, few)]))
    assert drift_alarms.alarms(kind, (0, 0), TRIGGER, 2) == drift_alarms.Alarms(fired=0, unjudged=1 / 2, alone=1)


def test_only_the_shifted_column_of_a_profile_changes():
    kind = numbers(20)
    frame = rows(kind, 300, (0, 0))
    sketch = drift_alarms.sketched(frame, kind)
    moved = drift_alarms.with_shift(sketch, frame, "n2", 1.5)
    assert moved == drift_alarms.sketched(frame.assign(n2=frame["n2"] + 1.5), kind)
    assert [name for name in sketch["columns"] if moved["columns"][name] != sketch["columns"][name]] == ["n2"]


@pytest.mark.parametrize(("shift", "found"), [(2.0, 1.0), (0.0, 0.0)])
def test_a_large_shift_is_always_found_and_none_never(monkeypatch, shift, found):
    monkeypatch.setattr(drift_alarms, "SHIFT", shift)
    assert drift_alarms.power((1000, 1000), TRIGGER, 2) == dict.fromkeys(NUMBERS, (found, 0.0))


def test_from_the_rows_or_from_the_profile_the_same_columns_are_found_batch_by_batch(tmp_path, monkeypatch, capsys):
    random = np.random.default_rng(0)
    old = pd.DataFrame({"n00": random.normal(size=900), "n01": random.normal(size=900), "c00": ["a", "b", "c"] * 300})
    old.to_parquet(tmp_path / "ref.parquet")
    old.assign(n01=old["n01"] + 3).to_parquet(tmp_path / "cur.parquet")
    monkeypatch.setattr(drift_work, "BATCH_ROWS", 400)
    drift_work.main("split", tmp_path)
    assert [len(pd.read_parquet(file)) for file in sorted((tmp_path / "cur").iterdir())] == [400, 400, 100]
    drift_work.main("rows", tmp_path)
    (tmp_path / "ref").rename(tmp_path / "gone")
    drift_work.main("profile", tmp_path)
    from_rows, seconds, from_profile, fewer_seconds = capsys.readouterr().out.splitlines()
    assert from_rows == from_profile
    assert from_rows.startswith("n01: ")
    assert min(float(seconds), float(fewer_seconds)) > 0


def test_a_peer_is_timed_by_what_it_says(tmp_path, monkeypatch):
    (tmp_path / "drift_peers.py").write_text("import sys; print('a warning'); print(f'{sys.argv[1]}: 7.6 CPU s, peak 783 MB')")
    monkeypatch.setattr(drift, "SHARED", tmp_path)
    assert drift.theirs("nannyml", sys.executable, tmp_path).output == "7.6"


def test_a_peers_alarms_are_shares_of_runs_and_of_all_it_judges():
    # of three runs one has an alarm, in two of its seven columns: 33 % of runs, 2 of 21 columns
    answers = iter([np.zeros(7), np.array([1, 0, 0, 0, 0, 0, 1]), np.zeros(7)])
    sizes = []

    def judge(old: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
        sizes.append((old.shape, new.shape))
        return next(answers).astype(bool)

    assert drift_peer.shares(judge, KINDS["numbers"], (30, 20), 3) == "33% (10%)"
    assert sizes == [((30, 7), (20, 7))] * 3


def test_half_the_work_has_half_the_target(monkeypatch, tmp_path):
    monkeypatch.setattr(drift, "ours", lambda *_: Run(0, 0, 100, "1"))
    monkeypatch.setattr(drift, "theirs", lambda *_: Run(0, 0, 400, "20"))
    lines = drift.against("nannyml", "python", tmp_path)
    assert [line.split("|")[5].strip() for line in lines] == ["≤ 0.2", "≤ 0.6", "≤ 0.1", "≤ 0.3"]
    assert [line.split("|")[4].split()[0] for line in lines] == ["**0.05**", "**0.25**"] * 2


def test_without_peers_and_shared_scripts_their_figures_are_left_out_with_the_reason(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(drift, "SHARED", tmp_path)
    assert drift.cost(tmp_path) == []
    assert (
        f"{tmp_path}/drift_frame.py must exist to measure the cost; it is left out. Set BENCH_SHARED" in capsys.readouterr().err
    )
    (tmp_path / "drift_frame.py").touch()
    for peer in drift.PEERS.values():
        monkeypatch.setenv(peer.variable, str(tmp_path / "nowhere" / "python"))
    assert drift.cost(tmp_path) == []
    said = capsys.readouterr().err
    assert "Evidently must be importable, got a Python without it; its figures are left out. install evidently==0.7.23" in said
    assert "set BENCH_NANNYML to its Python" in said


def test_the_tables_say_what_they_were_counted_on(monkeypatch, capsys):
    monkeypatch.setattr(drift_alarms, "SEEDS", 2)
    monkeypatch.setattr(drift_alarms, "SIZES", ((300, 50),))
    monkeypatch.setattr(drift_alarms, "POWER_SIZES", ((300, 300),))
    monkeypatch.setattr(drift_alarms, "kinds", lambda: {"words": KINDS["words"]})
    monkeypatch.setattr(drift_alarms, "peer_alarms", lambda name, _: {"words 300 50": "35% (7%)"} if name == "nannyml" else {})
    drift_alarms.main()
    said = capsys.readouterr().out
    assert "| words | 300 / 50 | 0.0% | 100.0% | 0.0% | – | 35% (7%) |" in said
    # 5 % + 3 √(0.05 · 0.95 / 2)
    assert "2 runs a line, seeds 0 to 1, significance 0.05, min_change 0.05, min_rows 200" in said
    assert "5% + 3 standard errors = 51.2%" in said
    assert said.count("| 300 / 300 |") == len(NUMBERS)
