"""What a rulebook may not say: each finding with file, line and remedy."""

from __future__ import annotations

import pytest

from lawful.law.book import Book, build_book
from lawful.law.examples import check_examples
from lawful.law.lint import lint
from lawful.terms.errors import LawfulError
from tests.law.files import (
    FOLDER,
    INSTRUMENT,
    basis,
    definition,
    findings,
    rule,
    small_book,
    small_files,
)

FILE = f"{FOLDER}/art-001.md"


def only(found: list[LawfulError]) -> LawfulError:
    assert len(found) == 1, [str(each) for each in found]
    return found[0]


def test_shipped_rulebook_is_clean(book: Book) -> None:
    assert lint(book) == []


def test_clean() -> None:
    assert findings(rule("ciio AND persons_held >= 10", requires="consent_given")) == []


@pytest.mark.parametrize(
    ("condition", "message", "remedy"),
    [
        ("ciioo", "There is no fact 'ciioo'", "Did you mean 'ciio'?"),
        ("purpose = 'advertizing'", "is not a value of 'purpose'", "Did you mean"),
        ("purpose IN ('personalised_advertisin')", "is not a value of", "Did you mean"),
        ("has_any(told, 'recipient_nam')", "is not a value of 'told'", "'recipient_name'"),
        ("has_all(told, 'x')", "is not a value of 'told'", "Known: "),
        ("aware_at < TIMESTAMPTZ '2024-01-01T00:00:00Z'", "A use cannot know", "Ask it of a thing"),
        ("has_any(purpose, 'a')", "'purpose' is an enum, not a set", ""),
        ("purpose", "'purpose' is an enum, not a flag", ""),
        ("persons_held IN ('a')", "'persons_held' is a count, not an enum", ""),
        ("purpose > 'advertising'", "has no order: only = and <>", ""),
        ("persons_held > 'many'", "compare it with a whole number", ""),
        ("persons_held > DATE '2024-01-01'", "compare it with a whole number", ""),
        ("birth_date > 5", "compare it with a date", ""),
        ("birth_date > TIMESTAMPTZ '2024-01-01T00:00:00Z'", "compare it with a date", ""),
        ("ciio = 'yes'", "'ciio' is a flag", ""),
        ("persons_held > cutoff(14)", "compare a date with it", ""),
        ("birth_date > cutoff(age[collected_in])", "no table by region 'age'", "Known"),
        ("persons_held > limit[collected_in]", "no table by region 'limit'", "Known"),
        ("persons_held > persons_affected", "not with another fact", "computed fact or"),
        ("'a' IN ('a')", "A comparison begins with a fact", "Write fact = value"),
        ("1 < persons_held", "A comparison begins with a fact", "Write fact = value"),
        ("collected_in IN nowhere", "There is no list 'nowhere'", "Known: "),
        ("presumed(purpose, 'x') = 'contract'", "'x' is not a value of 'purpose'", ""),
        ("presumed(birth_date, 5) > cutoff(14)", "compare it with a date", ""),
        ("presumed(persons_held, TRUE)", "'persons_held' is a count, not a flag", ""),
        ("passed(purpose)", "is an enum, not a date or instant", ""),
        ("reading('CS-9') = 'always'", "There is no reading 'CS-9'", "Known: "),
        ("fulfilled('xx.act.1.z')", "There is no rule 'xx.act.1.z'", "'xx.act.1.a'"),
    ],
)
def test_conditions(condition: str, message: str, remedy: str) -> None:
    error = only(findings(rule(condition)))
    assert message in error.message
    assert condition in error.message
    assert remedy in error.hint
    assert error.location.file == FILE
    assert error.location.record == "xx.act.1.a"
    lines = small_files(rule(condition))[FILE].decode().splitlines()
    assert condition in lines[error.location.line - 1]
    assert error.exit_code == 2


def test_every_part_of_an_entry_is_looked_at() -> None:
    more = 'unless = ["nope1"]\ncontents = [{ item = "nature", when = "nope2" }]'
    found = findings(rule("nope3", requires="nope4", more=more))
    assert {each.message.split("'")[1] for each in found} == {"nope1", "nope2", "nope3", "nope4"}


