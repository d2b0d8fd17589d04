"""`report.html`: its sections, heading, warnings and template."""
