"""Is the loop as a whole healthy? What its own records say over all versions; pure, from what was read."""