@pytest.mark.parametrize(
    ("more", "name", "table", "hint"),
    [
        ('contents = ["nature", "naturee"]', "naturee", "contents", "Did you mean 'nature'?"),
        ('contents = [{ item = "zzz", when = "ciio" }]', "zzz", "contents", ""),
        ('to = "the office of nowhere"', "the office of nowhere", "addressees", ""),
        ("unless = [\"recorded('xx.act.1.a', 'qqq') = 'negative'\"]", "qqq", "contents", ""),
        ("unless = [\"recorded('xx.act.1.a', 'opinion') = 'qqq'\"]", "qqq", "said", ""),
    ],
)
def test_what_a_record_says_has_labels(more: str, name: str, table: str, hint: str) -> None:
    error = only(findings(rule(more=more)))
    assert error.message == f"'{name}' has no label."
    assert f"[{table}] of vocabulary/records.toml" in error.hint
    assert hint in error.hint
    assert error.location.record == "xx.act.1.a"


def test_a_policy_s_own_record_needs_no_label() -> None:
    policy = INSTRUMENT.replace('zone = "Asia', 'force = "policy"\nzone = "Asia')
    entries = rule(more='to = "our board"\ncontents = ["agenda"]')
    assert findings(entries, policy) == []
    assert len(findings(entries)) == 2


def test_scope_and_topics_are_looked_at() -> None:
    scope = INSTRUMENT.replace('use = ["TRUE"]', 'use = ["nope"]')
    error = only(findings(rule(), scope))
    assert (error.location.file, "nope" in error.message) == (f"{FOLDER}/instrument.toml", True)
    files = small_files(rule())
    files["coverage.toml"] += (
        b'[[topic]]\nid = "t"\ntext = { en = "t", zh = "t" }\nwhen = ["nope"]\n'
    )
    error = only(lint(build_book(files)))
    assert (error.location.file, error.location.record) == ("coverage.toml", "t")


def test_a_scope_for_a_thing_that_is_none() -> None:
    scope = INSTRUMENT.replace("entity =", "entitty =")
    assert "There is no thing 'entitty'." in {each.message for each in findings(rule(), scope)}


def test_a_definition_that_the_thing_cannot_know() -> None:
    text = definition("e", name="d") + definition("purpose = 'hr_administration'", name="e")
    known = small_book(text).vocabulary.values_of("purpose")
    text = text.replace("hr_administration", next(iter(known)))
    assert findings(text) == []
    error = only(findings(text + rule("d", about="incident")))
    assert "'d' rests on 'purpose', a fact that an incident cannot know" in error.message
    assert error.hint == "Write a definition for this kind of thing."


def test_a_definition_is_no_presumption_and_no_term() -> None:
    text = definition("ciio")
    assert "it stands alone" in only(findings(text + rule("presumed(d, TRUE)"))).message
    assert "it stands alone" in only(findings(text + rule("d = 'x'"))).message


def test_shape() -> None:
    no_scope = INSTRUMENT.replace('entity = ["TRUE"]\n', "")
    assert "has no scope for an entity" in only(findings(rule(about="entity"), no_scope)).message
    nameless = definition("ciio").replace('name = "d"\n', "")
    assert "wants the name" in only(findings(nameless)).message
    command = '[[command]]\nid = "xx.act.1.c"\nduty = { en = "d", zh = "d" }\n'
    assert "which use of data" in only(findings(command)).message
    bound = rule(requires="fulfilled", more='binds = ["purpos"]')
    assert only(findings(bound)).hint == "Did you mean 'purpose'?"
    taken = definition("ciio").replace('name = "d"', 'name = "objected"')
    assert "'objected' is a fact already." in {each.message for each in findings(taken)}


def test_cycles_among_defeaters() -> None:
    ring = rule(name="a", more='defeats = ["xx.act.1.b"]') + rule(
        name="b", more='defeats = ["xx.act.1.a"]'
    )
    error = only(findings(ring))
    assert "go round in a ring" in error.message
    assert "xx.act.1.a → xx.act.1.b → xx.act.1.a" in error.message or (
        "xx.act.1.b → xx.act.1.a → xx.act.1.b" in error.message
    )
    assert error.hint == "Take one of the defeaters away."
    assert (error.location.file, error.location.line > 0) == (FILE, True)


