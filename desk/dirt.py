"""What goes wrong on the way out of the desk's systems: a few unreadable rows every week, one bad export."""

import pandas as pd

from desk.chance import DIRT, stream

USUAL_SHARE = 0.004
BAD_EXPORT_WEEK, BAD_EXPORT_SHARE = 17, 0.03


def soil(tickets: pd.DataFrame, seed: int, week: int) -> pd.DataFrame:
    """Some rows lose their body, others name a channel that does not exist; in one week an export bug hits more of them."""
    rng = stream(seed, DIRT, week)
    share = BAD_EXPORT_SHARE if week == BAD_EXPORT_WEEK else USUAL_SHARE
    hit = rng.random(len(tickets)) < share
    empty = rng.random(len(tickets)) < 0.5
    return tickets.assign(body=tickets["body"].mask(hit & empty, ""), channel=tickets["channel"].mask(hit & ~empty, "fax"))
