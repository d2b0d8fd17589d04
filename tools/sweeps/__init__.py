"""What `tools.sweep` is made of: the grid of runs, one run as a process, many of them, the cost."""
