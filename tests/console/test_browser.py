"""The console in a real Chromium: accessible, in its frame, by keyboard, without script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lawful.analyse import Collisions
from lawful.console.background import Background
from lawful.gate.deployment import Deployment

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LOOKS = list(product(("light", "dark"), ("en", "zh-Hans"), (1440, 390)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield launched
        launched.close()


def opened(
    browser: Browser, theme: str = "light", lang: str = "en", width: int = 1440, **more: bool
) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        locale=lang,
        **more,  # type: ignore[arg-type]  # our flags
    )
    context.set_default_timeout(20_000)
    return context


def complaints(page: Page) -> list[str]:
    """What the browser says against a page: its errors, and what its content policy blocked."""
    found: list[str] = []
    page.on(
        "console",
        lambda message: (
            found.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


UNFOLD = "for (const each of document.querySelectorAll('details:not(.pick)')) each.open = true"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def axe(page: Page) -> str:
    """What axe finds against the page; empty when nothing."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, context={"exclude": [["datalist"]]}, options=options)
    return f"{page.url}: {found.generate_report()}" if found.violations_count else ""


def queried(page: Page, address: str) -> None:
    page.goto(f"{address}/query")
    page.click("button[value=run]")
    page.wait_for_selector(".hid")


@pytest.mark.parametrize(("theme", "lang", "width"), LOOKS)
def test_accessible_and_within_the_frame(
    browser: Browser,
    address: str,
    conflicts_known: Deployment,
    theme: str,
    lang: str,
    width: int,
) -> None:
    """axe finds nothing at WCAG 2.2 AA; nothing is wider than the window."""
    context = opened(browser, theme, lang, width)
    page = context.new_page()
    said = complaints(page)
    for path in (
        "/ask?example=1",
        "/duties?example=1",
        "/query",
        "/law/cn.data_export_security_assessment_2022",
        "/law/cn.pipl.23",
        "/law/conflicts",
        "/evidence",
    ):
        if path == "/query":
            queried(page, address)
        else:
            page.goto(address + path)
        assert page.get_attribute("html", "lang") == lang
        assert page.evaluate(FITS), path
        assert axe(page) == ""
    assert said == []
    context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_what_is_folded_away_is_accessible_too(
    browser: Browser, address: str, conflicts_known: Deployment, theme: str, width: int
) -> None:
    context = opened(browser, theme, "en", width)
    page = context.new_page()
    for path in (
        "/ask?example=3",
        "/duties",
        "/duties?example=2",
        "/law",
        "/law/readings",
        "/law/conflicts?regime=EU",
        "/law/compare?from=2025-12-31&to=2026-01-01",
        "/law/cn.pipl",
        "/law/eu.gdpr.33",
    ):
        page.goto(address + path)
        page.evaluate(UNFOLD)
        assert page.evaluate(FITS), path
        assert axe(page) == ""
    page.goto(f"{address}/ask")
    page.click("details.pick summary >> nth=0")
    assert page.evaluate(FITS)
    assert axe(page) == ""
    context.close()


def test_shortcuts_lead_where_they_say_and_can_be_switched_off(
    browser: Browser, address: str
) -> None:
    context = opened(browser)
    page = context.new_page()
    page.goto(f"{address}/law")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "find"
    page.keyboard.type("g q?")
    assert page.url == f"{address}/law"
    assert page.input_value(".find") == "g q?"
    page.goto(f"{address}/law")
    for letter, path in (
        ("q", "/query"),
        ("d", "/duties"),
        ("e", "/evidence"),
        ("l", "/law"),
        ("a", "/ask"),
    ):
        page.keyboard.press("g")
        with page.expect_navigation():
            page.keyboard.press(letter)
        assert page.url == address + path
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('shortcuts').open")
    page.click("text=Switch them off")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") != "find"
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_timeout(100)
    assert page.url.startswith(f"{address}/ask")
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_page_that_waits_follows_by_itself(
    browser: Browser,
    address: str,
    collisions: Collisions,
    monkeypatch: pytest.MonkeyPatch,
    script: bool,
) -> None:
    """The work goes on in the background; the page that says so turns into the list, nobody pressing."""
    let_go = threading.Event()

    def slow(moment: object, progress: Callable[..., None]) -> Collisions:
        progress(None, 3, 4)
        let_go.wait()
        return collisions

    background = Background()
    monkeypatch.setattr("lawful.console.pages.conflicts.BACKGROUND", background)
    monkeypatch.setattr("lawful.analyse.told.find_conflicts", slow)
    context = opened(browser, java_script_enabled=script)
    page = context.new_page()
    said = complaints(page)
    page.goto(f"{address}/law/conflicts?on={'2026-10-01' if script else '2026-10-02'}")
    page.wait_for_selector("text=Commands done: 2 of 4.")
    if script:
        assert axe(page) == ""
        page.evaluate("window.kept = true")
    assert page.get_attribute("progress", "value") == "2"
    let_go.set()
    page.wait_for_selector("#us-cn .entry")
    assert page.query_selector("progress") is None
    if script:
        assert page.evaluate("window.kept") is True
    background.stop()
    assert said == []
    context.close()


