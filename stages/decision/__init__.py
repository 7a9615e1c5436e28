"""Promote, hold or review: the metrics diff, the rules, the verdict, the ledger."""
