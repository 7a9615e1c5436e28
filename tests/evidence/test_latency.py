"""Latency: finite, in turns, on the same rows."""

import math

import pandas as pd

from stages.evidence.latency import latency

FRAME = pd.DataFrame({"x": range(7)})


class Heard:
    """Notes who was asked, and for how many rows."""

    def __init__(self, name: str, heard: list[tuple[str, int]]) -> None:
        self.name, self.heard = name, heard

    def predict(self, frame: pd.DataFrame) -> None:
        self.heard.append((self.name, len(frame)))


def asked(seed: int) -> list[tuple[str, int]]:
    heard: list[tuple[str, int]] = []
    latency(Heard("old", heard), Heard("new", heard), FRAME, 20, seed)
    return heard


def test_both_models_are_asked_once_a_turn_for_one_row_and_for_the_batch():
    heard = asked(1)
    # 20 rounds and 2 turns to warm up, for one row and then for the batch
    assert [rows for _, rows in heard] == [1] * 44 + [7] * 44
    turns = [heard[k : k + 2] for k in range(0, len(heard), 2)]
    assert all({name for name, _ in turn} == {"old", "new"} for turn in turns)


def test_who_goes_first_changes_and_follows_the_seed():
    firsts = [name for name, _ in asked(1)[::2]]
    assert set(firsts) == {"old", "new"}
    assert asked(1) == asked(1)
    assert asked(1) != asked(2)


def test_every_figure_is_a_finite_positive_number():
    found = latency(Heard("old", []), Heard("new", []), FRAME, 5, 1)
    assert found["batch"].pop("rows") == 7
    assert set(found["batch"]) == set(found["one_row"])
    assert all(math.isfinite(value) and value > 0 for part in found.values() for value in part.values())


def test_the_ratio_is_candidate_over_baseline():
    found = latency(Heard("old", []), Heard("new", []), FRAME, 5, 1)["one_row"]
    assert found["ratio_p50"] == found["candidate_p50_ms"] / found["baseline_p50_ms"]
