"""Files, text, the progress bar and the system; below everything but errors."""
