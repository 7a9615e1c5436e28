"""Ratchet's stages: one module a node of the DAG, one room a shared idea."""
