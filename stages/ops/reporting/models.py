"""The candidate beside the baseline: every metric before and after, by segment, by rule, how fast, and with which settings."""

from collections.abc import Iterator
from typing import Any

from stages.artefacts import COMPARISON, shown
from stages.drawing import short
from stages.ops.reporting.blocks import Block, Cell, Folded, Mark, Picture, Section, Table, Words, shortened
from stages.ops.reporting.read import Judged, Run
from stages.ops.verdict import rule_lines

LONGEST = 100  # letters of a setting or a name that are shown
MOST_SEGMENTS, MOST_SETTINGS = 60, 40
GAINS = "Gain of the candidate over the baseline, for all rows and for each segment, with bounds; left of zero is a loss."
ANSWERS = "For each class, how many more or fewer rows get each answer than from the baseline."
CALIBRATION = "How often each model is right, by how sure it says it is, above the number of rows."
GOLDEN = "The score of every version on the golden set, and of the candidate."
LATENCY = (("one_row", "one row"), ("batch", "a batch"))


def model_sections(judged: Judged, run: Run) -> Iterator[Section]:
    """All that is said of a candidate."""
    yield _metrics(judged)
    yield _segments(judged, run)
    yield _rules(judged)
    yield _settings(judged)
    yield _speed(judged)
    yield from _answers(run)


def _metrics(judged: Judged) -> Section:
    baseline = f"version {judged.decision['baseline']['version']}"
    holdout, beside = judged.comparison["holdout"], judged.comparison
    rows = [_moved(name, holdout["baseline"][name], holdout["candidate"][name]) for name in _names(holdout)]
    others = beside.get("calibration", {}) | ({"neg_mean_cost": beside["cost"]} if "cost" in beside else {})
    more = {_lower(name): own for name, own in others.items() if name not in holdout["baseline"]}
    rows += [_moved(name, own["baseline"], own["candidate"]) for name, own in more.items()]
    note = f"On the {holdout['n']:,} rows of the holdout, both models scored again in this run: the holdout moves with the data."
    table = Table(head=("metric", baseline, "candidate", "change"), rows=tuple(rows), numbers=(baseline, "candidate", "change"))
    golden = _golden(judged, baseline) if "golden" in judged.comparison else (Words("There is no golden set."),)
    return Section(title="Metrics before and after", blocks=(Words(note), table, *golden))


def _golden(judged: Judged, baseline: str) -> tuple[Block, ...]:
    golden, old = judged.comparison["golden"], judged.old
    note = f"On the {golden['n']:,} rows of the golden set, which are always the same."
    told = tuple(_moved(name, golden["baseline"][name], golden["candidate"][name]) for name in _names(golden))
    if old is None or not old.values:
        head = ("metric", baseline, "candidate", "change")
        return Words(note), Table(head=head, rows=told, numbers=head[1:])
    note += f" What was recorded comes from: {old.source}."
    rows = tuple((name, _recorded(old.values.get(f"golden.{name}")), *rest) for name, *rest in told)
    longer = ("metric", "recorded", f"{baseline} today", "candidate", "change")
    return Words(note), Table(head=longer, rows=rows, numbers=longer[1:])


def _segments(judged: Judged, run: Run) -> Section:
    gains, gate = judged.comparison["segments"], run.params.gate
    order = sorted(gains, key=lambda gain: (gain["delta"] is not None, gain["delta"] or 0.0, gain["segment"]))
    rows = [_segment(gain, gain["segment"] in gate.critical) for gain in order]
    head = ("segment", "rows", "before", "after", "change", "bounds")
    table = Table(head=head, rows=shortened(rows, MOST_SEGMENTS, str(COMPARISON)), numbers=head[1:])
    note = (
        f"{gate.primary} by segment. The bounds are one-sided ones at {100 * gate.confidence:g} %; the rules judge at the "
        "confidence that earlier attempts have left."
    )
    picture = Picture(name="gain", text=GAINS)
    if not rows:
        return Section(title="Segments", blocks=(Words("No segments are judged for themselves."), picture))
    folded = Folded(title=f"All {len(rows)} segments, the largest loss first", blocks=(table,))
    return Section(title="Segments", blocks=(Words(note), picture, folded))


