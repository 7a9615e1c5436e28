"""How good both models are on the same rows: scores, paired intervals, segments, latency."""
