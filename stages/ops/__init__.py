"""The `ratchet` command, one file a verb; the only place that writes Git."""
