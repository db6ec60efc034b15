"""What would the draft have done? An adequacy decision ends in a draft book; decisions and activities fall."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import attrs
import pytest
from typer.testing import CliRunner

from lawful.cli.main import app
from lawful.evidence import Event
from lawful.gate import Deployment
from lawful.gate.rulebook import shipped_folder
from tests.acceptance.conftest import Command
from tests.acceptance.test_query import ACTIVITY, DATASET, ORGANISATION, chinook

US_DESK = """
[entity.roles.support-us]
title = { en = "support, Seattle", zh = "客服（西雅图）" }
region = "US"
"""
QUERY = "SELECT c.*, i.Total FROM Customer c JOIN Invoice i USING (CustomerId) ORDER BY 1"
TRANSFER = [
    "purpose=customer_service", "data=contact", "lawful_bases=contract", "necessary_for_contract=true",
    "needed_for_purpose=true", "controller_region=IE", "collected_in=IE", "subject_located_in=DE",
    "recipient_role=controller", "recipient_certified=true",
]  # fmt: skip
ENDS = """list     = ["US", "CA", "IL", "JP", "KR"]
in_force = 2023-07-10
"""
ENDED = f"""{ENDS}until    = 2025-12-31

[[parameter]]
id       = "eu.gdpr.45.scoped.2026"
name     = "eu_adequate_certified"
means    = {{ en = "the Data Privacy Framework has ended", zh = "数据隐私框架已终止" }}
list     = ["CA", "IL", "JP", "KR"]
in_force = 2026-01-01
"""
TRANSFERS = "eu.gdpr.44.transfer"


def words(facts: list[str]) -> list[str]:
    return [word for each in facts for word in ("--fact", each)]


@attrs.frozen
class Shop:
    """A deployment with four decisions, which are all lawful, by what they are."""

    folder: Path
    ids: dict[str, str]


def run(folder: Path, *told: str) -> Any:
    found = CliRunner().invoke(app, [*told, "--folder", str(folder), "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The newcomer's shop, with a desk in Seattle that reads under the Data Privacy Framework."""
    folder = tmp_path_factory.mktemp("impact") / "shop"
    (folder / "activities").mkdir(parents=True)
    (folder / "datasets").mkdir()
    chinook(folder / "shop.db")
    (folder / "lawful.toml").write_text(
        'version = 1\n[stores.shop]\nurl = "sqlite:///shop.db"\ndataset = "datasets/shop.toml"\n'
        'mode = "enforce"\n'
    )
    (folder / "datasets" / "shop.toml").write_text(DATASET)
    (folder / "organisation.toml").write_text(ORGANISATION + US_DESK)
    desks = ACTIVITY.replace('["support"]', '["support", "support-us"]')
    (folder / "activities" / "example.toml").write_text(desks + "recipient_certified = true\n")
    people = ["--author", "ada", "--approver", "bo"]
    run(folder, "org", "approve", "organisation.toml", *people)
    run(folder, "activity", "approve", "activities/example.toml", *people)
    ids = {}
    for region in ("US", "CA"):
        facts = words([*TRANSFER, f"recipient_region={region}"])
        ids[region] = run(folder, "ask", "transfer", *facts)["decision"]
    for role in ("support-us", "support"):
        asked = ["query", QUERY, "--purpose", "customer_service", "--as", f"shop/{role}"]
        ids[role] = run(folder, *asked)["decision"]
    return Shop(folder, ids)


@pytest.fixture
def ids(decided: Shop) -> dict[str, str]:
    return decided.ids


@pytest.fixture
def here(tmp_path: Path, decided: Shop) -> Path:
    """A copy of the shop, of the same name: a log knows its own."""
    return Path(shutil.copytree(decided.folder, tmp_path / decided.folder.name))


