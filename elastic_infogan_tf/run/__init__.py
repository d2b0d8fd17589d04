"""One run's life: its folder, its training, its report, its export."""