def _segment(gain: dict[str, Any], critical: bool) -> tuple[Cell, ...]:
    lower, upper = gain["lower"], gain["upper"]
    bounds = "none" if lower is None or upper is None else f"{lower:+.4f} … {upper:+.4f}"
    name, moved = short(gain["segment"], LONGEST), _moved("", gain["baseline"], gain["candidate"])
    return (f"{name} (critical)" if critical else name, f"{gain['n']:,}", *moved[1:], bounds)


def _rules(judged: Judged) -> Section:
    rows = tuple((Mark(outcome), name, why) for outcome, name, why in rule_lines(judged.decision["rules"]))
    return Section(title="Every rule of the gate", blocks=(Table(head=("", "rule", "why"), rows=rows),))


def _settings(judged: Judged) -> Section:
    title = "Settings that changed"
    if judged.settings is None:
        return Section(title=title, blocks=(Words("The commit that promoted the baseline is not here to compare with."),))
    if not judged.settings:
        return Section(title=title, blocks=(Words("None: params.yaml is as it was when the baseline was promoted."),))
    rows = [(name, *around(own.get("old"), own.get("new"))) for name, own in sorted(judged.settings.items())]
    commit = str(judged.decision["baseline"]["commit"])[:7]
    table = Table(head=("setting", "before", "after"), rows=shortened(rows, MOST_SETTINGS, "params.yaml"))
    return Section(title=title, blocks=(Words(f"params.yaml since the baseline was promoted (dvc params diff {commit})."), table))


def around(old: Any, new: Any) -> tuple[str, str]:
    """Both values, the long ones cut down to where they begin to differ.

    Examples
    --------
    >>> around(None, 0.02)
    ('not set', '0.02')
    >>> around("a" * 200 + "1", "a" * 200 + "2")
    ('…aaaaaaaaaaaaaaaaaaaa1', '…aaaaaaaaaaaaaaaaaaaa2')
    """
    values = ["not set" if value is None else str(value) for value in (old, new)]
    if max(len(value) for value in values) <= LONGEST:
        return values[0], values[1]
    same = next((k for k, (a, b) in enumerate(zip(*values, strict=False)) if a != b), min(len(value) for value in values))
    start = max(0, same - 20)
    first, second = (("…" if start else "") + value[start:] for value in values)
    return short(first, LONGEST), short(second, LONGEST)


def _speed(judged: Judged) -> Section:
    rows = []
    for key, name in LATENCY:
        own = judged.latency[key]
        size = f"{name} of {own['rows']:,} rows" if "rows" in own else name
        for label, words in (("p50", "median"), ("p95", "slowest in 20")):
            old, new, ratio = (own.get(place) for place in (f"baseline_{label}_ms", f"candidate_{label}_ms", f"ratio_{label}"))
            rows.append((f"{size}, {words}", *(_timed(value, "ms") for value in (old, new)), _timed(ratio, "times")))
    head = ("", "before", "after", "ratio")
    note = "Both models timed in turns in this run, on the machine that it ran on."
    return Section(title="Speed", blocks=(Words(note), Table(head=head, rows=tuple(rows), numbers=head[1:])))


def _answers(run: Run) -> Iterator[Section]:
    """Pictures of what changed, where there are any."""
    shown_here = (("confusion_change", ANSWERS), ("calibration", CALIBRATION), ("golden", GOLDEN))
    pictures = tuple(Picture(name=name, text=text) for name, text in shown_here if name in run.pictures)
    if pictures:
        yield Section(title="How the answers change", blocks=pictures)


def _names(compared: dict[str, Any]) -> list[str]:
    return [name for name in compared["candidate"] if name != "n" and name in compared["baseline"]]


def _moved(name: str, old: float | None, new: float | None) -> tuple[str, str, str, str]:
    return name, shown(old), shown(new), "" if old is None or new is None else f"{new - old:+.4f}"


def _lower(name: str) -> str:
    return f"{name} (lower is better)" if name == "expected_calibration_error" else name


def _recorded(value: float | None) -> str:
    return "not recorded" if value is None else shown(value)


def _timed(value: float | None, unit: str) -> str:
    return "not timed" if value is None else f"{value:.2f}" if unit == "times" else f"{value:.1f} {unit}"