def test_cycles_among_definitions() -> None:
    error = only(findings(definition("e", name="d") + definition("d", name="e")))
    assert "go round in a ring" in error.message


def test_defeaters() -> None:
    assert "names no entry" in findings(rule() + basis(defeats="xx.act.1.z"))[0].message
    alone = basis().replace('defeats = ["xx.act.1.a"]', "")
    assert "this one defeats nothing" in only(findings(alone)).message
    across = rule() + rule(name="i", about="incident", more='defeats = ["xx.act.1.a"]')
    error = only(findings(across))
    assert "Only entries about the same thing" in error.message
    assert "xx.act.1.a is a rule about a use" in error.hint


def test_policy_never_defeats() -> None:
    policy = INSTRUMENT.replace('zone = "Asia', 'force = "policy"\nzone = "Asia')
    messages = {each.message for each in findings(rule() + basis(), policy)}
    assert messages == {"Company policy may be stricter than law; it never defeats."}
    named = rule(name="a", more='defeated_by = ["xx.act.1.b"]') + rule(name="b")
    messages = {each.message for each in findings(named, policy)}
    assert messages == {"Company policy may be stricter than law; it never defeats."}
    assert findings(rule(), policy) == []


@pytest.mark.parametrize(
    ("clock", "wrong"),
    [
        ('{ within = 72, unit = "hours", from = "birth_date" }', "birth_date"),
        ('{ within = 7, unit = "days", from = "aplies" }', "aplies"),
        ('{ within = 7, unit = "days", from = "persons_held" }', "persons_held"),
        ('{ within = 72, unit = "hours", from = "received_at" }', "received_at"),
        ('{ on = "purpose" }', "purpose"),
    ],
)
def test_clocks(clock: str, wrong: str) -> None:
    error = only(findings(rule(about="incident", more=f"by = {clock}")))
    assert f"A clock of an incident cannot start from '{wrong}'." == error.message
    assert "Name a fact of it" in error.hint


def test_the_same_days_twice() -> None:
    first = definition("ciio", more="until = 2024-03-21")
    later = definition("NOT ciio").replace('id = "xx.act.1.d"', 'id = "xx.act.1.d2"')
    assert findings(first + later + "in_force = 2024-03-22\n") == []
    error = only(findings(first + later + "in_force = 2024-03-21\n"))
    assert error.message == "'d' is defined twice for the same days."
    table = (
        '[[parameter]]\nid = "xx.act.1.{0}"\nname = "n"\n'
        'means = {{ en = "n", zh = "n" }}\nnumber = 5\n{1}\n'
    )
    apart = table.format("p", "until = 2024-03-21") + table.format("q", "in_force = 2024-03-22")
    assert findings(apart) == []
    assert "'n' is defined twice" in only(findings(apart.replace("-22", "-21"))).message


def test_an_id_twice() -> None:
    assert "'xx.act.1.a' is there twice." in only(findings(rule() + rule())).message


@pytest.mark.parametrize(
    ("entries", "good"),
    [
        (rule() + basis("occasional"), True),
        (rule() + basis("NOT occasional"), False),
        (rule() + basis("ciio", more='unless = ["occasional"]'), False),
        (rule("occasional"), False),
        (rule("NOT occasional"), True),
        (rule(requires="NOT occasional"), False),
        (rule(requires="occasional"), True),
        (rule(more='unless = ["occasional"]'), True),
        (rule("has_any(special_category_grounds, 'research')"), False),
        (rule("free_trade_zone = 'with_list'"), False),
        (rule("free_trade_zone <> 'with_list'"), True),
        (definition("occasional") + rule("d"), False),
    ],
)
def test_facts_that_may_only_permit(entries: str, good: bool) -> None:
    found = findings(entries)
    assert bool(found) is not good, [str(each) for each in found]
    for each in found:
        assert "no where nothing is recorded, but here yes makes it worse" in each.message
        assert "Leave it unknown" in each.hint


