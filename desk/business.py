"""The business figure of the desk: the share of tickets solved at the first contact, day by day."""

from datetime import timedelta

import numpy as np
import pandas as pd

from desk.chance import KPI, stream
from desk.events import OUTAGE_DAYS
from desk.weeks import monday

_DAY_EFFECT = np.array([-0.012, 0.004, 0.008, 0.006, 0.0, -0.02, -0.028])
_OUTAGE_EFFECT = -0.11
_NOISE = 0.008


def first_contact_resolution(seed: int, week: int, share_right: float) -> pd.DataFrame:
    """Seven rows (date, kpi, value): 0.30 + 0.50 * share routed right + day of the week + outage + noise."""
    if not 0 <= share_right <= 1:
        raise ValueError(f"desk: share_right must lie between 0 and 1, got {share_right}")
    days = [monday(week) + timedelta(days=day) for day in range(7)]
    outage = np.array([OUTAGE_DAYS[0] <= day <= OUTAGE_DAYS[1] for day in days])
    noise = stream(seed, KPI, week).normal(0, _NOISE, 7)
    value = 0.30 + 0.50 * share_right + _DAY_EFFECT + _OUTAGE_EFFECT * outage + noise
    return pd.DataFrame(
        {
            "date": pd.Series([day.isoformat() for day in days], dtype="str"),
            "kpi": pd.Series(["first_contact_resolution"] * 7, dtype="str"),
            "value": np.clip(value, 0, 1).round(3),
        }
    )
