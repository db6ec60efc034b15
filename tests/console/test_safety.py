from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from starlette.datastructures import Headers

import lawful.console
from lawful.console.rendering import assets, prose
from lawful.console.safety import check_host, check_origin
from lawful.gate.deployment import Deployment
from tests.console.conftest import Door

HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
NASTY = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'"
PLACES = ["/ask", "/ask?example=1", "/query", "/law", "/evidence", "/healthz", "/static/lawful.css"]


@pytest.mark.parametrize("path", [*PLACES, "/nowhere"])
def test_policy_on_every_response(path: str, door: Door) -> None:
    headers = door.get(path).headers
    rules = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "cache-control" in headers


@pytest.mark.parametrize("path", PLACES[:-2])
def test_no_inline_script_or_style(path: str, door: Door) -> None:
    text = door.get(path).text
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:80@evil.example",
        "localhost:x",
        "",
        "[::1]",
    ],
)
def test_unknown_hosts_are_refused(host: str, door: Door) -> None:
    for path in ("/ask?example=1", "/healthz", "/nowhere"):
        found = door.get(path, headers={"host": host})
        assert found.status_code == 421
        assert "Lawful" not in found.text


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8420", "localhost:1", "LOCALHOST"])
def test_known_hosts_are_served(host: str, door: Door) -> None:
    assert door.get("/healthz", headers={"host": host}).status_code == 200
    assert check_host(host, ("127.0.0.1", "localhost")) is None


def test_two_hosts_are_none(door: Door) -> None:
    found = door.get("/healthz", headers=[("host", "127.0.0.1"), ("host", "evil.example")])
    assert found.status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8420"}, 403),
        ({"origin": "http://127.0.0.1:8420"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_posts_from_elsewhere_are_refused(
    headers: dict[str, str], status: int, door: Door, platform: Deployment
) -> None:
    before = platform.evidence.size()
    assert door.post("/evidence/verify", headers=headers).status_code == status
    queried = door.post("/query", {"sql": "SELECT 1", "do": "apply"}, headers=headers)
    assert (queried.status_code == 403) == (status == 403)
    if status == 403:
        assert platform.evidence.size() == before


def test_reading_is_free_whoever_links_here() -> None:
    assert check_origin("GET", Headers({"sec-fetch-site": "cross-site"})) is None
    assert check_origin("PUT", Headers({"sec-fetch-site": "cross-site"})) == "cross_site"


def test_a_question_from_elsewhere_is_filled_in_but_not_asked(
    door: Door, platform: Deployment
) -> None:
    before = platform.evidence.size()
    headers = {"sec-fetch-site": "cross-site", "accept": "application/json"}
    body = door.get("/ask?operation=share&data=phone", headers=headers).json()
    assert body["waiting"] is True
    assert body["answer"] is None
    assert body["question"] == {"operation": "share", "data": ["phone"]}
    assert platform.evidence.size() == before


@pytest.mark.parametrize(
    "path",
    [
        "/ask?operation={}",
        "/ask?{}=1",
        "/ask?on={}",
        "/law?find={}",
        "/law/{}",
        "/query?sql={}",
        "/query?store={}&purpose={}&as={}",
        "/ask?operation=use&purpose=analytics&persons={}",
        "/ask?operation=use&fulfilled:{}=true",
        "/ask?example={}",
        "/{}",
        "/ask?lang={}&theme={}",
    ],
)
def test_what_is_typed_is_escaped(path: str, door: Door) -> None:
    from urllib.parse import quote

    text = door.get(path.replace("{}", quote(NASTY, safe=""))).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_a_statement_is_escaped_wherever_it_is_shown(door: Door) -> None:
    sql = f"SELECT customer_id, '{NASTY.replace(chr(39), '')}' AS x FROM customers"
    for form in ({"sql": sql, "do": "run"}, {"sql": sql + " FROM", "do": "run"}):
        text = door.post("/query", form).text
        assert "&lt;script&gt;" in text
        assert "<script>alert" not in text


def test_headers_cannot_be_injected(door: Door) -> None:
    for path in (
        "/ask?lang=en%0d%0aset-cookie:x=y",
        "/law?find=x%0d%0aset-cookie:x=y",
        "/law/XB-6?on=2026-11-24%0d%0aset-cookie:x=y",
    ):
        found = door.get(path)
        assert found.status_code < 500
        cookies = found.headers.get_list("set-cookie")
        assert not any(each.startswith("x=") for each in cookies)
        assert "\r" not in found.headers.get("location", "")


def test_a_redirect_stays_here(door: Door) -> None:
    assert door.get("/law/XB-6").headers["location"].startswith("/law/cn.")


def test_prose_keeps_raw_html_and_scripts_out() -> None:
    text = str(prose("<script>x</script> [a](javascript:alert(1)) ![b](http://evil.example/p.png)"))
    assert "<script>" not in text
    assert 'href="javascript' not in text
    assert "<img" not in text


def test_cookies_are_for_the_server_only(door: Door) -> None:
    cookie = door.get("/law?lang=zh-Hans").headers["set-cookie"]
    assert cookie.startswith("lang=zh-Hans;")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_only_named_files_are_served(door: Door) -> None:
    assert door.get("/static/lawful.css").headers["content-type"].startswith("text/css")
    assert set(assets()) == {
        "NOTICE.md",
        "console.js",
        "htmx-4.0.1.min.js",
        "lawful.css",
        "mark.svg",
    }
    for name in ("app.py", "..%2fapp.py", "%2e%2e/app.py"):
        assert door.get(f"/static/{name}").status_code == 404


def test_the_vendored_file_is_the_one_told_of() -> None:
    folder = Path(lawful.console.__file__).parent / "static"
    assert hashlib.sha256((folder / "htmx-4.0.1.min.js").read_bytes()).hexdigest() == HTMX
    assert HTMX in (folder / "NOTICE.md").read_text(encoding="utf-8")


def test_a_form_that_is_too_large_is_refused(door: Door) -> None:
    assert door.post("/query", {"sql": "x" * 300_000}).status_code == 413
