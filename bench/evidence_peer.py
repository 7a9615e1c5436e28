"""What fairlearn takes for one macro F1 in each group, drawn again 100 times: runs in fairlearn's own environment.

Usage: python -m bench.evidence_peer      prints the processor seconds as JSON
"""

import json
import time
import warnings

import numpy as np
from sklearn.metrics import f1_score

ROWS, LABELS, GROUPS, DRAWS, SEED = 10_000, 6, 50, 100, 20260105


def answers(rows: int, labels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truth, a baseline's and a candidate's answers, and one of 50 groups of each row, all as numbers."""
    random = np.random.default_rng(SEED)
    truth = random.choice(labels, rows, p=random.dirichlet(np.full(labels, 3.0)))
    old, new = (np.where(random.random(rows) < right, truth, random.integers(0, labels, rows)) for right in (0.8, 0.82))
    return truth, old, new, random.integers(0, GROUPS, rows)


def macro(truth: np.ndarray, answer: np.ndarray) -> float:
    """Macro F1 as a function with a name, as fairlearn wants it."""
    return float(f1_score(truth, answer, average="macro"))


def main() -> None:
    """Time the frame alone, once all is imported and made."""
    from fairlearn.metrics import MetricFrame

    warnings.simplefilter("ignore")
    truth, _, new, groups = answers(ROWS, LABELS)
    started = time.process_time()
    MetricFrame(
        metrics=macro,
        y_true=truth,
        y_pred=new,
        sensitive_features=groups,
        n_boot=DRAWS,
        ci_quantiles=[0.05, 0.95],
        random_state=SEED,
    )
    print(json.dumps({"cpu_s": time.process_time() - started}))


if __name__ == "__main__":
    main()
