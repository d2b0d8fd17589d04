"""Images in files: reading, fitting, keeping them decoded."""
