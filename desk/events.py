"""What happened around the desk; the world reacts to the incident and to the campaign."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from desk.weeks import monday

Event = Mapping[str, Any]

DEPLOYMENTS: Sequence[Event] = (
    {"at": "2026-02-10", "name": "help-form-2", "what": "New contact form on the web site"},
    {
        "at": "2026-04-07",
        "name": "vela-launch",
        "what": "Product Vela on sale, new product code in the ticket form",
    },
    {
        "at": "2026-05-25",
        "name": "kestrel-firmware-9",
        "what": "Firmware 9 rolled out to all Kestrel devices",
    },
    {"at": "2026-07-14", "name": "chat-widget-4", "what": "Chat opens on the order page"},
)
INCIDENTS: Sequence[Event] = (
    {
        "opened": "2026-05-26",
        "closed": "2026-05-29",
        "what": "Kestrel devices drop the connection after firmware 9",
    },
)
CAMPAIGNS: Sequence[Event] = (
    {
        "starts": "2026-03-09",
        "ends": "2026-03-22",
        "segments": ["product=quill"],
        "what": "Spring offer for Quill: more questions before the sale",
    },
)
OUTAGE_DAYS = (date(2026, 5, 26), date(2026, 5, 28))
CAMPAIGN_DAYS = (date(2026, 3, 9), date(2026, 3, 22))


def known_events(weeks: int) -> dict[str, list[dict[str, Any]]]:
    """Events begun before the end of the first `weeks` weeks; an incident still open has closed = None."""
    end = (monday(weeks) - timedelta(days=1)).isoformat()
    return {
        "deployments": [dict(event) for event in DEPLOYMENTS if event["at"] <= end],
        "incidents": [_as_known(event, end) for event in INCIDENTS if event["opened"] <= end],
        "campaigns": [{**event, "segments": list(event["segments"])} for event in CAMPAIGNS if event["starts"] <= end],
        "freezes": [],
    }


def _as_known(incident: Event, end: str) -> dict[str, Any]:
    closed = incident["closed"] if incident["closed"] <= end else None
    return {**incident, "closed": closed}
