"""Beside a thing's facts: records once made, systems, how long data is kept; penalties and drafts."""

from __future__ import annotations

import pytest

from lawful.decide.decider import Decider
from lawful.law.book import build_book
from lawful.law.changes import change, thing_from
from lawful.law.examples import check_examples
from lawful.law.lint import lint
from lawful.law.oracle import Court, Oracle
from lawful.law.parse import parse
from lawful.law.printing import text_of
from lawful.law.thing import Thing
from lawful.terms.errors import UsageError
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer
from tests.law.files import INSTRUMENT, findings, rule, small_book, small_files

A = "xx.act.1.a"


def answers(text: str, about: str, change_text: str, **facts: object) -> Answer:
    """What rule ``a`` answers, by the oracle and by the generated function alike."""
    covered = f"\n{about} =" in INSTRUMENT
    book = small_book(
        text,
        INSTRUMENT if covered else INSTRUMENT.replace("[scope]", f"[scope]\n{about} = ['TRUE']"),
    )
    thing = thing_from(book.vocabulary, about, {"on": "2026-11-24", **facts})
    thing = change(book.vocabulary, thing, change_text)
    judged = Oracle(book).judge(thing)
    values = Decider(book).values(thing)
    for rule_id, each in judged.items():
        assert values[f"app:{rule_id}"] is each.applies
        assert values.get(f"vio:{rule_id}", False) is each.violated
    return judged[RuleId(A)].answer


@pytest.mark.parametrize(
    ("made", "plain", "negative"),
    [
        ("", Answer.UNDETERMINED, Answer.UNDETERMINED),
        (f"fulfilled:{A} = false", Answer.UNMET, Answer.UNMET),
        (f"fulfilled:{A} = true", Answer.MET, Answer.UNDETERMINED),
        (f"recorded:{A} = true", Answer.MET, Answer.UNDETERMINED),
        (f"recorded:{A}:opinion = negative", Answer.MET, Answer.MET),
        (f"recorded:{A}:opinion = positive", Answer.MET, Answer.UNMET),
    ],
)
def test_recorded(made: str, plain: Answer, negative: Answer) -> None:
    said = f"recorded('{A}', 'opinion') = 'negative'"
    assert answers(rule(requires=f"recorded('{A}')", about="entity"), "entity", made) is plain
    assert answers(rule(requires=said, about="entity"), "entity", made) is negative


def test_a_record_that_lapsed_was_made_but_counts_no_more() -> None:
    lapsed = f"recorded:{A} = 2026-01-01T00:00:00Z; fulfilled:xx.act.1 ?="
    fulfilled = rule(requires="fulfilled", about="entity")
    assert answers(fulfilled, "entity", lapsed) is Answer.UNDETERMINED


@pytest.mark.parametrize(
    ("systems", "expected"),
    [
        ("", Answer.UNDETERMINED),
        ("systems = all", Answer.NOT_APPLICABLE),
        ("system.services = hosting", Answer.UNDETERMINED),
        ("system.services = hosting; systems = all", Answer.NOT_APPLICABLE),
        ("system.services = hosting; system2.services = online_platform", Answer.UNMET),
        ("system.services ?= ; systems = all", Answer.UNDETERMINED),
        (
            "system.services = []; system.services ?= online_platform; systems = all",
            Answer.UNDETERMINED,
        ),
        ("system2.services += online_platform; systems = some", Answer.UNMET),
        (
            "system.services = online_platform, hosting; system.services -= online_platform; systems = all",
            Answer.NOT_APPLICABLE,
        ),
    ],
)
def test_any_of(systems: str, expected: Answer) -> None:
    text = rule("any_of(system, has_any(services, 'online_platform'))", about="entity")
    assert answers(text, "entity", systems) is expected


def test_any_of_reads_the_entity_too_and_keeps_its_brackets() -> None:
    condition = "any_of(system, has_any(services, 'hosting') AND (ciio OR persons_held >= 5))"
    assert text_of(parse(condition)) == condition
    text = rule(condition, about="entity")
    hosting = "system.services = hosting; systems = all; persons_held = 1"
    assert answers(text, "entity", hosting, ciio=True) is Answer.UNMET
    assert answers(text, "entity", hosting, ciio=False) is Answer.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("condition", "about", "message"),
    [
        ("any_of(system, birth_date > cutoff(14))", "entity", "cannot know the fact 'birth_date'"),
        ("any_of(system, fulfilled)", "entity", "stand tests of facts only"),
        ("any_of(system, has_any(services, 'hosting'))", "system", "has no system of its own"),
        ("recorded('xx.act.1.z')", "entity", "There is no rule 'xx.act.1.z'"),
    ],
)
def test_what_cannot_be_asked(condition: str, about: str, message: str) -> None:
    scope = INSTRUMENT.replace("[scope]", "[scope]\nsystem = ['TRUE']")
    found = findings(rule(condition, about=about), scope)
    assert any(message in each.message for each in found), [each.message for each in found]


