"""Commands against prohibitions, in both directions, each with a witness that an answer confirms."""

from __future__ import annotations

from pathlib import Path

import pytest

from lawful.analyse import Collisions, Moment, find_conflicts
from lawful.analyse.words import all_texts
from lawful.decide.explain import explain
from lawful.law.book import build_book
from lawful.terms.outcomes import Outcome
from tests.analyse.conftest import NOW
from tests.law.files import rulebook_files

CLOUD = "us.cloud.2713.disclose"
ARTICLE = """# A demand of a mainland authority

```toml
article     = "cn.dsl.99"
citation    = "数据安全法 第九十九条"
citation_en = "DSL art. 99"
source      = "npc.2021-06-10"
verified    = true
provisions  = []
```

## Rules
```toml
[[command]]
id       = "cn.dsl.99.hand_over"
duty     = { en = "hand the data over to the authority", zh = "配合调取数据" }
when     = ["compelled_by = 'CN'"]
commands = ["operation = 'disclose'", "recipient_role = 'authority'", "recipient_region = 'CN'"]
```
"""
EXAMPLES = """# Examples

```toml
rule = "cn.dsl.99.hand_over"
[base]
on = 2026-11-24
compelled_by = "CN"
stored_in = ["CN"]
```

| except that | expect | because |
|---|---|---|
|  | applies | demanded |
| compelled_by = none | not_applicable | nobody demands it |
| compelled_by ?= | undetermined | who demands it? |
"""


@pytest.fixture(scope="module")
def found(now: Moment) -> Collisions:
    return find_conflicts(now, only=(CLOUD,))


def pairs(found: Collisions) -> set[tuple[str, str]]:
    return {(each.command.id, each.rule.id) for each in found.found}


@pytest.mark.parametrize("rule", ["cn.dsl.36.disclose", "cn.pipl.41.disclose"])
def test_a_foreign_order_for_data_in_the_mainland(found: Collisions, rule: str) -> None:
    each = next(each for each in found.found if each.rule.id == rule)
    assert each.command.id == CLOUD
    assert each.sure
    assert each.direct
    assert each.outcome is Outcome.PROHIBITED
    texts = all_texts(found.moment.book, each.facts)
    assert "has_any(stored_in, 'CN')" in texts
    assert "NOT authority_approval" in texts


def test_a_demand_of_the_mainland_for_people_in_the_union(tmp_path: Path) -> None:
    """The other direction, with a command in two files and no Python."""
    files = rulebook_files()
    files["cn/dsl/art-099.md"] = ARTICLE.encode()
    files["cn/dsl/art-099.examples.md"] = EXAMPLES.encode()
    # stored in the Union or in the mainland, the demand is met by the Regulation all the same
    instrument = files["cn/dsl/instrument.toml"].decode()
    files["cn/dsl/instrument.toml"] = instrument.replace(
        """use = ["has_any(stored_in, 'CN')"]""", 'use = ["TRUE"]'
    ).encode()
    moment = Moment(book=build_book(files), day=NOW)
    found = find_conflicts(moment, only=("cn.dsl.99.hand_over",))
    assert ("cn.dsl.99.hand_over", "eu.gdpr.48.order") in pairs(found)
    each = next(each for each in found.found if each.command.id == "cn.dsl.99.hand_over")
    assert each.sure


def test_every_witness_is_a_conflict_in_a_full_answer(found: Collisions) -> None:
    for each in found.found:
        moment = found.moment
        answer = explain(moment.decider, moment.place(each.witness), cures=False)
        met = {(one.command.id, one.rule.id): one.sure for one in answer.conflicts}
        assert met[each.command.id, each.rule.id] is each.sure
        assert answer.outcome is each.outcome


def test_a_reading_that_resolves_a_conflict_wholly() -> None:
    """Where a prohibition stands on a reading, its other option is named."""
    files = rulebook_files()
    path = "cn/dsl/art-036.md"
    text = files[path].decode()
    text = text.replace("authority_kind IN ('court', 'law_enforcement') OR (", "(").replace(
        "controller_region = 'CN' OR",
        "reading('FR-1') = 'regulators_too' AND controller_region = 'CN' OR",
    )
    book = build_book({**files, path: text.encode()})
    found = find_conflicts(Moment(book=book, day=NOW), only=(CLOUD,))
    each = next(each for each in found.found if each.rule.id == "cn.dsl.36.disclose")
    resolved = {(one.reading, one.option): one.wholly for one in each.resolved_by}
    assert resolved["FR-1", "courts_and_police"] is True


def test_what_meets_by_chance_comes_last(found: Collisions) -> None:
    direct = [each.direct for each in found.found]
    assert direct == sorted(direct, reverse=True)
    by_chance = {each.rule.id for each in found.found if not each.direct}
    assert "eu.dsa.28.2.minors" in by_chance
    assert "eu.gdpr.48.order" not in by_chance
