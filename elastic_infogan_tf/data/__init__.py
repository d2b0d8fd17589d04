"""Data sets, their imbalanced draws and the input pipeline."""