KEPT = """
[[rule]]
id        = "xx.act.1.a"
duty      = { en = "keep the log", zh = "留存日志" }
when      = ["has_any(data, 'contact')"]
otherwise = "block"
keep      = { at_least = 6, unit = "months", from = "birth_date" }

[[command]]
id        = "xx.act.1.erase"
duty      = { en = "erase on demand", zh = "依请求删除" }
when      = ["objected"]
commands  = ["operation = 'erase'"]
"""


@pytest.mark.parametrize(
    ("facts", "bars", "commands"),
    [
        ("operation = erase; birth_date = 2026-06-01", Answer.UNMET, Answer.NOT_APPLICABLE),
        ("operation = erase; birth_date = 2026-05-24", Answer.UNMET, Answer.NOT_APPLICABLE),
        ("operation = erase; birth_date = 2026-05-23", Answer.NOT_APPLICABLE, Answer.APPLIES),
        ("operation = erase; birth_date ?=", Answer.UNDETERMINED, Answer.UNDETERMINED),
        ("operation = use; birth_date = 2026-06-01", Answer.NOT_APPLICABLE, Answer.APPLIES),
    ],
)
def test_what_is_kept_bars_erasure_and_lifts_its_own_law_s_command(
    facts: str, bars: Answer, commands: Answer
) -> None:
    base = {"data": ["contact"], "objected": True}
    assert answers(KEPT, "use", facts, **base) is bars
    book = small_book(KEPT)
    thing = change(
        book.vocabulary, thing_from(book.vocabulary, "use", {"on": "2026-11-24", **base}), facts
    )
    assert Oracle(book).judge(thing)[RuleId("xx.act.1.erase")].answer is commands


def test_kept_at_most_is_used_no_longer() -> None:
    text = KEPT.partition("[[command]]")[0].replace("at_least", "at_most")
    base = {"data": ["contact"]}
    last_day = answers(text, "use", "operation = use; birth_date = 2026-05-24", **base)
    assert last_day is Answer.NOT_APPLICABLE
    assert answers(text, "use", "operation = use; birth_date = 2026-05-23", **base) is Answer.UNMET
    erased = "operation = erase; birth_date = 2026-05-23"
    assert answers(text, "use", erased, **base) is Answer.NOT_APPLICABLE


PENALTY = """
[[penalty]]
id       = "xx.act.1.penalty"
says     = { en = "a fine", zh = "罚款" }
unmet    = ["xx.act.1.*"]
measures = ["warning"]
ceiling  = [{ fixed = 50000000, currency = "CNY", percent = 5, base = "turnover", whichever = "either" }]
"""


def test_a_penalty_and_what_it_may_not_say() -> None:
    assert findings(rule() + PENALTY) == []
    (penalty,) = small_book(rule() + PENALTY).rulebook.penalties
    assert (penalty.ceilings[0].percent, penalty.ceilings[0].base) == ("5", "turnover")
    assert "names no entry" in findings(rule() + PENALTY.replace("1.*", "2.*"))[0].message
    assert (
        "is not a measure" in findings(rule() + PENALTY.replace("warning", "scolding"))[0].message
    )
    for wrong, message in (
        (
            PENALTY.replace('base = "turnover"', 'base = "profit"'),
            "A share or a multiple is of a base",
        ),
        (PENALTY.replace(', currency = "CNY"', ""), "An amount has a currency"),
        (
            PENALTY.replace('measures = ["warning"]', "").partition("ceiling")[0],
            "a ceiling or a measure",
        ),
    ):
        with pytest.raises(UsageError, match=message):
            build_book(small_files(rule() + wrong))


@pytest.mark.parametrize("force", ["guidance", "draft"])
def test_guidance_and_drafts_decide_nothing_unless_asked_for(force: str) -> None:
    instrument = INSTRUMENT.replace('zone = "Asia', f'force = "{force}"\nzone = "Asia')
    book = small_book(rule(about="entity"), instrument)
    thing = Thing(about="entity", at=thing_from(book.vocabulary, "entity", {"on": "2026-11-24"}).at)
    assert Oracle(book).judge(thing) == {}
    drafts = ["xx.act"] if force == "draft" else []
    asked = build_book(small_files(rule(about="entity"), instrument=instrument), drafts=drafts)
    found = Oracle(asked).judge(thing)
    assert (RuleId(A) in found) is (force == "draft")
    assert asked.hash != book.hash or force == "guidance"
    assert lint(book) == []
    missing = list(
        check_examples(book)
    )  # examples of what decides nothing are checked all the same
    assert next(each.message for each in missing).startswith(f"{A} has no example")
    with pytest.raises(UsageError, match=r"no instrument 'xx.bill'"):
        build_book(small_files(rule()), drafts=["xx.bill"])


