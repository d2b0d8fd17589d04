"""The page of a run in a real headless Chromium, on a wide screen and on a phone's."""

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.report.page import write_page
from tests.chromium import browser
from tests.run.run_folders import make_results, make_run, write_thumbnails

NAMES = ("<b>bold</b> & co", "w" * 200, "\u4e2d\u6587", "\u202egnp.exe", *"efghij")


@pytest.fixture(scope="module")
def chromium():
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    results = make_results(
        code_counts=[5] * 10, frequent_classes=[0] * 10, frequent_shares=[0.4] * 10
    )
    root = tmp_path_factory.mktemp("runs") / "<i>my run"
    folder = make_run(root, results=results, names=NAMES, source="x" * 300)
    write_thumbnails(folder, NAMES)
    write_page(folder)
    return folder.page


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_whole_and_without_a_complaint(chromium, page_file, tmp_path, width):
    page = chromium.new_page(viewport={"width": width, "height": 844})
    messages, urls = [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: urls.append(request.url))
    page.goto(page_file.as_uri())
    assert page.title() == "mnist: 10 groups of 42,752 images"
    loaded = "images => images.map(one => one.complete && one.naturalWidth > 0)"
    assert page.eval_on_selector_all("img", loaded) == [True] * 104
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#warnings").bounding_box()["y"] < 844 / 2
    assert page.locator("b, i, script").count() == 0 and NAMES[0] in page.inner_text("#images")
    sizes = "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    assert min(page.eval_on_selector_all(".group p, .group strong, .group span", sizes)) >= 12
    counts = "all => all.map(one => one.querySelectorAll('img').length)"
    assert page.eval_on_selector_all(".group", counts) == [10] * 10 + [1]
    sources = page.eval_on_selector_all("img", "all => all.map(one => one.src)")
    assert len(set(sources)) == len(sources)
    # A chart is as large as it was drawn, in a box of its own: its smallest text has 12 pixels.
    scale = "all => all.map(one => one.clientWidth / one.naturalWidth)"
    charts = page.eval_on_selector_all(".figure:not(.narrow) img", scale)
    assert min(charts) > 0.9 or width > 390
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    pixels = np.asarray(Image.open(tmp_path / "page.png").convert("L"))
    assert pixels.shape[1] == width and pixels.shape[0] > 2 * 844 and pixels.std() > 10
    assert messages == []
    assert {url for url in urls if not url.startswith("data:")} == {page_file.as_uri()}
    page.close()
