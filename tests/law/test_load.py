"""Files that are not right: the book does not build, and the error says where and what to write."""

from __future__ import annotations

import pytest

from lawful.law.book import build_book
from lawful.terms.errors import UsageError
from tests.law.files import FOLDER, HEAD, INSTRUMENT, rule, rulebook_files, small_files

FILE = f"{FOLDER}/art-001.md"
CLOCK = "by = {{ {} }}"


def refused(files: dict[str, bytes]) -> UsageError:
    with pytest.raises(UsageError) as caught:
        build_book(files)
    assert caught.value.exit_code == 2
    return caught.value


def entries(text: str) -> UsageError:
    return refused(small_files(text))


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        (rule(more='wehn = ["x"]'), "A rule has no key 'wehn'", "Did you mean 'when'?"),
        ("[[ruel]]\nid = 'x'", "has no key 'ruel'", "Did you mean 'rule'?"),
        (rule().replace('"before"', '"soon"'), "block, before, with or after", ""),
        (rule().replace("xx.act.1.a", "xx.act.2.a"), "does not extend its article's id", ""),
        (rule().replace(', zh = "做a"', ""), "wants a text in both languages", "en = "),
        (rule().replace('["TRUE"]', '"TRUE"'), "Conditions are a list of texts", ""),
        (rule(more='in_force = "2024-03-22"'), "A date is written bare", ""),
        (rule(more=CLOCK.format('within = 1, unit = "moons"')), "not count in 'moons'", "hours"),
        (rule(more=CLOCK.format('withn = 1, unit = "days"')), "no key 'withn'", "'within'"),
        (rule(more='every = { n = 1, unit = "years", form = "last" }'), "key 'form'", "'from'"),
        (rule(more="contents = [5]"), "An item is a name, or { item, when }", ""),
        ('[[rule]]\nduty = { en = "a", zh = "a" }', "A rule wants an id", ""),
        (
            '[[parameter]]\nid = "p"\nname = "p"\nmeans = { en = "a", zh = "a" }',
            "A parameter has a number, a list, or a table",
            "",
        ),
        (
            '[[parameter]]\nid = "p"\nname = "p"\nmeans = { en = "a", zh = "a" }\nlist = []',
            "A list has members",
            "",
        ),
        (
            '[[parameter]]\nid = "p"\nname = "p"\nmeans = { en = "a", zh = "a" }\n'
            "by_region = { DE = 1 }",
            "what holds elsewhere",
            "",
        ),
        (
            '[[reading]]\nid = "R"\nquestion = { en = "a", zh = "a" }\ndefault = "x"\n'
            '[reading.options]\ny = { en = "a", zh = "a" }',
            "default is one of its options",
            "",
        ),
        (
            '[[prose]]\nid = "xx.act.1.p"\nreason = "too hard"\nsays = { en = "a", zh = "a" }',
            "Prose says decides",
            "standard of conduct",
        ),
        (rule("ciio IS NULL"), "cannot stand here", "unknown is not false"),
    ],
)
def test_entries(text: str, message: str, remedy: str) -> None:
    error = entries(text)
    assert message in error.message
    assert remedy in error.hint
    assert error.location.file == FILE
    assert error.location.line >= 13


def test_a_condition_has_its_line_and_column() -> None:
    error = entries(rule("ciio IS NULL"))
    lines = small_files(rule("ciio IS NULL"))[FILE].decode().splitlines()
    assert "ciio IS NULL" in lines[error.location.line - 1]
    assert error.location.column == 6


def test_a_fence_that_is_no_toml_or_does_not_end() -> None:
    error = entries(rule() + "a = = 1\n")
    assert error.message.startswith("The fence is not TOML")
    assert (
        "a = = 1"
        in small_files(rule() + "a = = 1\n")[FILE].decode().splitlines()[error.location.line - 1]
    )
    files = small_files(rule())
    files[FILE] = files[FILE].rstrip().removesuffix(b"```")
    assert refused(files).message == "This fence does not end."