def test_conflicts_are_filtered_by_keyboard_alone(
    browser: Browser, address: str, conflicts_known: Deployment
) -> None:
    context = opened(browser)
    page = context.new_page()
    page.goto(f"{address}/law/conflicts")
    page.focus("select[name=instrument]")
    page.keyboard.type("GDPR")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "instrument=eu.gdpr" in page.url
    page.focus(".entry details summary >> nth=0")
    page.keyboard.press("Enter")
    assert page.is_visible("text=Ask this case >> nth=0")
    context.close()


def test_a_question_is_asked_by_keyboard_alone(browser: Browser, address: str) -> None:
    context = opened(browser)
    page = context.new_page()
    page.goto(f"{address}/ask")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.focus("#f-operation")
    page.keyboard.type("share")
    page.focus("details.pick summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert "identifier" in page.inner_text("details.pick summary .chosen")
    page.keyboard.press("Escape")
    page.focus("button.go")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.is_visible(".verdict")
    assert "operation=share" in page.url
    assert "data=identifier" in page.url
    context.close()


def test_duties_are_listed_by_keyboard_alone(browser: Browser, address: str) -> None:
    """Choose a thing, answer a question, press the button: the list comes, and says what is open."""
    context = opened(browser)
    page = context.new_page()
    said = complaints(page)
    page.goto(f"{address}/duties")
    page.focus(".tiles a >> nth=0")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus("#f-offered_in")
    page.keyboard.type("CN")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "offered_in=CN" in page.url
    assert page.is_visible("#v")
    page.focus("section.verdict a[href='#thing']")
    page.keyboard.press("Enter")
    assert page.url.endswith("#thing")
    page.focus("details summary >> nth=0")
    page.keyboard.press("Enter")
    assert said == []
    context.close()


def test_two_days_are_compared_by_keyboard_alone(browser: Browser, address: str) -> None:
    context = opened(browser)
    page = context.new_page()
    page.goto(f"{address}/law/compare")
    page.fill("input[name=from]", "2024-03-21")
    page.focus("input[name=to]")
    page.keyboard.press("Control+a")
    page.keyboard.type("2024-03-22")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "from=2024-03-21&to=2024-03-22" in page.url
    assert page.is_visible("svg.strip >> nth=0")
    context.close()


def test_duties_work_without_script(browser: Browser, address: str) -> None:
    context = opened(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/duties")
    page.click("text=An incident >> nth=0")
    page.fill("#f-established_in", "DE")
    page.check("input[name=incident_effects][value=personal_data]")
    page.click("#thing button.go >> nth=0")
    assert page.input_value("#f-established_in") == "DE"
    assert page.is_checked("input[name=incident_effects][value=personal_data]")
    assert page.is_visible("#v")
    context.close()


def test_everything_works_without_script(browser: Browser, address: str) -> None:
    context = opened(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/")
    assert "Not yet" in page.inner_text("#v")
    page.click("text=Ask with this >> nth=0")
    assert "Clear to proceed" in page.inner_text("#v")
    page.click("nav >> text=Query")
    page.click("button[value=apply]")
    assert "Clear after" in page.inner_text("#v")
    page.click(".rows .cite >> nth=1")
    assert "/law/" in page.url
    page.click("nav >> text=Evidence")
    page.click("text=Verify the whole log")
    assert "The proof holds" in page.inner_text(".verdict")
    page.click(".rows a.mono >> nth=0")
    assert "Proof checked" in page.inner_text(".verdict")
    page.click("text=简体中文")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    page.click("footer >> text=深色")
    assert page.get_attribute("html", "data-theme") == "dark"
    context.close()


def test_verification_comes_in_place_with_script(browser: Browser, address: str) -> None:
    context = opened(browser)
    page = context.new_page()
    said = complaints(page)
    page.goto(f"{address}/evidence")
    page.evaluate("window.kept = true")
    page.click("text=Verify the whole log")
    page.wait_for_selector("main .verdict.ok")
    assert page.evaluate("window.kept") is True
    assert said == []
    context.close()


def test_the_theme_follows_the_system_and_the_choice(browser: Browser, address: str) -> None:
    context = opened(browser, theme="dark")
    page = context.new_page()
    colour = "getComputedStyle(document.body).backgroundColor"
    page.goto(f"{address}/law")
    dark = page.evaluate(colour)
    page.goto(f"{address}/law?theme=light")
    light = page.evaluate(colour)
    page.goto(f"{address}/law")
    assert page.evaluate(colour) == light != dark
    context.close()


def test_paper_has_no_navigation_and_prints_where_links_lead(
    browser: Browser, address: str
) -> None:
    context = opened(browser)
    page = context.new_page()
    page.goto(f"{address}/ask?example=1")
    page.emulate_media(media="print")
    assert not page.is_visible("nav.side")
    assert not page.is_visible("header.top")
    assert not page.is_visible("button.go")
    link = "getComputedStyle(document.querySelector('.verdict a'), '::after').content"
    assert "/law/" in page.evaluate(link)
    assert page.evaluate(FITS)
    assert len(page.pdf()) > 10_000
    page.goto(f"{address}/law/cn.data_export_security_assessment_2022")
    assert page.is_visible("svg.fluid")
    assert not page.is_visible("form.asof")
    assert page.evaluate(FITS)
    context.close()
