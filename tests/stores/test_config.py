from __future__ import annotations

from pathlib import Path

import pytest

from lawful.law.vocabulary import load_vocabulary
from lawful.stores import Config, find_config, load_config, open_store, parse_url, read_config
from lawful.terms.errors import EnvironmentFailure, UsageError

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "rulebook" / "vocabulary").glob("*.toml")
VOCABULARY = load_vocabulary({path.name: path.read_bytes() for path in FILES})

GOOD = """\
version = 1
[gate]
demand_review = true
[readings]
"CS-1" = "always"
[stores.sample]
url = "duckdb:///data/sample.duckdb"
dataset = "datasets/other.toml"
mode = "observe"
modes = { analytics = "enforce" }
[stores."two"]
url = "shop.db"
"""


def load(text: str) -> Config:
    return load_config(text.encode(), "lawful.toml", Path("/srv/lawful"), VOCABULARY)


def test_a_good_file() -> None:
    found = load(GOOD)
    assert found.demand_review
    assert found.readings == {"CS-1": "always"}
    sample, two = found.stores.values()
    assert sample.url == "duckdb:////srv/lawful/data/sample.duckdb"
    assert sample.dataset == Path("/srv/lawful/datasets/other.toml")
    assert [sample.mode_for(each) for each in ("analytics", "payment")] == ["enforce", "observe"]
    assert (two.url, two.dataset) == (
        "/srv/lawful/shop.db",
        Path("/srv/lawful/datasets/two.toml"),
    )
    assert (two.mode, two.mode_for("analytics")) == ("enforce", "enforce")
    assert found.store("two") is two


def test_the_least_file() -> None:
    found = load("version = 1\n")
    assert (found.demand_review, found.readings, found.stores) == (False, {}, {})


def test_a_url_keeps_its_place_when_read_again() -> None:
    kind, path = parse_url(load(GOOD).stores["sample"].url, Path("/elsewhere"))
    assert (kind, path) == ("duckdb", Path("/srv/lawful/data/sample.duckdb"))


WRONG = [
    ("[gate]", "[gates]", 2, "config.unknown_key", "'gate'"),
    ("demand_review", "demand_reviews", 3, "config.unknown_key", "'demand_review'"),
    ("mode = ", "mod = ", 9, "config.unknown_key", "'mode'"),
    ('"observe"', '"watch"', 9, "config.shape", ""),
    ("= true", '= "yes"', 3, "config.shape", ""),
    ("version = 1", "version = 2", 1, "config.version", "version = 1"),
    ("version = 1", "", 0, "config.missing_key", "version"),
    ('url = "shop.db"', "", 11, "config.missing_key", "url"),
    ("{ analytics", "{ analitics", 0, "config.purpose", "'analytics'"),
    ('stores."two"', 'stores."t wo"', 11, "config.store_name", "letters"),
    ("[gate]", "[gate", 2, "config.toml", ""),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "hint"), WRONG, ids=[f"{each[3]} {each[1]}" for each in WRONG]
)
def test_a_wrong_file(old: str, new: str, line: int, code: str, hint: str) -> None:
    assert old in GOOD
    with pytest.raises(UsageError) as caught:
        load(GOOD.replace(old, new, 1))
    error = caught.value
    assert (error.code, error.location.file, error.location.line) == (code, "lawful.toml", line)
    assert hint in error.hint
    assert error.exit_code == 2


@pytest.mark.parametrize("url", ["postgres:///x", "duckdb://host/x", "sqlite:///", ""])
def test_a_url_of_no_kind(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url, name="shop")
    assert caught.value.code == "store.url"


def test_an_unknown_store_offers_the_nearest() -> None:
    with pytest.raises(UsageError, match="'sampel'") as caught:
        load(GOOD).store("sampel")
    assert "'sample'" in caught.value.hint


def test_it_is_found_upwards(tmp_path: Path) -> None:
    (tmp_path / "lawful.toml").write_text(GOOD)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_config(deep) == tmp_path / "lawful.toml"
    assert read_config(find_config(deep)).folder == tmp_path
    (tmp_path / "a" / "lawful.toml").write_text(GOOD)
    assert find_config(deep) == tmp_path / "a" / "lawful.toml"


def test_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_config(tmp_path)
    assert "lawful init" in caught.value.hint


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="cannot be read"):
        read_config(tmp_path / "lawful.toml")


def test_neither_of_the_two_kinds_of_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"PK\x03\x04" * 100)
    with pytest.raises(EnvironmentFailure, match="neither"):
        open_store("x", name="shop", folder=tmp_path)


def test_a_short_token_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        open_store("x", name="shop", folder=tmp_path, token_key=b"short")
