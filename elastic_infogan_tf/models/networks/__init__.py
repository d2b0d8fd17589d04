"""The networks that the methods are made of, and their layers."""
