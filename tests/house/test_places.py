"""No file names a place of one machine, or the host of a package registry."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import files, found

MACHINE = re.compile(
    r"""(?<![\w.:/$}*-])/(?:work|farm|root|opt)(?=[/\s'"`)]|$)"""
    r"""|(?<![\w.:/$}*-])/(?:home|Users)/\w+/"""
    r"""|\b[C-Z]:\\\\?Users\\"""
)
REGISTRY = re.compile(
    r"py[p]i\.org|pythonhoste[d]\.org|npmj[s]\.(?:org|com)|yarnpk[g]\.com|crate[s]\.io"
    r"|debia[n]\.(?:org|net)|ubunt[u]\.com|anacond[a]\.(?:org|com)|condaforg[e]|goprox[y]\.",
    re.IGNORECASE,
)


def find_machine_path(name: str, text: str) -> list[str]:
    """Absolute paths that exist on one machine only."""
    return _lines(MACHINE, name, text, "a path of one machine; make it relative")


def find_registry_host(name: str, text: str) -> list[str]:
    """Addresses of package registries; the client's own settings know them."""
    return _lines(REGISTRY, name, text, "the host of a package registry; leave it to the client")


def _lines(pattern: re.Pattern[str], name: str, text: str, what: str) -> list[str]:
    return [
        f"{name}:{n}: {what}" for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)
    ]


@pytest.mark.parametrize("line", ["../shared/law", "src/work/a", "//example.eu/work/1", "$X/opt/a"])
def test_a_relative_path_is_good(line: str) -> None:
    assert not find_machine_path("a.md", line)


@pytest.mark.parametrize("path", ["work/main", "root/.cache", "home/ann/x", "Users/ann/x", "opt/x"])
def test_a_path_of_one_machine_is_found(path: str) -> None:
    assert find_machine_path("a.md", f"see '/{path}'")


def test_a_host_of_the_law_is_good() -> None:
    assert not find_registry_host("a.md", "https://eur-lex.europa.eu/eli/reg/2016/679/oj")


@pytest.mark.parametrize("host", ["py" + "pi.org", "r.npm" + "js.org", "deb.debi" + "an.org"])
def test_a_registry_is_found(host: str) -> None:
    assert find_registry_host("a.txt", f"--index-url https://{host}/simple")


def test_no_machine_paths() -> None:
    assert not found(find_machine_path, files())


def test_no_registry_hosts() -> None:
    assert not found(find_registry_host, files())
