"""Results side by side: the paper's tables and curves over epochs."""
