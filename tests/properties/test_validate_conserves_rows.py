"""Every row that comes in is counted once, whatever the dirt: against a second implementation, row by row in plain Python."""

import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.errors import InputError

IDS = [f"i{k}" for k in range(24)]
LABELS = ["x", "NA", ""]
TIMES, COLORS, SIZES = ["too late", "01/10/2026", "in time"], ["mauve", "", "red", "blue"], ["-1", "oops", "", "inf", "1", "2.5"]
good = [st.sampled_from(IDS), st.just("in time"), st.sampled_from(["red", "blue"]), st.just("1"), st.sampled_from(LABELS)]
dirty = [st.sampled_from([*IDS, ""]), *map(st.sampled_from, (TIMES, COLORS, SIZES, LABELS))]
row = st.one_of(st.tuples(*good), st.tuples(*good), st.tuples(*dirty))
answer = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(LABELS),
    st.sampled_from(["ann", "bob", "cyd"]),
    st.sampled_from(["correct", "confirm", "skip", "?"]),
)
worlds = st.fixed_dictionaries(
    {
        "batches": st.lists(st.lists(row, min_size=2, max_size=8), min_size=4, max_size=6),
        "feedback": st.lists(answer, max_size=12),
        "golden": st.sets(st.sampled_from(IDS), max_size=2),
        "block_above": st.sampled_from([1.0, 0.9, 0.6, 0.3]),
        "min_agreement": st.sampled_from([0.51, 0.66, 1.0]),
        "maturity_days": st.integers(0, 1),
        "training_days": st.integers(2, 7),
        "holdout_batches": st.integers(1, 2),
    }
)


def day(k: int) -> date:
    return date(2026, 10, 1) + timedelta(days=k)


def write(project, world):
    for k, rows in enumerate(world["batches"]):
        times = {"in time": f"{day(k)}T10:00", "too late": f"{day(k + 1)}"}
        lines = [",".join((name, times.get(at, at), *rest)) for name, at, *rest in rows]
        project.write(f"raw/{day(k)}.csv", "\n".join(["id,at,color,size,label", *lines, ""]))
    project.write("feedback/2026-10.csv", "\n".join(["id,label,reviewer,action", *map(",".join, world["feedback"]), ""]))
    project.write("golden/set.csv", "\n".join(["id", *sorted(world["golden"]), ""]))


def surviving(world):
    """Per batch: the rows that pass every rule as (id, label), or None where the batch is blocked."""
    seen = set()
    for rows in world["batches"]:
        here, good = set(), []
        for name, at, color, size, label in rows:
            repeated = name in here
            here.add(name)
            numeric = size not in ("", "oops", "inf")
            if name and not repeated and at == "in time" and color in ("red", "blue") and not (numeric and float(size) <= 0):
                good.append((name, label))
        good = [(name, label) for name, label in good if name not in world["golden"] and name not in seen]
        blocked = not rows or 1 - len(good) / len(rows) > world["block_above"] + 1e-12
        if not blocked:
            seen |= {name for name, _ in good}
        yield None if blocked else good


def opinions(world):
    """The trusted label of every row that has one, and the rows in conflict."""
    last = {}
    for name, label, reviewer, action in world["feedback"]:
        if action in ("correct", "confirm") and label:
            last[name, reviewer] = label
    trusted, conflicts = {}, set()
    for name in {name for name, _ in last}:
        ((best, votes),) = Counter(own for (of, _), own in last.items() if of == name).most_common(1)
        share = votes / sum(of == name for of, _ in last)
        if share >= world["min_agreement"]:
            trusted[name] = best
        else:
            conflicts.add(name)
    return trusted, conflicts


def expected(world):
    """The counts of the report, or None where too few batches are left."""
    batches = list(surviving(world))
    accepted = [k for k, good in enumerate(batches) if good is not None]
    today = max(accepted, default=0)
    mature = [k for k in accepted if k <= today - world["maturity_days"]]
    judging = mature[-world["holdout_batches"] :]
    training = [k for k in mature if k not in judging and k > today - world["training_days"]]
    if not training:
        return None
    trusted, conflicts = opinions(world)
    counts = Counter()
    for k, (rows, good) in enumerate(zip(world["batches"], batches, strict=True)):
        counts["in"] += len(rows)
        if good is None:
            counts["blocked"] += len(rows)
            continue
        counts["quarantined"] += len(rows) - len(good)
        if k not in (*training, *judging):
            counts["expired" if k in mature else "immature"] += len(good)
            continue
        for name, label in good:
            role = "training" if k in training else "holdout"
            labelled = trusted.get(name) or label
            counts["quarantined" if name in conflicts else role if labelled else "unlabelled"] += 1
    return counts


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds)
def test_the_report_counts_what_a_second_implementation_counts(make_project, world):
    with tempfile.TemporaryDirectory() as folder:
        changes = {
            "batches.block_above": world["block_above"],
            "labels": {name: world[name] for name in ("maturity_days", "min_agreement")},
            "split": {"recent_batches": 1} | {name: world[name] for name in ("training_days", "holdout_batches")},
        }
        project = make_project(Path(folder) / "project", changes)
        write(project, world)
        wanted = expected(world)
        if wanted is None:
            with pytest.raises(InputError, match=r"must hold more than|training_days must reach back"):
                project.validate()
            assert project.bytes_of_outs() == {}
            return
        rows = project.validate()["rows"]
        assert {name: count for name, count in rows.items() if count} == +wanted
        assert rows.pop("in") == sum(rows.values())
        assert len(project.table("training")) == wanted["training"]
        assert len(project.table("holdout")) == wanted["holdout"]