@pytest.mark.parametrize(
    "stray", ['[[prose]]\nid = "xx.act.1.p"', "``` toml\nid = 1\n```", "~~~toml"]
)
def test_an_entry_outside_a_fence_is_refused(stray: str) -> None:
    files = small_files(rule())
    files[f"{FOLDER}/art-001.md"] += f"\n{stray}\n".encode()
    assert "stands outside a fence" in refused(files).message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('citation    = "法 第一条"\n', "", "The article does not say its citation"),
        ('source      = "s"', 'source = "t"', "The source 't' is not in"),
        ("provisions", "provision", "An article has no key|no key 'provision'"),
        (HEAD, "# Article\n\nNo fence.\n", "begins with a toml fence"),
    ],
)
def test_heads(old: str, new: str, message: str) -> None:
    files = small_files("")
    text = files[FILE].decode()
    if old is HEAD:
        text = new
    else:
        assert old in text
        text = text.replace(old, new, 1)
    files[FILE] = text.encode()
    assert any(each in refused(files).message for each in message.split("|"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('jurisdiction = "XX"\n', "", "does not say its 'jurisdiction'"),
        ("zone =", "zoen =", "no key 'zoen'"),
        ("Asia/Shanghai", "Asia/Xanadu", "There is no time zone 'Asia/Xanadu'"),
        ("[scope]", "[scope", "does not parse"),
        ('short = { en = "Act", zh = "法" }', 'short = "Act"', "in both languages"),
    ],
)
def test_instruments(old: str, new: str, message: str) -> None:
    error = refused(small_files(rule(), instrument=INSTRUMENT.replace(old, new)))
    assert message in error.message
    assert error.location.file == f"{FOLDER}/instrument.toml"


def test_an_instrument_twice() -> None:
    files = small_files(rule())
    files["xx/other/instrument.toml"] = files[f"{FOLDER}/instrument.toml"]
    error = refused(files)
    assert (error.message, error.hint) == (
        "The instrument 'xx.act' is there twice.",
        f"The other stands in {FOLDER}/instrument.toml.",
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (FILE, b"# Article", b"# \xff", "The file is not UTF-8."),
        ("coverage.toml", b'id = "basis"', b"", "lacks its 'id'"),
        ("coverage.toml", b'jurisdiction = "XX"', b"", "lacks its 'jurisdiction'"),
        ("vocabulary/categories.toml", b"text =", b"txet =", "lacks its 'text'"),
        ("vocabulary/records.toml", b', zh = "', b', cn = "', "has no label in both languages"),
        ("vocabulary/records.toml", b"[said]", b"[sayd]", "lacks its 'said'"),
        ("vocabulary/categories.toml", b'parent = "', b'parent = "x', "has no parent"),
    ],
)
def test_files_that_are_not_laid_out_rightly(
    path: str, old: bytes, new: bytes, message: str
) -> None:
    files = small_files(rule())
    files[path] = files[path].replace(old, new, 1)
    error = refused(files)
    assert message in error.message
    assert error.location.file


def test_a_rulebook_without_coverage() -> None:
    files = small_files(rule())
    del files["coverage.toml"]
    assert refused(files).message == "The rulebook has no coverage.toml."


def test_an_article_twice() -> None:
    files = small_files(rule())
    files[f"{FOLDER}/art-002.md"] = files[FILE]
    assert "is there twice" in refused(files).message


def test_examples() -> None:
    path = f"{FOLDER}/art-001.examples.md"
    head = '```toml\nrule = "xx.act.1.a"\n```\n'
    for text, message in (
        ("| a | b | c |\n|---|---|---|\n| | met | x |\n", "follows the fence"),
        (head + "| a | b |\n|---|---|\n| | met |\n", "A row has three cells"),
        (head.replace("rule =", "rul =") + "| a |\n|---|\n", "no key 'rul'"),
    ):
        rulebook = build_book(small_files(rule(), text)).rulebook
        with pytest.raises(UsageError) as caught:
            _ = rulebook.examples
        assert message in caught.value.message
        assert caught.value.location.file == path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'type = "flag"', b'type = "flagg"', "has no known type"),
        (b'values = "operations"', b'values = "operation"', "names no value list"),
        (b"label = { en", b"label = { de", "has no label in both languages"),
        (b"[[fact]]", b"[[fact", "does not parse"),
    ],
)
def test_vocabulary(old: bytes, new: bytes, message: str) -> None:
    files = rulebook_files()
    path = next(name for name, data in files.items() if "/facts-" in name and old in data)
    files[path] = files[path].replace(old, new, 1)
    assert message in refused(files).message


def test_what_a_person_types() -> None:
    vocabulary = build_book(small_files(rule())).vocabulary
    for name, text in (
        ("persons_held", "-1"),
        ("persons_held", "many"),
        ("ciio", "perhaps"),
        ("birth_date", "2024-02-30"),
        ("aware_at", "2024-03-21T17:00"),
        ("purpose", "direct_marketin"),
    ):
        with pytest.raises(UsageError) as caught:
            vocabulary.read(name, text)
        assert caught.value.exit_code == 2
        assert caught.value.hint
    assert vocabulary.read("persons_held", "1_000") == 1000
    assert vocabulary.read("ciio", "null") is None
    found = vocabulary.read("data", "[health,?biometric]")
    closed = vocabulary.close("data", found)
    assert getattr(closed, "members") >= {"health"}  # noqa: B009  # a set, as the type says
