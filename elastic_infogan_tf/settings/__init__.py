"""What can be asked for: settings and the tables of methods and data sets (no NumPy)."""
