"""The exported model: endpoints, formats, model card."""
