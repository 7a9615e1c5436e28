"""Is the candidate fast enough?"""

from stages.decision.rule import Evidence, Outcome, Rule, known
from stages.settings import Params


def latency_ratio(evidence: Evidence, params: Params) -> Rule:
    ratio, most = evidence.latency["batch"]["ratio_p50"], params.gate.max_latency_ratio
    old, new = evidence.latency["batch"]["baseline_p50_ms"], evidence.latency["batch"]["candidate_p50_ms"]
    if evidence.version == 0:
        why = "version 0 is a dummy: its speed is nothing to keep up with"
        return Rule(
            name="latency_ratio",
            outcome="pass",
            why=why,
            metric="p50_ms",
            segment=None,
            old=old,
            new=new,
            delta=None,
            threshold=most,
        )
    if not known(ratio, old, new):
        return Rule(
            name="latency_ratio",
            outcome="inconclusive",
            why="a batch was not timed",
            metric="p50_ms",
            segment=None,
            old=old,
            new=new,
            delta=None,
            threshold=most,
        )
    why = f"a batch takes {ratio:.2f} times as long as with the baseline, {most} is allowed"
    outcome: Outcome = "pass" if ratio <= most else "fail"
    return Rule(
        name="latency_ratio",
        outcome=outcome,
        why=why,
        metric="p50_ms",
        segment=None,
        old=old,
        new=new,
        delta=new - old,
        threshold=most,
        source="timed in turns in this run",
    )


def latency_budget(evidence: Evidence, params: Params) -> Rule:
    one, most = evidence.latency["one_row"]["candidate_p50_ms"], params.gate.max_latency_ms
    if not known(one):
        return Rule(
            name="latency_budget", outcome="inconclusive", why="one row was not timed", metric="p50_ms", new=one, threshold=most
        )
    why = f"one row takes {one:.1f} ms, the budget is {most} ms"
    return Rule(
        name="latency_budget", outcome="pass" if one <= most else "fail", why=why, metric="p50_ms", new=one, threshold=most
    )
