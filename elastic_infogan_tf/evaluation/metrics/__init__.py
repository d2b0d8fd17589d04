"""What is measured of a model, one kind a file."""
