"""What ``lawful init URL`` writes: settings, a dataset, an organisation, an activity to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from lawful.inventory.guesses import People, category_of, parts_in, people_in
from lawful.stores.model import ColumnInfo, ForeignKey

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def skeleton(
    catalog: Mapping[str, Sequence[ColumnInfo]],
    url: str,
    store_name: str,
    foreign_keys: Sequence[ForeignKey] = (),
) -> dict[str, str]:
    """The files of a new deployment, by path below its folder.

    All of them load as they are written; what is guessed says so, what is missing is said in one
    sentence with the line to write. Columns have no category, so everything is masked at first; a
    table in which nobody was found is ``undecided``, and cannot be queried.
    """
    return {
        "lawful.toml": _settings(url, store_name),
        f"datasets/{store_name}.toml": _dataset(catalog, store_name, foreign_keys),
        "organisation.toml": _ORGANISATION,
        "activities/example.toml": _ACTIVITY,
    }


def _settings(url: str, store_name: str) -> str:
    return f"""# The settings of this deployment. Relative paths begin at this folder.
version = 1

[stores.{_key(store_name)}]
url = {_text(url)}
dataset = {_text(f"datasets/{store_name}.toml")}
mode = "enforce"       # or "observe": nothing is withheld, what would be is recorded
"""


def _dataset(
    catalog: Mapping[str, Sequence[ColumnInfo]], store_name: str, keys: Sequence[ForeignKey]
) -> str:
    people = people_in(catalog)
    parts = [
        "# What this store holds, and about whom. It counts as soon as it is saved.\n"
        "# A column without a category is masked: write the suggested category where it is right.\n"
        f"dataset = {_text(store_name)}\n",
        "[facts]\n"
        "# It is not said where the data is stored, processed and collected. Name the places:\n"
        '# stored_in = ["IE"]\n# processed_in = ["IE"]\n# collected_in = "IE"\n',
        *(_people(each, catalog[each.table]) for each in people.values()),
    ]
    if not people:
        parts.append(_NOBODY)
    parts += [_table(name, catalog[name], people, keys) for name in catalog]
    return "\n".join(parts)


_NOBODY = """# No table was found that has one row for each data subject. Write, for example:
# [[subject]]
# name = "customer"
# table = "customers"
# key = "customer_id"
# category = "identifier"
"""


def _people(people: People, columns: Sequence[ColumnInfo]) -> str:
    by_category = {category_of(column.name): column.name for column in reversed(columns)}
    lines = [
        f"# A GUESS from the names of columns: one row of '{people.table}' is one data subject.",
        "[[subject]]",
        f"name = {_text(people.name)}",
        f"table = {_text(people.table)}",
        f"key = {_text(people.key)}",
        'category = "identifier"',
    ]
    wanted = (
        ("birth_date", "birth_date", "date of birth"),
        (
            "subject_located_in",
            "residence",
            "whereabouts (a country's two letters, or translate with values)",
        ),
        (
            "subject_resident_in",
            "residence",
            "country of residence (two letters, or translate with values)",
        ),
    )
    for fact, category, words in wanted:
        lines.append(
            f"# It is not said where the {words} stands. Take the # away if it is this column:"
        )
        column = by_category.get(category, "…")
        lines += [f"# [subject.facts.{fact}]", f"# column = {_text(column)}"]
    lines += [
        "# It is not said where consent is recorded; what rests on it is withheld. For example:",
        "# [subject.facts.consent_given]",
        '# table = "consents"\n# key = "customer_id"\n# column = "state"',
        '# match = { purpose = "$purpose" }\n# latest_by = "recorded_at"',
        "# values = { given = true, refused = false, withdrawn = false }",
        "# no_row_means = false",
        '# reason = { en = "no consent row means no", zh = "没有同意记录即视为未同意" }',
    ]
    return "\n".join(lines) + "\n"


def _table(
    name: str,
    columns: Sequence[ColumnInfo],
    people: Mapping[str, People],
    keys: Sequence[ForeignKey],
) -> str:
    lines = ["[[table]]", f"name = {_text(name)}"]
    taken: set[str] = set()
    roles: list[str] = []
    for part in parts_in(name, people, keys):
        if part.name not in taken:
            taken.add(part.name)
            roles += [
                f"[table.roles.{_key(part.name)}]   # a guess",
                f"subject = {_text(part.people)}",
                f"column = {_text(part.column)}",
            ]
    if columns and columns[0].of_view:
        lines.insert(
            0,
            "# A view: describe it as what it shows; its own tables' descriptions do not reach it.",
        )
    if not roles:
        lines[:0] = [
            f"# Nobody was found in '{name}', so it cannot be queried. In place of undecided write",
            '# personal = false and reason = { en = "…", zh = "…" }; or [table.roles.NAME]',
            "# with subject and column.",
        ]
        lines.append("undecided = true")
    return "\n".join([*lines, *roles, "[table.columns]", *_columns(columns)]) + "\n"


def _columns(columns: Sequence[ColumnInfo]) -> Iterator[str]:
    for column in columns:
        guess = category_of(column.name)
        yield f"{_key(column.name)} = {{}}" + (
            f'   # perhaps {{ category = "{guess}" }}' if guess else ""
        )


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    """A basic string of TOML; JSON's is one, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_ORGANISATION = """# Who there is. It counts once approved, by another person than its author:
#   lawful org approve organisation.toml --author ann --approver ben
[[person]]
id = "ann"                          # fill in: who writes these files
name = "Ann Author"
roles = ["privacy_engineer"]        # or dpo, counsel, analyst, security_officer, auditor

[[person]]
id = "ben"                          # fill in: who approves them (a dpo or counsel)
name = "Ben Approver"
roles = ["dpo"]

[[entity]]
id = "company"                      # fill in: the legal entity whose data it is
name = { en = "Our company", zh = "本公司" }

[entity.facts]
# It is not said where the entity is. Take the # away and name the places:
# controller_region = "IE"
# established_in = ["IE"]
# offered_in = ["IE"]
# It is not said what it does. Take the # away:
# business = ["marketplace"]

[entity.roles.analytics]            # staff who query; region is where they sit
title = { en = "analytics", zh = "数据分析" }
region = "IE"                       # fill in

# Records are missing: what a law asks to be appointed, filed or assessed. For example:
# [[entity.record]]
# rule = "eu.gdpr.37.officer"
# done = 2024-05-01T09:00:00Z
# label = "DPO-1"
"""

_ACTIVITY = """# One use of data. It counts once approved, by another person than its author:
#   lawful activity approve activities/example.toml --author ann --approver ben
id = "example"
entity = "company"
purpose = "analytics"               # fill in
operation = "use"                   # fill in
title = { en = "sales analytics", zh = "销售分析" }
roles = ["analytics"]               # staff roles that may act for it
needed = []                         # fill in, such as ["transaction", "residence"]
mask = { default = "empty", birth_date = "age_band" }   # the rest: empty, token, age_band

[facts]
# It is not said on what the use rests. Take the # away (an approved conclusion, so be sure):
# lawful_bases = ["consent"]
# automated_decision = false
# monitors_behaviour = false
"""
