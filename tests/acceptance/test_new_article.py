"""A new article is two files and no Python; a wrong expectation is found with article, row and reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lawful.gate.rulebook import read_folder, shipped_folder
from lawful.law import Oracle, build_book
from lawful.law.changes import thing_from
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer
from tests.acceptance.conftest import Command

ARTICLE = """# PIPL art. 999 · A test of the mechanism

```toml
article     = "cn.pipl.999"
citation    = "个人信息保护法 第九百九十九条"
citation_en = "PIPL art. 999"
source      = "npc.2021-08-20"
verified    = true
provisions  = []
```

## In our words
Nobody publishes phone numbers on a day that this test invents.

## 用我们的话说
在本测试所设之日，任何人不得公开电话号码。

## How we read it
- This article exists in a test only.

## Rules
```toml
[[rule]]
id        = "cn.pipl.999.phones"
duty      = { en = "publish no phone numbers", zh = "不得公开电话号码" }
when      = ["operation = 'publish'", "has_any(data, 'phone')"]
otherwise = "block"
in_force  = 2026-11-01
```
"""
EXAMPLES = """# Examples for PIPL art. 999

```toml
rule = "cn.pipl.999.phones"
[base]
on = 2026-11-24
operation = "publish"
data = ["phone"]
data_state = "personal"
collected_in = "CN"
controller_role = "controller"
```

| except that | expect | because |
|---|---|---|
|  | unmet | a phone number |
| data = name | not_applicable | no phone number |
| data ?= phone | undetermined | whether it holds phone numbers decides |
| on = 2026-10-31 | not_applicable | the day before |
"""
USE = {
    "operation": "publish",
    "data": ["phone"],
    "data_state": "personal",
    "collected_in": "CN",
    "controller_role": "controller",
}


@pytest.fixture
def rulebook(tmp_path: Path) -> Path:
    folder = tmp_path / "rulebook"
    shutil.copytree(shipped_folder(), folder)
    (folder / "cn/pipl/art-999.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "cn/pipl/art-999.examples.md").write_text(EXAMPLES, encoding="utf-8")
    return folder


def test_two_files_and_it_decides(rulebook: Path) -> None:
    book = build_book(read_folder(rulebook))
    for on, answer in (("2026-11-24", Answer.UNMET), ("2026-10-31", Answer.NOT_APPLICABLE)):
        thing = thing_from(book.vocabulary, "use", {"on": on, **USE})
        assert Oracle(book).judge(thing)[RuleId("cn.pipl.999.phones")].answer is answer


def test_it_passes_the_check_and_a_wrong_expectation_does_not(
    lawful: Command, rulebook: Path
) -> None:
    ran = lawful("law", "check", "--rulebook", str(rulebook))
    assert (ran.code, ran.err) == (0, "")
    path = rulebook / "cn/pipl/art-999.examples.md"
    wrong = EXAMPLES.replace("|  | unmet | a phone", "|  | met | a phone")
    path.write_text(wrong, encoding="utf-8")
    ran = lawful("law", "check", "--rulebook", str(rulebook))
    assert ran.code == 1
    line = 1 + wrong.splitlines().index("|  | met | a phone number |")
    assert f"cn/pipl/art-999.examples.md:{line}" in ran.out
    assert "cn.pipl.999.phones answers unmet, not met" in ran.out
    assert "has no example that answers unmet" in ran.out
