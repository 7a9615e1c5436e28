"""What comes in: batches and feedback judged, quarantined, released and settled."""
