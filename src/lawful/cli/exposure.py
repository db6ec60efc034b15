"""``lawful law exposure``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lawful.cli.asking import read_facts, read_moment
from lawful.cli.output import Output, leave


def run_exposure(
    output: Output,
    folder: Path,
    about: str,
    typed: list[str],
    file: Path | None,
    on: str | None,
    at: str | None,
    bases: list[str],
) -> None:
    """Print what unmet rules may cost; exit 1 if a rule is not met, 3 if that is undetermined."""
    from lawful.decide.exposure import read_base
    from lawful.gate.deployment import Deployment
    from lawful.gate.exposing import expose

    known = dict(read_base(each) for each in bases)
    facts = read_facts(typed, file)
    day, moment = read_moment(facts, on, at)
    with Deployment.open(folder) as deployment:
        exposed = expose(deployment, about, facts, on=day, at=moment, bases=known, door="cli")
        answer = exposed.wire(output.lang)
    if output.json:
        output.data(answer)
    else:
        show_exposure(output, answer)
    leave(1 if any(answer["unmet"].values()) else 3 if answer["undetermined"] else 0)


def show_exposure(output: Output, answer: dict[str, Any]) -> None:
    """An exposure as text: what is not met, then the tiers by regime, then what carries no penalty."""
    if answer["outcome"]:
        output.line(output.word(answer["outcome"]))
    for rows in answer["unmet"].values():
        for rule in rows:
            last = rule["last_on"] or rule["last"] or ""
            output.line(
                f"  {rule['how_words']:<20} {last:<22} {output.cited(rule)}  {rule['says']}"
            )
            output.line(f"  {'':<20} {'':<22} {rule['id']}")
    for regime in answer["regimes"]:
        output.line(f"\n{regime['jurisdiction']} · {regime['title']} ({regime['instrument']})")
        for tier in regime["tiers"]:
            _show_tier(output, tier)
    if answer["without_penalty"]:
        output.line("\nno penalty in the rulebook for: " + ", ".join(answer["without_penalty"]))
    if answer["undetermined"]:
        output.line(
            f"\nnot known whether met: {len(answer['undetermined'])} rules; "
            f"wanted: {', '.join(each['name'] for each in answer['wanted'])}"
        )
    if answer["bases_unused"]:
        asked = ", ".join(answer["bases_asked"]) or "none"
        output.line(
            f"\nused by no ceiling here: {', '.join(answer['bases_unused'])}; asked for: {asked}"
        )
    output.line(f"\n{answer['never_added']}")
    output.line(f"evidence {answer['decision']}")


def _show_tier(output: Output, tier: dict[str, Any]) -> None:
    doubt = "" if tier["holds"] else f"  (if {'; '.join(tier['when'])}: not known)"
    unread = "" if tier["verified"] else "  (unverified)"
    output.line(f"  {output.cited(tier)}  {tier['says']}{doubt}{unread}")
    for ceiling in tier["ceilings"]:
        output.line(f"      {ceiling['text']}")
        if ceiling["computed"]:
            output.line(f"        = {ceiling['computed']['text']}")
    if tier["measures"]:
        output.line("      " + ", ".join(each["label"] for each in tier["measures"]))
    for words, late in (("for", True), ("if missed", False)):
        rules = [each["id"] for each in tier["rules"] if (each["how"] != "due") is late]
        if rules:
            output.line(f"      {words}: {', '.join(rules)}")
