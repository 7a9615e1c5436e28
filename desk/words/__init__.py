"""Word lists of the simulated desk, one module a language; all have the same shape."""
