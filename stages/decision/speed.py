"""Is the candidate fast enough, beside the baseline and for whoever waits for an answer?"""

from stages.decision.rule import Evidence, Outcome, Rule, known
from stages.settings import Params

TIMED = "timed in turns in this run"


def latency_ratio(evidence: Evidence, params: Params) -> Rule:
    """The median of a batch must not take longer than allowed; its 95th percentile must not be shown to."""
    batch = evidence.latency["batch"]
    old, new = batch.get("baseline_p50_ms"), batch.get("candidate_p50_ms")
    most = params.gate.max_latency_ratio
    outcome, why = _held_up(evidence, most)
    delta = new - old if known(old, new) else None
    return Rule(
        name="latency_ratio",
        outcome=outcome,
        why=why,
        metric="p50_ms",
        old=old,
        new=new,
        delta=delta,
        threshold=most,
        source=TIMED,
    )


def latency_budget(evidence: Evidence, params: Params) -> Rule:
    """One row must not take longer than the budget says."""
    one, most = evidence.latency["one_row"].get("candidate_p50_ms"), params.gate.max_latency_ms
    if not known(one):
        return Rule(name="latency_budget", outcome="inconclusive", why="one row was not timed", metric="p50_ms", threshold=most)
    why = f"one row takes {one:.1f} ms, the budget is {most} ms"
    outcome: Outcome = "pass" if one <= most else "fail"
    return Rule(name="latency_budget", outcome=outcome, why=why, metric="p50_ms", new=one, threshold=most)


def _held_up(evidence: Evidence, most: float) -> tuple[Outcome, str]:
    if evidence.version == 0:
        return "pass", "version 0 is a dummy: its speed is nothing to keep up with"
    names = [f"ratio_{label}{part}" for label in ("p50", "p95") for part in ("", "_lower", "_upper")]
    p50, p50_lower, p50_upper, p95, p95_lower, p95_upper = (evidence.latency["batch"].get(name) for name in names)
    if not known(p50, p50_lower, p50_upper, p95, p95_lower, p95_upper):
        return "inconclusive", "a batch was not timed"
    median = f"a batch takes {p50:.2f} times as long as with the baseline ({p50_lower:.2f} … {p50_upper:.2f}), {most} is allowed"
    slowest = f"; the slowest in 20 take {p95:.2f} times as long ({p95_lower:.2f} … {p95_upper:.2f})"
    if p50 > most and p50_lower > most:
        return "fail", median
    if p95_lower > most:
        return "fail", median + slowest
    if p50 > most:
        return "inconclusive", f"{median}: too noisy to tell; raise evaluate.latency_rounds, or run on a quiet machine"
    return "pass", median
