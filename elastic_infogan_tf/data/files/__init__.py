"""Images in files: reading, fitting, streaming, keeping them decoded."""
