"""When to retrain: profile, drift, performance, KPI, events, policy."""
