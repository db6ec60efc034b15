"""A small made-up store with everything that can be wrong in one, and its views by the oracle."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from lawful.actions import approve_activity, approve_organisation
from lawful.gate import Deployment
from lawful.gate.use import Use, use_of
from lawful.law import Court
from lawful.law.coverage import touched
from lawful.law.model import Kind
from lawful.law.oracle import worst
from lawful.terms import Outcome, set_of
from tests.enforce.files import (
    ACTIVITY,
    CONFIG,
    DATASET,
    ORGANISATION,
    POLICY,
    POLICY_INSTRUMENT,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

TABLES = {
    "people": [
        "id",
        "country",
        "born",
        "email",
        "illness",
        "faith",
        "withdrawn",
        "objected",
        "explicit",
    ],
    "consents": ["person", "purpose", "state", "since"],
    "orders": ["n", "buyer", "gift", "note"],
    "goods": ["g", "title"],
}
TYPES = {
    "id": "INTEGER",
    "born": "DATE",
    "withdrawn": "BOOLEAN",
    "objected": "BOOLEAN",
    "explicit": "BOOLEAN",
    "person": "INTEGER",
    "since": "DATE",
    "n": "INTEGER",
    "buyer": "INTEGER",
    "gift": "INTEGER",
    "g": "INTEGER",
}


BORN = [date(y, m, d) for y, m, d in ((1980, 5, 1), (1991, 1, 1), (1975, 1, 1), (2008, 11, 24))]
BORN_OR_UNKNOWN = [*BORN, date(2008, 11, 25), date(2012, 2, 29), None]


def made_up(seed: int) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of a small store with everything that can be wrong in one."""
    pick = random.Random(seed)
    people: list[tuple[Any, ...]] = []
    for number in range(1, 41):
        people.append(
            (
                number,
                pick.choice(["DE", "DE", "FR", "FR", "IE", "KE", "XX", None]),
                pick.choice(BORN_OR_UNKNOWN),
                pick.choice(["a@x", None]),
                pick.choice(["flu", None]),
                pick.choice(["none", None]),
                pick.choice([False] * 6 + [True, None]),
                pick.choice([False, None, None, False, True]),
                pick.choice([True, True, False, None]),
            )
        )
    fine = (date(1980, 5, 1), "a@x", None, None, False, None, True)
    people[:3] = [(1, "DE", *fine), (2, "DE", *fine), (3, "FR", *fine)]
    people.append((1, "FR", *fine))  # a key named twice, otherwise
    people.append((None, "DE", date(1980, 5, 1), "no key", "x", "y", False, False, True))
    ads = "personalised_advertising"
    consents = [(n, ads, "given", date(2026, 1, 1)) for n in range(1, 41) if n % 7]
    consents += [
        (
            pick.randint(1, 43),
            pick.choice(["personalised_advertising", "analytics"]),
            pick.choice(["given", "given", "refused", "maybe", None]),
            date(2026, pick.randint(1, 3), 1),
        )
        for _ in range(24)
    ]
    consents += [
        (2, ads, "given", date(2026, 6, 1)),
        (2, ads, "refused", date(2026, 6, 1)),
    ]  # contradict
    consents += [(3, ads, "given", date(2026, 6, 1))]
    orders = [
        (
            n,
            pick.choice([None, *range(1, 44)]),
            pick.choice([None, None, None, *range(1, 44)]),
            f"note {n}",
        )
        for n in range(60)
    ]
    return {
        "people": people,
        "consents": consents,
        "orders": orders,
        "goods": [(1, "lamp"), (2, "chair")],
    }


