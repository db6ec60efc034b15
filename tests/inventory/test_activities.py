from __future__ import annotations

import pytest

from lawful.inventory import Activity, Mask, is_needed, load_activity, mask_for
from lawful.terms.errors import UsageError
from lawful.terms.values import set_of
from tests.inventory.material import ACTIVITY, VOCABULARY


def load(text: str) -> Activity:
    return load_activity(text.encode(), "activities/ads-eu.toml", VOCABULARY)


def test_a_good_file() -> None:
    found = load(ACTIVITY)
    assert (found.id, found.entity, found.purpose, found.operation) == (
        "ads-eu",
        "shop",
        "personalised_advertising",
        "profile",
    )
    assert found.facts == {
        "lawful_bases": set_of(["consent"]),
        "automated_decision": False,
        "interests_balanced": True,
        "controller_role": "controller",
    }
    assert [record.label for record in found.records] == ["PIA-88"]
    assert (found.roles, found.kept) == (("ads",), {"cn.pipl.55"})


NEEDED = [
    (["identifier"], True),
    (["name"], True),
    (["payment"], True),
    (["demographic"], False),
    (["birth_date"], False),
    (["residence"], True),
    (["identifier", "transaction"], True),
    (["identifier", "birth_date"], False),
    ([], False),
]


@pytest.mark.parametrize(("categories", "wanted"), NEEDED)
def test_a_child_is_needed_with_its_parent(categories: list[str], wanted: bool) -> None:
    assert is_needed(load(ACTIVITY), VOCABULARY, categories) is wanted


MASKS = [
    (["birth_date"], Mask.AGE_BAND),
    (["email"], Mask.TOKEN),
    (["demographic"], Mask.EMPTY),
    (["email", "health"], Mask.EMPTY),
    (["email", "birth_date"], Mask.TOKEN),
    ([], Mask.EMPTY),
]


@pytest.mark.parametrize(("categories", "wanted"), MASKS)
def test_the_nearest_mask_and_of_several_the_strictest(categories: list[str], wanted: Mask) -> None:
    assert mask_for(load(ACTIVITY), VOCABULARY, categories) is wanted


def test_a_column_of_no_category_is_emptied_whatever_the_default() -> None:
    found = load(ACTIVITY.replace('default = "empty"', 'default = "token"'))
    assert mask_for(found, VOCABULARY, []) is Mask.EMPTY
    assert mask_for(found, VOCABULARY, ["health"]) is Mask.TOKEN


WRONG = [
    ('"personalised_advertising"', '"personalized_advertising"', 3, "file.unknown_name", "ised"),
    ('"profile"', '"profil"', 4, "file.unknown_name", "'profile'"),
    ('"residence"]', '"residense"]', 7, "file.unknown_name", "'residence'"),
    ('"empty"', '"blank"', 8, "file.unknown_name", "empty, token, age_band"),
    ("contact =", "contakt =", 8, "file.unknown_name", "'contact'"),
    ('contact = "token"', 'contact = "age_band"', 8, "inventory.mask", "birth_date"),
    ('default = "empty"', 'default = "age_band"', 8, "inventory.mask", "birth_date"),
    ('["consent"]', '["konsent"]', 11, "law.unknown_value", "'consent'"),
    ("automated_decision", "consent_given", 12, "inventory.fact_of_another_thing", "consent reg"),
    ("automated_decision = false", 'controller_region = "IE"', 12,
     "inventory.fact_of_another_thing", "organisation register"),
    ("automated_decision", "needed_for_purpose", 12, "inventory.fact_elsewhere", "needed = "),
    ("automated_decision = false", 'purpose = "analytics"', 12, "inventory.fact_elsewhere", "purp"),
    ("automated_decision = false", 'data = ["health"]', 12, "inventory.fact_elsewhere", "columns"),
    ('roles = ["ads"]', 'rolls = ["ads"]', 6, "file.unknown_key", "'roles'"),
    ("00Z", "00", 17, "file.no_zone", "Z."),
    ('["cn.pipl.55"]', '["x"]', 9, "file.rule_id", "cn.pipl"),
    ('id = "ads-eu"\n', "", 0, "file.missing_key", "id"),
    ('id = "ads-eu"', 'id = "ads eu"', 1, "file.id", "letters"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "hint"), WRONG, ids=[f"{each[3]} {each[1]}" for each in WRONG]
)
def test_a_wrong_file(old: str, new: str, line: int, code: str, hint: str) -> None:
    assert old in ACTIVITY
    with pytest.raises(UsageError) as caught:
        load(ACTIVITY.replace(old, new, 1))
    error = caught.value
    assert (error.code, error.location.line) == (code, line)
    assert error.location.file == "activities/ads-eu.toml"
    assert hint in error.hint
