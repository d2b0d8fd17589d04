"""A real headless Chromium for tests of pages; they are skipped, with the reason, without one."""

import contextlib
import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextlib.contextmanager
def browser():
    """Starts the system's Chromium, driven by playwright, and ends it."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)})")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0  # its sandbox refuses root
    with driver.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found, args=[*quiet, *(["--no-sandbox"] if is_root else [])]
        )
        try:
            yield started
        finally:
            started.close()
