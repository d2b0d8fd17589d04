"""Figures and measures of a trained model."""
