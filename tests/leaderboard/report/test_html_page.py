"""The page that needs no server: it trusts nobody, and sorts and filters in a browser."""

from dataclasses import replace

from plotly.offline import get_plotlyjs

from leaderboard.records.record import Labels
from leaderboard.report import html_page


def test_the_page_needs_no_server_and_trusts_nobody(records, tmp_path):
    evil = "</script><script>alert(1)</script>"
    page = html_page.page([*records, replace(records[3], checkpoint=evil, method=evil, on_hub=False)])
    assert evil not in page
    assert "&lt;/script&gt;" in page
    for word in ("<script src=", "<link", 'href="http://', "cdn."):
        assert word not in page.replace(get_plotlyjs(), "")
    assert 'href="https://huggingface.co/ann/discs/tree/0000000000000000000000000000000000000003"' in page
    assert "1 of 6 results do not say what their labels cost" in page


def test_the_page_says_labels_as_people_do(records):
    page = html_page.page([replace(records[0], labels=Labels(cue="people", label_seconds=9.0))])
    assert page.count("scribbles drawn by people") >= 2  # in the table and in the figure


def test_the_page_in_a_browser(records, tmp_path, browser):
    (tmp_path / "board.html").write_text(html_page.page(records), encoding="utf-8")
    tab = browser.new_page()
    problems = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:", "blob:")) else problems.append(request.url),
    )
    tab.goto((tmp_path / "board.html").as_uri())
    tab.wait_for_selector(".scatterlayer .point")
    assert tab.locator("tbody tr").count() == 5
    tab.locator("th", has_text="value").click()
    first = tab.locator("tbody tr").first.inner_text()
    assert "cam" in first
    tab.locator("input").fill("probe points")
    assert tab.locator("tbody tr:visible").count() == 1
    tab.close()
    assert problems == []
