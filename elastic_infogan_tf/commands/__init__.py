"""Parsing, help and exit codes of the commands."""
