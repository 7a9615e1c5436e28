"""The model: estimator from params, and the bundle it is kept in."""
