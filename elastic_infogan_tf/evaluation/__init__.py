"""Figures and metrics of a trained model."""
