"""Clusters of features: a neighbour graph cut by linkage, without labels. NumPy only."""
