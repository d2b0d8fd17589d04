"""From images in memory to the batches of a training."""
