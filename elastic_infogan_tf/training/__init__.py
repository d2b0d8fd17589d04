"""Devices, checkpoints and callbacks of a training."""