def store(path: Path, kind: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Write a store file."""
    connection: Any = sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))
    with closing(connection):
        for table, columns in TABLES.items():
            text = ", ".join(f"{name} {TYPES.get(name, 'VARCHAR')}" for name in columns)
            connection.execute(f"CREATE TABLE {table} ({text})")
            for row in rows[table]:
                marks = ", ".join("?" * len(row))
                cells = [
                    each.isoformat() if isinstance(each, date) and kind == "sqlite" else each
                    for each in row
                ]
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", cells)
        connection.commit()


def deployed(
    folder: Path, kind: str, seed: int
) -> tuple[Deployment, dict[str, list[tuple[Any, ...]]]]:
    """A deployment over a made-up store."""
    rows = made_up(seed)
    for name, text in {
        "lawful.toml": CONFIG.format(kind=kind),
        "organisation.toml": ORGANISATION,
        "activities/ads.toml": ACTIVITY,
        "datasets/s.toml": DATASET,
        "policy/x/instrument.toml": POLICY_INSTRUMENT,
        "policy/x/art-1.md": POLICY,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    store(folder / "s.db", kind, rows)
    deployment = Deployment.open(folder, clock=lambda: NOW)
    place = (deployment.engine, deployment.evidence, deployment.vocabulary, deployment.folder)
    approve_organisation(*place, author="a", approver="b", clock=lambda: NOW)
    approve_activity(*place, "ads.toml", author="a", approver="b", clock=lambda: NOW)
    return deployment, rows


class Views:
    """Protected tables by the oracle: slow, plain, and written without the enforcing code."""

    def __init__(
        self,
        deployment: Deployment,
        rows: dict[str, list[tuple[Any, ...]]],
        token: Callable[[Any], Any],
    ) -> None:
        self.deployment, self.rows, self.token = deployment, rows, token
        self.known: dict[tuple[Any, frozenset[str]], bool] = {}
        self.use: Use = use_of(
            deployment, deployment.dataset("s"), purpose="personalised_advertising", actor=""
        )

    def facts(self, key: Any) -> dict[str, Any] | None:
        """A data subject's own facts, as the dataset file says; None: nobody has that key."""
        mine = {row for row in self.rows["people"] if row[0] == key and key is not None}
        if not mine:
            return None
        found = [self._facts(row) for row in mine]
        return found[0] if all(each == found[0] for each in found) else {"contradictory": True}

    def _facts(self, row: tuple[Any, ...]) -> dict[str, Any]:
        region = row[1] if row[1] in self.deployment.vocabulary.values_of("collected_in") else None
        mine = [
            c
            for c in self.rows["consents"]
            if c[0] == row[0] and c[1] == "personalised_advertising"
        ]
        last = [c for c in mine if c[3] == max(each[3] for each in mine)]
        states = {c[2] for c in last}
        given = (
            False
            if not last
            else {"given": True, "refused": False}.get(next(iter(states)))
            if len(states) == 1
            else None
        )
        return {
            "subject_located_in": region,
            "collected_in": region,
            "birth_date": row[2],
            "consent_given": given,
            "consent_withdrawn": row[6],
            "objected": False if row[7] is None else row[7],
            "consent_explicit": row[8],
        }

    def lawful(self, key: Any, data: set[str]) -> bool:
        """Is the use of these categories of this data subject lawful?"""
        place = (key, frozenset(data))
        if place not in self.known:
            self.known[place] = self._lawful(key, data)
        return self.known[place]

    def _lawful(self, key: Any, data: set[str]) -> bool:
        facts = self.facts(key)
        if facts is None or "contradictory" in facts:
            return False
        closed = self.deployment.vocabulary.close("data", set_of(data))
        thing = self.use.thing.with_values({**facts, "data": closed, "needed_for_purpose": True})
        court = Court(self.deployment.book, thing)
        rules = [
            (each.id, each, court.judged(each).violated)
            for each in self.deployment.book.entries.values()
            if each.kind is Kind.RULE and each.about == "use"
        ]
        return worst(rules)[0] is Outcome.LAWFUL and touched(court).covered

    def people(self, asked: set[str]) -> list[tuple[Any, ...]]:
        """The view of ``people`` for a query that names these columns."""
        categories = {
            "id": {"identifier"},
            "country": {"transaction"},
            "born": {"birth_date"},
            "email": {"email"},
            "illness": {"health"},
            "faith": {"religion"},
        }
        out = []
        for row in self.rows["people"]:
            if not self.lawful(row[0], {"identifier"}):
                continue
            given = {c for c in asked & set(categories) if self.lawful(row[0], categories[c])}
            if not self.lawful(row[0], {"identifier"}.union(*(categories[c] for c in given))):
                given = set()
            cells = dict(zip(TABLES["people"], row, strict=True))
            shown = {
                "id": cells["id"],
                "country": cells["country"],
                "illness": cells["illness"],
                "faith": cells["faith"],
                "email": self.token(cells["email"]),
                "born": band(cells["born"]),
            }
            out.append(tuple(shown[c] if c in given else None for c in TABLES["people"]))
        return out

    def orders(self, asked: set[str]) -> list[tuple[Any, ...]]:
        """The view of ``orders`` for a query that names these columns."""
        of = {"n": ["buyer"], "buyer": ["buyer"], "gift": ["gift"], "note": ["buyer", "gift"]}
        roles = {role for c in asked for role in of[c]} or {"buyer", "gift"}
        out = []
        for n, buyer, gift, note in self.rows["orders"]:
            passes = {
                "buyer": self.lawful(buyer, {"identifier"}),
                "gift": gift is None or self.lawful(gift, {"identifier"}),
            }
            if all(passes[role] for role in roles):
                cells = {"n": n, "buyer": buyer, "gift": gift, "note": note}
                out.append(
                    tuple(
                        cells[c] if c in asked and all(passes[r] for r in of[c]) else None
                        for c in of
                    )
                )
        return out


def band(born: date | None) -> str | None:
    """The age band on the day of the question."""
    if born is None:
        return None
    age = 2026 - born.year - ((born.month, born.day) > (11, 24))
    limits = [
        (13, "0-13"),
        (15, "14-15"),
        (17, "16-17"),
        (24, "18-24"),
        (34, "25-34"),
        (44, "35-44"),
        (54, "45-54"),
        (64, "55-64"),
    ]
    return next((name for last, name in limits if age <= last), "65+")


QUERIES: dict[str, tuple[set[str] | None, set[str] | None]] = {
    "SELECT * FROM people": (set(TABLES["people"]), None),
    "SELECT id, illness, faith FROM people": ({"id", "illness", "faith"}, None),
    "SELECT id, country FROM people": ({"id", "country"}, None),
    "SELECT id, country, email FROM people": ({"id", "country", "email"}, None),
    "SELECT id, illness FROM people WHERE illness IS NULL": ({"id", "illness"}, None),
    "SELECT count(*) FROM people": (set(), None),
    "SELECT count(*) FROM orders": (None, set()),
    "SELECT n, note FROM orders": (None, {"n", "note"}),
    "SELECT gift, count(*) FROM orders GROUP BY gift": (None, {"gift"}),
    "SELECT p.email, o.n FROM orders o JOIN people p ON p.id = o.buyer": (
        {"email", "id"},
        {"n", "buyer"},
    ),
    "SELECT id FROM people EXCEPT SELECT buyer FROM orders": ({"id"}, {"buyer"}),
    "SELECT id FROM people p WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.buyer = p.id)": (
        {"id"},
        {"buyer"},
    ),
    "WITH orders AS (SELECT id AS n FROM people) SELECT n FROM orders": ({"id"}, None),
    "SELECT born, count(*) FROM people GROUP BY born": ({"born"}, None),
    "SELECT title FROM goods": (None, None),
}
