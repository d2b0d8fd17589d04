"""The group of every image: assignment, names, folders, files."""
