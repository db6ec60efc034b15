"""Larger rulebooks: the shipped one with made-up acts of many countries, for benchmarks and large counts.

Each made act has a scope like real ones (who is there, or offers there) and rules of two to four
conditions with dates, figures and exceptions; some begin or end between two days in March 2024.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from lawful.law import build_book
from lawful.law.book import Book
from lawful.law.model import Kind

DAY = "2024-03-22"
"""The day on which some of the made rules begin, and after which others have ended."""

INSTRUMENT = """
id = "{lower}.made"
jurisdiction = "{region}"
title = {{ en = "Made act", zh = "拟制法" }}
short = {{ en = "Made act", zh = "拟制法" }}
zone = "Asia/Shanghai"
in_force = 2020-01-01

[scope]
use = [
  "data_state IN ('personal', 'pseudonymised')",
  "subject_located_in = '{region}' OR controller_region = '{region}' OR has_any(stored_in, '{region}')",
]

[sources."s"]
url = "about:blank"
"""
HEAD = """# Made article

```toml
article     = "{lower}.made.{n}"
citation    = "拟制法 第{n}条"
citation_en = "Made act, art. {n}"
source      = "s"
verified    = true
provisions  = []
```

## Rules
```toml
{entries}
```
"""
ACTS = (
    *("BR", "US", "SG", "IN", "GB", "JP", "KR", "CA", "AU", "MX"),
    *("TR", "SA", "AE", "TH", "VN", "ID", "MY", "PH", "CH", "RU"),
)
"""The countries of the made acts."""
REGIONS = ("CN", "US", "DE", "FR", "SG", "IN", "GB", "JP", "BR", "HK")
"""What their rules test."""


def count_rules(book: Book) -> int:
    """How many rules are about a use."""
    entries = book.entries.values()
    return sum(1 for each in entries if each.kind is Kind.RULE and each.about == "use")


def grown(files: Mapping[str, bytes], rules: int, seed: int = 11) -> dict[str, bytes]:
    """A rulebook with made articles added until ``rules`` rules are about a use.

    A rule each, every third with a basis; the same for the same seed.
    """
    chance = random.Random(seed)
    found = dict(files)
    for region in ACTS:
        text = INSTRUMENT.format(lower=region.lower(), region=region)
        found[f"{region.lower()}/made/instrument.toml"] = text.encode()
    for n in range(1, rules - count_rules(build_book(files)) + 1):
        lower = ACTS[n % len(ACTS)].lower()
        entries = _rule(chance, lower, n) + (_basis(chance, lower, n) if n % 3 == 0 else "")
        text = HEAD.format(lower=lower, n=n, entries=entries)
        found[f"{lower}/made/art-{n:04}.md"] = text.encode()
    return found


def _rule(chance: random.Random, lower: str, n: int) -> str:
    when = ", ".join(f'"{_condition(chance)}"' for _ in range(chance.randint(2, 4)))
    requires = f'requires = ["{_condition(chance)}"]\n' if chance.random() < 0.8 else ""
    dates = ""
    if chance.random() < 0.08:
        dates = chance.choice((f"in_force = {DAY}\n", f"until = {DAY}\n"))
    return (
        f'[[rule]]\nid = "{lower}.made.{n}.rule"\nduty = {{ en = "do {n}", zh = "做{n}" }}\n'
        f'when = [{when}]\n{requires}{dates}otherwise = "{chance.choice(("block", "before"))}"\n\n'
    )


def _basis(chance: random.Random, lower: str, n: int) -> str:
    when = ", ".join(f'"{_condition(chance)}"' for _ in range(2))
    return (
        f'[[basis]]\nid = "{lower}.made.{n}.basis"\npermits = {{ en = "may {n}", zh = "可{n}" }}\n'
        f'when = [{when}]\ndefeats = ["{lower}.made.{n}.rule"]\n\n'
    )


def _condition(chance: random.Random) -> str:
    regions = ", ".join(f"'{each}'" for each in chance.sample(REGIONS, 2))
    data = ", ".join(f"'{each}'" for each in chance.sample(("health", "biometric", "contact"), 2))
    return chance.choice(
        (
            f"subject_located_in IN ({regions})",
            f"recipient_region NOT IN ({regions})",
            f"has_any(stored_in, {regions})",
            f"has_any(data, {data})",
            f"operation = '{chance.choice(('share', 'transfer', 'profile', 'train'))}'",
            f"recipient_role = '{chance.choice(('controller', 'processor', 'authority'))}'",
            "consent_separate",
            "consent_given",
            "NOT automated_decision",
            "monitors_behaviour",
            f"persons >= {chance.choice((1000, 10000, 100000))}",
            f"persons_held < {chance.choice((10000, 1000000))}",
            f"birth_date > cutoff({chance.choice((13, 14, 16, 18))})",
            "necessary_for_contract OR emergency",
            "has_any(told, 'purpose', 'method')",
            f"purpose = '{chance.choice(('personalised_advertising', 'order_fulfilment'))}'",
        )
    )
