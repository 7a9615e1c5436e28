"""Batches in: reading, row and batch rules, label trust, split."""
