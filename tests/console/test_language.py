from __future__ import annotations

import re
import string

import pytest

from lawful.console.language import NoWords, choose, languages
from lawful.console.rendering import environment
from lawful.law import build_book
from tests.console.conftest import Door
from tests.law.files import rulebook_files

KEY = re.compile(r"""\bt\(\s*["']([a-z_0-9.]+)["']\s*[,)]""")
PREFIX = re.compile(r"""\bt(?:\.has)?\(\s*["']([a-z_.]+[._])["']\s*(?:\+|~)""")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_all_languages_say_the_same_things() -> None:
    first, *others = languages().values()
    for other in others:
        assert set(other.texts) == set(first.texts)
        for key, text in first.texts.items():
            assert blanks(text) == blanks(other.texts[key]), key
            assert other.texts[key].strip(), key


def test_every_key_that_a_template_uses_is_there() -> None:
    words = languages()["en"]
    made = environment("en")
    used, prefixes = set(), set()
    for name in made.list_templates():
        text, _, _ = made.loader.get_source(made, name)  # type: ignore[union-attr]  # it has one
        used |= set(KEY.findall(text))
        prefixes |= set(PREFIX.findall(text))
    assert len(used) > 100
    assert not {key for key in used if not words.has(key)}
    assert not {each for each in prefixes if not any(key.startswith(each) for key in words.texts)}


def test_chinese_is_chinese() -> None:
    texts = languages()["zh-Hans"].texts
    latin = {text for text in texts.values() if not re.search(r"[\u4e00-\u9fff]", text)}
    assert latin == {
        "、",
        "：",
        "。",
        "2026-11-24",
        "2026-11-24T09:00Z",
        "Python",
        "{words}",
        "{n} {unit}",
    }


def test_whoever_supplies_a_fact_has_a_name_in_every_language() -> None:
    facts = build_book(rulebook_files()).vocabulary.facts.values()
    named = {f"supplier.{each.supplier}" for each in facts}
    assert len(named) > 20
    assert named <= set(languages()["en"].texts)


def test_a_text_that_is_not_there_is_our_fault() -> None:
    with pytest.raises(NoWords):
        languages()["en"]("no.such.text")


@pytest.mark.parametrize(
    ("wishes", "accepted", "chosen"),
    [
        ((), "", "en"),
        (("zh-Hans",), "en", "zh-Hans"),
        (("zh-CN",), "", "zh-Hans"),
        (("xx", "zh"), "en", "zh-Hans"),
        ((), "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ((), "en;q=0.5, zh;q=0.9", "zh-Hans"),
        ((), "zh;q=0, en", "en"),
        ((), "zh;q=x", "en"),
        ((), "fr, de", "en"),
    ],
)
def test_choice_of_language(wishes: tuple[str, ...], accepted: str, chosen: str) -> None:
    assert choose(*wishes, accepted=accepted, known=languages()) == chosen


def test_address_beats_cookie_beats_browser(door: Door) -> None:
    def lang(path: str, **headers: str) -> str:
        return door.get(path, headers=headers).headers["content-language"]

    chinese = {"accept-language": "zh-CN"}
    assert lang("/law") == "en"
    assert lang("/law", **chinese) == "zh-Hans"
    assert lang("/law", **chinese, cookie="lang=en") == "en"
    assert lang("/law?lang=zh-Hans", cookie="lang=en") == "zh-Hans"


def test_the_switch_keeps_the_page(door: Door) -> None:
    text = door.get("/law?find=export&on=2024-01-01").text
    assert 'hreflang="zh-Hans" href="/law?find=export&amp;on=2024-01-01&amp;lang=zh-Hans"' in text


def test_links_hold_the_page_and_not_the_press_of_a_button(door: Door) -> None:
    form = {
        "sql": "SELECT 1 AS x",
        "do": "run",
        "purpose": "analytics",
        "as": "shop-dublin/data-science",
    }
    links = re.findall(r'href="(/query[?][^"]*)"', door.post("/query", form).text)
    assert links
    assert all("sql=SELECT+1" in each for each in links)
    assert not any("do=run" in each for each in links)
    chosen = re.findall(r'href="(/law[?][^"]*)"', door.get("/law?theme=dark&lang=zh&keys=off").text)
    assert not any(
        "theme=dark" in each or "lang=zh" in each or "keys=off" in each for each in chosen
    )


def test_theme_and_shortcuts_are_kept(door: Door) -> None:
    dark = door.get("/law?theme=dark")
    assert 'data-theme="dark"' in dark.text
    assert dark.headers["set-cookie"].startswith("theme=dark")
    assert "data-theme" not in door.get("/law?theme=pink").text
    assert 'data-keys="on"' in door.get("/law").text
    assert 'data-keys="off"' in door.get("/law", headers={"cookie": "keys=off"}).text


def test_citations_carry_their_language(door: Door) -> None:
    english, chinese = (
        door.get("/ask?example=1&lang=en").text,
        door.get("/ask?example=1&lang=zh").text,
    )
    assert re.search(r'class="cite" [^>]*lang="zh-Hans">个人信息保护法', english)
    assert not re.search(r'class="cite" [^>]*lang="zh-Hans"', chinese)
    american = door.get("/ask?example=3&lang=zh").text
    assert re.search(r'class="cite" [^>]*lang="en">18 USC', american)


def test_words_of_the_law_follow_the_page(door: Door) -> None:
    english, chinese = door.get("/law/cn.pipl.38").text, door.get("/law/cn.pipl.38?lang=zh").text
    assert "A handler that for its business needs" in english
    assert "因业务等需要" not in english
    assert "因业务等需要" in chinese
    assert "A handler that for its business needs" not in chinese
