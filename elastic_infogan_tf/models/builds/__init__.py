"""From a run's settings to a model with fresh weights: a function `build` a file."""
