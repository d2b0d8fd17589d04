"""What the benchmarks of train steps stand on: turns, steps, operations, memory, tables."""