@pytest.fixture
def shop(lawful: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line in the copy."""
    monkeypatch.chdir(here)
    return lawful


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rulebook, with the decision on the United States ended at the close of 2025."""
    folder = tmp_path_factory.mktemp("draft") / "rulebook"
    shutil.copytree(shipped_folder(), folder)
    article = folder / "eu" / "gdpr" / "art-045.md"
    text = article.read_text(encoding="utf-8")
    assert ENDS in text
    article.write_text(text.replace(ENDS, ENDED), encoding="utf-8")
    return folder


def test_what_falls_with_an_adequacy_decision(
    shop: Command, draft: Path, ids: dict[str, str]
) -> None:
    ran = shop("law", "impact", "--rulebook", str(draft), "--json")
    found = ran.json
    assert ran.code == 1
    assert (found["decisions"]["judged"], found["decisions"]["same_book"]) == (4, 4)
    assert (found["decisions"]["changed"], found["decisions"]["worse"]) == (2, 2)
    assert found["errors"] == []
    fallen = [each for each in found["uses"] if each["before"] == "lawful"]
    assert {(each["before"], each["after"]) for each in fallen} == {("lawful", "not_yet")}
    assert {example for each in fallen for example in each["examples"]} == {
        ids["US"],
        ids["support-us"],
    }
    for each in found["uses"]:
        assert (each["recipient"], each["deciding_after"]) == ("US", TRANSFERS)
        assert {rule["id"] for rule in each["rules"]} == {TRANSFERS, "eu.gdpr.45.within_scope"}
    (query,) = [each for each in fallen if each["examples"] == [ids["support-us"]]]
    assert (query["store"], query["purpose"], query["people"]) == ("shop", "customer_service", 2)
    (activity,) = [each for each in found["uses"] if each["of"] == "activities"]
    assert activity["examples"] == ["support"]
    assert (activity["before"], activity["after"]) == ("undetermined", "not_yet")
    recipients = {row["name"]: row for row in found["by"]["recipient"]}
    assert (recipients["US"]["changed"], recipients["CA"]["changed"]) == (3, 0)


def test_what_the_store_does_not_say_may_be_given(shop: Command, draft: Path) -> None:
    known = words(["subject_located_in=DE", "collected_in=DE", "birth_date=1980-01-01"])
    found = shop("law", "impact", "--rulebook", str(draft), "--json", *known).json
    (activity,) = [each for each in found["uses"] if each["of"] == "activities"]
    assert (activity["country"], activity["after"]) == ("DE", "not_yet")
    wrong = shop("law", "impact", "--rulebook", str(draft), "--fact", "subject_locatd_in=DE")
    assert wrong.code == 2
    assert "subject_located_in" in wrong.err


def test_before_the_end_nothing_falls(shop: Command, draft: Path) -> None:
    found = shop("law", "impact", "--rulebook", str(draft), "--on", "2025-12-31", "--json").json
    assert found["after"]["on"] == "2025-12-31"
    assert not [each for each in found["uses"] if TRANSFERS in str(each["rules"])]


def test_the_same_book_gives_the_same_answers(shop: Command) -> None:
    incident = [
        "people_located_in=DE",
        "incident_effects=personal_data",
        "aware_at=2026-11-20T10:30Z",
    ]
    assert shop("duties", "incident", *words(incident)).code in (1, 3)
    ran = shop("law", "impact", "--json")
    assert ran.code == 0, ran.out
    assert ran.json["decisions"]["same_book"] == ran.json["decisions"]["judged"] == 5
    assert ran.json["activities"]["judged"] == 3
    assert "0 would change" in shop("law", "impact").out


def test_a_replay_that_is_not_equal_is_an_error(
    shop: Command, here: Path, ids: dict[str, str]
) -> None:
    good = ids["US"]
    with Deployment.open(here) as deployment:
        leaf = deployment.evidence.find(good)
        assert leaf is not None
        payload = deployment.evidence.payload(leaf)
        bad = deployment.new_id()
        event = Event(
            kind="ask", id=bad, entity="nobody", book=leaf.book, outcome="prohibited", door="cli"
        )
        deployment.evidence.append(event, payload or {})
    ran = shop("law", "impact", "--json")
    assert ran.code == 1
    (error,) = ran.json["errors"]
    assert (error["decision"], error["recorded"].split()[0], error["replayed"].split()[0]) == (
        bad,
        "prohibited",
        "lawful",
    )
    assert bad in shop("law", "impact").out


def test_what_cannot_be_replayed_is_counted(shop: Command, here: Path) -> None:
    with Deployment.open(here) as deployment:
        book = deployment.book.hash
        for kind, payload in (
            ("query", {"sql": "SELECT 1", "facts": {}}),
            ("ask", {"thing": {"vector": 0}}),
            ("ask", {"thing": {"vector": 1}, "people": [{"count": 3, "outcome": "lawful"}]}),
            ("use", {}),
        ):
            event = Event(kind=kind, id=deployment.new_id(), entity="nobody", book=book)
            deployment.evidence.append(event, payload)
    found = shop("law", "impact", "--json").json["decisions"]
    assert (found["recorded"], found["judged"]) == (8, 4)
    reasons = {each["reason"]: each["count"] for each in found["not_replayable"]}
    assert reasons == {"no_vector": 2, "no_facts_of_groups": 1, "unreadable": 1}
    assert (
        shop("law", "impact", "--since", "2199-01-01", "--json").json["decisions"]["recorded"] == 0
    )


def test_groups_of_people_are_judged_each(shop: Command, here: Path, draft: Path) -> None:
    groups = [
        {"facts": {"recipient_certified": True}, "count": 20_994},
        {"facts": {"recipient_certified": None, "transfer_routes": ["scc"]}, "count": 412},
    ]
    (here / "people.jsonl").write_text("\n".join(map(json.dumps, groups)), encoding="utf-8")
    asked = shop(
        "ask", "transfer", *words([*TRANSFER, "recipient_region=US"]), "--people", "people.jsonl", "--json"
    ).json  # fmt: skip
    found = shop("law", "impact", "--rulebook", str(draft), "--json").json
    assert found["errors"] == []
    fallen = [each for each in found["uses"] if asked["decision"] in each["examples"]]
    assert {each["people"] for each in fallen if each["after"] == "not_yet"} == {20_994}


def test_a_reading_and_a_date_change_duties_and_uses(lawful: Command) -> None:
    facts = words(
        ["people_located_in=DE", "incident_effects=personal_data", "risk_to_persons=high",
         "aware_at=2026-11-20T10:30Z"]
    )  # fmt: skip
    first = lawful("duties", "incident", *facts, "--at", "2026-11-21T09:00Z", "--json").json
    found = lawful("law", "impact", "--on", "2026-12-24", "--json").json
    turned = {each["rule"]["id"]: each for each in found["duties"]}["eu.gdpr.33.authority"]
    assert (turned["change"], turned["before"], turned["after"]) == ("changed", "due", "overdue")
    assert (turned["country"], turned["examples"]) == ("DE", [first["decision"]])
    wrong = lawful("law", "impact", "--reading", "CS-1=alwys")
    assert wrong.code == 2
    assert "always" in wrong.err


@pytest.mark.parametrize(
    "option", [["--draft", "cn.pippl"], ["--reading", "CS-1"], ["--on", "soon"]]
)
def test_bad_options_are_exit_2(lawful: Command, option: list[str]) -> None:
    ran = lawful("law", "impact", *option)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_a_draft_instrument_is_read_as_law(lawful: Command) -> None:
    """The draft on digital humans says something of content that no book in force says."""
    made = words(
        ["system_kinds=digital_human", "ai_made=generated", "controller_region=CN", "offered_in=CN",
         "published_in=CN", "labels=metadata", "roles=provider"]
    )  # fmt: skip
    shown = lawful("duties", "content", *made, "--json").json["decision"]
    ran = lawful("law", "impact", "--draft", "cn.digital_human_draft_2026", "--json")
    assert ran.json["after"]["drafts"] == ["cn.digital_human_draft_2026"]
    added = [each for each in ran.json["duties"] if each["change"] == "added"]
    assert added
    assert all(each["rule"]["id"].startswith("cn.digital_human_draft_2026") for each in added)
    assert all((each["rule"]["in"], each["examples"]) == (["after"], [shown]) for each in added)