def test_any_of_is_worked_out_by_the_court_only_once_told() -> None:
    book = small_book(
        rule("any_of(system, live_at < TIMESTAMPTZ '2026-01-01T00:00:00+08:00')", about="entity")
    )
    thing = thing_from(
        book.vocabulary, "entity", {"on": "2026-11-24", "system.live_at": "2025-12-31T15:59:00Z"}
    )
    court = Court(book, thing)
    assert court.judged(book.entries[RuleId(A)]).answer is Answer.UNMET


def test_time_goes_on_under_the_law_of_the_day_it_began() -> None:
    """An incident is judged by the law of when we knew; what has passed since is counted until now."""
    text = rule("passed(aware_at, 30, 'days')", about="incident", more="until = 2026-01-31")
    known = {"aware_at": "2026-01-20T00:00:00Z", "controller_role": "controller"}
    assert answers(text, "incident", "on = 2026-02-10", **known) is Answer.NOT_APPLICABLE
    assert answers(text, "incident", "on = 2026-02-20", **known) is Answer.UNMET
    late = {**known, "aware_at": "2026-02-02T00:00:00Z"}
    assert answers(text, "incident", "on = 2026-03-20", **late) is Answer.NOT_APPLICABLE


def test_a_step_that_follows_another_act_is_owed_for_each_of_them() -> None:
    """A report on each yearly assessment: last year's report is none on this year's."""
    steps = rule(name="assess", requires="fulfilled", about="entity") + rule(
        requires="fulfilled",
        about="entity",
        more='by = { within = 20, unit = "days", from = "fulfilled(\'xx.act.1.assess\')" }',
    )
    assessed = (
        "fulfilled:xx.act.1.assess = {}-10-01T00:00:00Z; fulfilled:xx.act.1.a = {}-10-09T00:00:00Z"
    )
    assert answers(steps, "entity", assessed.format(2026, 2026)) is Answer.MET
    assert answers(steps, "entity", assessed.format(2026, 2025)) is Answer.UNDETERMINED
    assert answers(steps, "entity", assessed.format(2025, 2026)) is Answer.MET


OBJECT = (
    rule(name="a", about="order")
    + """
[[basis]]
id      = "xx.act.1.object"
about   = "order"
permits = { en = "object in time", zh = "按期提出异议" }
by      = { within = 10, unit = "days", from = "received_at" }
defeats = ["xx.act.1.a"]
"""
)
FILED = (
    rule(name="a", about="order")
    + rule(
        name="file",
        about="order",
        requires="fulfilled",
        more='by = { within = 10, unit = "days", from = "received_at" }',
    )
    + """
[[basis]]
id      = "xx.act.1.object"
about   = "order"
permits = { en = "object in time", zh = "按期提出异议" }
when    = ["recorded('xx.act.1.file', 'in_time') = 'yes'"]
defeats = ["xx.act.1.a"]
"""
)


@pytest.mark.parametrize(
    ("done", "received", "expected"),
    [
        ("2026-11-20T15:59Z", "2026-11-10T02:00:00Z", Answer.NOT_APPLICABLE),  # 23:59 in the zone
        ("2026-11-20T16:01Z", "2026-11-10T02:00:00Z", Answer.UNMET),  # the eleventh day
        ("true", "2026-11-10T02:00:00Z", Answer.UNDETERMINED),  # when was it filed?
        ("false", "2026-11-10T02:00:00Z", Answer.UNMET),
        ("2026-11-20T15:59Z", None, Answer.UNDETERMINED),  # when did the order come?
    ],
)
@pytest.mark.parametrize(("text", "keeper"), [(OBJECT, "object"), (FILED, "file")])
def test_an_objection_lifts_the_duty_only_if_it_was_in_time(
    text: str, keeper: str, done: str, received: str | None, expected: Answer
) -> None:
    known: dict[str, object] = {} if received is None else {"received_at": received}
    change_text = f"fulfilled:xx.act.1.{keeper} = {done}"
    assert answers(text, "order", change_text, **known) is expected


def test_what_has_no_clock_is_neither_in_time_nor_late() -> None:
    found = findings(rule("recorded('xx.act.1.a', 'in_time') = 'no'", about="entity"))
    assert any("has no clock" in each.message for each in found), found
