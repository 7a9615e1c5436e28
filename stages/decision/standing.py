"""May this candidate be judged at all, and by this comparison?"""

from stages.decision.rule import Evidence, Rule


def wanted(evidence: Evidence) -> Rule:
    verdict = evidence.trigger["verdict"]
    why = f"the trigger says {verdict}: {'; '.join(evidence.trigger['reasons'])}"
    return Rule(name="trigger", outcome="pass" if verdict == "retrain" else "fail", why=why)


def unseen(evidence: Evidence) -> Rule:
    compared = evidence.comparison["compared"]
    late = compared["trained_past_holdout"]
    if not late:
        return Rule(
            name="unseen_holdout",
            outcome="pass",
            why=f"both models stopped learning before the holdout starts on {compared['holdout_starts']}",
        )
    why = (
        f"the {' and the '.join(late)} trained past {compared['holdout_starts']}, where the holdout starts: not a fair comparison"
    )
    return Rule(name="unseen_holdout", outcome="fail" if "candidate" in late else "inconclusive", why=why)


def not_rejected(evidence: Evidence) -> Rule:
    return Rule(
        name="not_rejected",
        outcome="fail" if evidence.rejected else "pass",
        why=evidence.rejected or "neither rolled back before nor held on other rows",
    )


def comparable(evidence: Evidence) -> Rule:
    return Rule(
        name="baseline_commit",
        outcome="inconclusive" if evidence.doubt else "pass",
        why=evidence.doubt or f"old values come from {evidence.source}",
    )


def first_promotion(evidence: Evidence) -> list[Rule]:
    if evidence.version:
        return []
    return [
        Rule(
            name="first_promotion",
            outcome="inconclusive",
            why="version 0 is a dummy: the first real model needs a person's approval",
        )
    ]