# ── examples ────────────────────────────────────────────────────────────────────────────────────


def test_every_shipped_example_holds(book: Book) -> None:
    assert list(check_examples(book)) == []
    assert len(book.rulebook.examples) > 1000


def examples(rows: str) -> str:
    base = "on = 2024-01-01\nciio = true\nconsent_given = true"
    head = f'# Examples\n\n```toml\nrule = "xx.act.1.a"\n[base]\n{base}\n```\n\n'
    return f"{head}| except that | expect | because |\n|---|---|---|\n{rows}"


def checked(rows: str) -> list[LawfulError]:
    text = rule("ciio", requires="consent_given")
    return list(check_examples(build_book(small_files(text, examples(rows)))))


ALL = (
    "| | met | a |\n| consent_given = false | unmet | b |\n"
    "| consent_given ?= | undetermined | c |\n| ciio = false | not_applicable | d |\n"
)


def test_a_row_for_every_answer() -> None:
    assert checked(ALL) == []
    for answer in ("met", "unmet", "undetermined", "not_applicable"):
        rows = "".join(f"{line}\n" for line in ALL.splitlines() if f" {answer} " not in line)
        error = only(checked(rows))
        assert error.message == f"xx.act.1.a has no example that answers {answer}."
        assert error.location.file == FILE
        assert error.hint == "The loader wants one row for each answer an entry can give."


def test_a_row_that_is_wrong() -> None:
    error = only(checked(ALL + "| ciio = false | met | e |\n"))
    assert "answers not_applicable, not met, when: ciio = false" in error.message
    assert (error.location.file, error.location.line) == (f"{FOLDER}/art-001.examples.md", 17)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("cioo = true", "There is no fact 'cioo'"),
        ("ciio", "'ciio' is not a change"),
        ("cioo ?=", "There is no fact 'cioo'"),
        ("ciio += yes", "'ciio' is not a set"),
        ("on = 2024-13-01", "is not a date"),
        ("told += nothing", "is not a value of 'told'"),
        ("fulfilled:xx.act.1.a = perhaps", "does not say whether xx.act.1.a was fulfilled"),
        ("aware_at = never", "A use cannot know the fact 'aware_at'"),
    ],
)
def test_a_row_that_says_nothing(change: str, message: str) -> None:
    found = checked(ALL + f"| {change} | met | e |\n")
    assert message in only(found).message
    assert only(found).location.line == 17


def test_what_binds_rests_on_nothing_that_only_advises() -> None:
    parameter = """
[[parameter]]
id = "xx.advice.1.limit"
name = "advised"
means = { en = "the advised figure", zh = "建议数字" }
number = 5
"""
    files = small_files(rule("persons_held >= advised"))
    article = files[f"{FOLDER}/art-001.md"].decode()
    files["xx/advice/instrument.toml"] = INSTRUMENT.replace(
        'id = "xx.act"', 'id = "xx.advice"\nforce = "guidance"'
    ).encode()
    head = article.partition("```toml\n[[")[0].replace("xx.act.1", "xx.advice.1")
    files["xx/advice/art-001.md"] = f"{head}```toml{parameter}```\n".encode()
    found = only(lint(build_book(files)))
    assert "'advised' stands only in guidance" in found.message
    assert found.location.file == FILE


@pytest.mark.parametrize(
    ("about", "bearer", "said"),
    [
        ("entity", "controller", "Nobody is the 'controller' towards an entity"),
        ("use", "controler", "There is no role 'controler'"),
        ("entity", "authority", ""),
        ("use", "processor", ""),
    ],
)
def test_a_bearer_is_a_role_towards_the_thing(about: str, bearer: str, said: str) -> None:
    """An entity's own duties bind it whatever it is elsewhere; a role there would do nothing, in silence."""
    about_roles = [
        str(each)
        for each in findings(rule(about=about, more=f'bearer = "{bearer}"'))
        if "Nobody is" in str(each) or "no role" in str(each)
    ]
    assert len(about_roles) == bool(said)
    assert all(said in each for each in about_roles)
