"""What the benchmark of train steps stands on: turns, peak memory, operations."""
