"""What is drawn of a model and its training."""
