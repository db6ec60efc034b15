from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lawful.law.thing import Record
from lawful.law.vocabulary import load_vocabulary
from lawful.org import Document, Organisation, load_organisation
from lawful.terms.errors import UsageError
from lawful.terms.texts import Text
from lawful.terms.values import set_of

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "rulebook" / "vocabulary").glob("*.toml")
VOCABULARY = load_vocabulary({path.name: path.read_bytes() for path in FILES})

GOOD = """\
[[person]]
id = "li.wei"
name = "Li Wei"
roles = ["privacy_engineer"]
[[person]]
id = "ben"
name = "Ben"
roles = ["dpo", "auditor"]
[[entity]]
id = "shop-dublin"
name = { en = "Shop Europe (Dublin)", zh = "欧洲店（都柏林）" }
kept = ["cn.pipl.52"]
[entity.facts]
controller_region = "IE"
established_in = ["IE"]
ciio = "unknown"
[entity.roles.ads-analytics]
title = { en = "ads analytics", zh = "广告分析" }
region = "IE"
[[entity.record]]
rule = "eu.gdpr.37.officer"
done = 2024-05-01T11:00:00+02:00
items = ["contact"]
expires = 2027-01-01
label = "DPO-1"
bound = { controller_region = "IE" }
[entity.registers_kept]
kept = ["eu.gdpr.37"]
[[entity]]
id = "shop-2"
name = { en = "Two", zh = "二" }
[entity.facts]
controller_region = "SG"
"""


def load(text: str) -> Organisation:
    return load_organisation(text.encode(), "organisation.toml", VOCABULARY)


def test_a_good_file() -> None:
    found = load(GOOD)
    assert list(found.persons) == ["li.wei", "ben"]
    assert [each.may_approve for each in found.persons.values()] == [False, True]
    dublin, two = found.entities.values()
    assert dublin.name.in_("en") == "Shop Europe (Dublin)"
    assert dublin.facts == {
        "controller_region": "IE",
        "established_in": set_of(["IE"]),
        "ciio": None,
    }
    assert dublin.roles["ads-analytics"].title == Text("ads analytics", "广告分析")
    assert dublin.roles["ads-analytics"].region == "IE"
    record = Record(
        rule="eu.gdpr.37.officer",
        done_at=datetime(2024, 5, 1, 9, tzinfo=UTC),
        items=frozenset({"contact"}),
        expires_on=date(2027, 1, 1),
        label="DPO-1",
        bound={"controller_region": "IE"},
    )
    assert dublin.records == (record,)
    assert dublin.kept == {"cn.pipl.52", "eu.gdpr.37"}
    assert two.records == ()


def test_a_record_without_items_holds_none() -> None:
    found = load(GOOD.replace('items = ["contact"]\n', ""))
    assert found.entities["shop-dublin"].records[0].items == frozenset()


WRONG = [
    ('"IE"\nestab', '"EI"\nestab', 14, "law.unknown_value", "'EI' is not a value", "Did you mean"),
    ("controller_region", "controler_region", 14, "law.unknown_fact", "no fact", "'controller_reg"),
    ('ciio = "unknown"', "objected = true", 16, "org.fact_of_another_thing", "subject", "Take"),
    ('"privacy_engineer"', '"privacy_enginer"', 4, "file.unknown_name", "no role", "_engineer'?"),
    ('id = "ben"', 'id = "li.wei"', 6, "file.twice", "stands twice", "another id"),
    ('id = "ben"', 'id = "b n"', 6, "file.id", "cannot be the id", "letters"),
    ('id = "shop-2"', 'id = "shop-dublin"', 30, "file.twice", "stands twice", "another id"),
    ('id = "shop-2"', 'id = "organisation"', 30, "org.reserved_id", "file as a whole", "another"),
    ('region = "IE"\n[[', 'region = "XX"\n[[', 19, "file.unknown_name", "no region", ""),
    ("+02:00", "", 22, "file.no_zone", "names no zone", "done = 2024-05-01T09:00:00Z"),
    ('"eu.gdpr.37.officer"', '"the DPO"', 21, "file.rule_id", "not the id of a rule", "cn.pipl"),
    ('["cn.pipl.52"]', '["52"]', 12, "file.rule_id", "not the id of a rule", "cn.pipl"),
    ('"Li Wei"', "7", 3, "file.shape", "'name' is not as it must be", ""),
    ('label = "D', 'lable = "D', 25, "file.unknown_key", "'lable' is not known", "'label'"),
    ("[entity.facts]\nc", "[entity.fact]\nc", 13, "file.unknown_key", "'fact'", "'facts'"),
    ('name = "Ben"\n', "", 5, "file.missing_key", "'name' is missing", "Write name"),
    ('zh = "二"', 'cn = "二"', 31, "file.missing_key", "'zh' is missing", ""),
    ("[[person]]\nid", "[[person\nid", 1, "file.toml", "not TOML", ""),
    ('"Ben"', '"Ben', 7, "file.toml", "not TOML", ""),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "says", "hint"), WRONG, ids=[each[3] + each[1] for each in WRONG]
)
def test_a_wrong_file(old: str, new: str, line: int, code: str, says: str, hint: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(UsageError) as caught:
        load(GOOD.replace(old, new, 1))
    error = caught.value
    assert (error.code, error.location.file) == (code, "organisation.toml")
    assert error.location.line == line
    assert says in error.message
    assert hint in error.hint
    assert error.exit_code == 2


def test_an_empty_file_lacks_persons() -> None:
    with pytest.raises(UsageError, match="'person' is missing"):
        load("")


def test_not_utf_8() -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        load_organisation(b"\xff", "organisation.toml", VOCABULARY)


def test_lines_of_a_document() -> None:
    text = 'a = 1\n[[t]]\nx = 1\n[t.u]\ny = 2\n[[t]]\nx.z = { q = 3 }\n[t.u."k l"]\n"m n" = 1\n'
    document = Document.read(text.encode(), "f.toml")
    wanted = {
        ("a",): 1,
        ("t", 0): 2,
        ("t", 0, "x"): 3,
        ("t", 0, "u"): 4,
        ("t", 0, "u", "y"): 5,
        ("t", 1, "x", "z", "q"): 7,
        ("t", 1, "u", "k l", "m n"): 9,
        ("t", 1, "none"): 6,
    }
    assert {path: document.at(*path).line for path in wanted} == wanted
    assert document.at("nothing").line == 0
