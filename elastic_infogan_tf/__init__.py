"""Elastic-InfoGAN: object identity from unlabelled, class-imbalanced images.

Importing the package imports neither TensorFlow nor any of its parts and changes no global state.
"""

__version__ = "0.1.0"
