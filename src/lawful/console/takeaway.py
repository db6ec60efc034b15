"""The same question for the shell and for Python. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date


def shell_line(facts: Mapping[str, object], on: str) -> str:
    """The ``lawful ask`` line that asks the same.

    >>> shell_line({"operation": "share", "data": ["phone"], "ciio": None}, "2026-11-24")
    'lawful ask share --fact data=phone --fact ciio=null --on 2026-11-24'
    """
    words = ["lawful", "ask"]
    if facts.get("operation"):
        words.append(str(facts["operation"]))
    for name, value in facts.items():
        if name != "operation":
            words += ["--fact", f"{name}={_word(value)}"]
    return shlex.join([*words, *(["--on", on] if on else [])])


def duties_line(about: str, facts: Mapping[str, object], on: str) -> str:
    """The ``lawful duties`` line that asks for the same list.

    >>> duties_line("incident", {"ciio": None}, "2026-11-24T09:00Z")
    'lawful duties incident --fact ciio=null --at 2026-11-24T09:00Z'
    """
    words = ["lawful", "duties", about]
    for name, value in facts.items():
        words += ["--fact", f"{name}={_word(value)}"]
    moment = ["--at" if "T" in on else "--on", on] if on else []
    return shlex.join([*words, *moment])


def _word(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value)) or "[]"
    return (
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )


def python_call(facts: Mapping[str, object], on: str) -> str:
    """Python that asks the same.

    >>> print(python_call({"operation": "share", "ciio": "false"}, "2026-11-24"))
    from datetime import date
    from pathlib import Path
    from lawful.gate.asking import ask
    from lawful.gate.deployment import Deployment
    <BLANKLINE>
    with Deployment.open(Path()) as deployment:
        asked = ask(deployment, {
            'operation': 'share',
            'ciio': False,
        }, on=date(2026, 11, 24))
    print(asked.outcome)
    """
    lines = [f"        {name!r}: {_typed(value)!r}," for name, value in facts.items()]
    day = date.fromisoformat(on) if on else None
    return "\n".join(
        [
            *(["from datetime import date"] if day else []),
            "from pathlib import Path",
            "from lawful.gate.asking import ask",
            "from lawful.gate.deployment import Deployment",
            "",
            "with Deployment.open(Path()) as deployment:",
            "    asked = ask(deployment, {",
            *lines,
            f"    }}, on=date({day.year}, {day.month}, {day.day}))" if day else "    })",
            "print(asked.outcome)",
        ]
    )


def _typed(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return list(value)
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
