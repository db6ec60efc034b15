"""Claims: proved, or their counterexamples listed by class and right."""

from __future__ import annotations

import pytest

from lawful.analyse import Finding, Moment, options_of, prove, read_as, read_claim
from lawful.analyse.words import all_texts
from lawful.law.book import Book
from lawful.law.oracle import Court
from lawful.terms.errors import UsageError
from lawful.terms.outcomes import Outcome
from tests.analyse.conftest import NOW
from tests.law.files import rule, small_book

BIOMETRIC = (
    "never lawful when has_any(data, 'biometric') AND subject_located_in = 'CN' "
    "AND operation <> 'erase' unless consent_separate"
)
NOT_BOUND = {
    "controller_role NOT IN ('controller', 'joint')",
    "data_state IN ('anonymised', 'non_personal')",
}
STORING = "cn.pipl.47.storing"
"""What must be erased and cannot be yet may be stored and secured."""
ANSWERING = "cn.pipl.45.answering"
"""What the person asks for (to see, correct or move the data) is a duty of the law itself."""
MERGERS = {"cn.pipl.22.no_consent", "cn.pipl.22.passing_on"}
"""Who takes over in a merger or bankruptcy is told of, and no consent is asked for."""
BASES = {
    "cn.pipl.13.2.contract",
    "cn.pipl.13.2.hr",
    "cn.pipl.13.3.duty",
    "cn.pipl.13.4.emergency",
    "cn.pipl.13.5.news",
    "cn.pipl.13.6.public",
}


def under(book: Book, option: str) -> Finding:
    read = read_as(book, "CS-1", option)
    return prove(Moment(book=read, day=NOW), read_claim(read, BIOMETRIC))


def bases(found: Finding) -> set[str]:
    return {one.id for each in found.counterexamples for one in each.by}


def test_biometric_data_where_consent_is_asked_for_whatever_the_basis(book: Book) -> None:
    found = under(book, "always")
    assert not found.proved
    assert found.complete
    assert bases(found) == {STORING, ANSWERING, *MERGERS}
    texts = {text for each in found.counterexamples for text in all_texts(book, each.facts)}
    assert texts >= NOT_BOUND


def test_erasing_is_the_exception_that_article_47_names(book: Book) -> None:
    """Without the words on erasing, each counterexample more erases."""
    read = read_as(book, "CS-1", "always")
    claim = BIOMETRIC.replace("AND operation <> 'erase' ", "")
    found = prove(Moment(book=read, day=NOW), read_claim(read, claim))
    strict = prove(found.moment, read_claim(read, BIOMETRIC)).counterexamples
    assert not any(each.witness.values["operation"] == "erase" for each in strict)
    more = [each for each in found.counterexamples if each.witness.values["operation"] == "erase"]
    assert more
    assert len(found.counterexamples) == len(strict) + len(more)
    reached = (
        "never lawful when has_any(data, 'biometric') AND data_state = 'personal' AND operation = 'erase' "
        "AND controller_role = 'controller' AND collected_in = 'CN' unless consent_separate"
    )
    by = [
        {one.id for one in each.by}
        for each in prove(found.moment, read_claim(read, reached)).counterexamples
    ]
    assert {"cn.pipl.47.erasing"} in by
    assert all(by)  # where the law reaches, nobody erases on nothing


def test_biometric_data_where_only_consent_asks_for_it(book: Book) -> None:
    found = under(book, "consent_only")
    assert found.complete
    assert bases(found) >= BASES
    for basis in BASES:
        assert sum(basis in [one.id for one in each.by] for each in found.counterexamples) == 1


@pytest.mark.parametrize("option", ["always", "consent_only"])
def test_counterexamples_are_right(book: Book, option: str) -> None:
    found = under(book, option)
    moment = found.moment
    reader = next(iter(book.entries.values()))
    for each in found.counterexamples:
        thing = moment.place(each.witness)
        assert moment.decider.decide(thing).outcome is Outcome.LAWFUL
        court = Court(moment.book, thing)
        assert court.value(found.claim.when, reader) is True
        assert court.value(found.claim.unless, reader) is not True
        assert all(court.value(node, reader) for node in each.facts)


def test_with_its_exceptions_named_the_claim_is_proved(book: Book) -> None:
    read = read_as(book, "CS-1", "always")
    reach = "collected_in = 'CN' OR has_any(stored_in, 'CN')"
    claim = (
        "never lawful when has_any(data, 'biometric') AND data_state = 'personal' AND "
        f"controller_role = 'controller' AND operation NOT IN ('erase', 'store') AND ({reach}) AND "
        "purpose NOT IN ('security', 'subject_request') AND deal_kind NOT IN ('merger', 'division_or_bankruptcy') "
        "unless consent_separate"
    )
    found = prove(Moment(book=read, day=NOW), read_claim(read, claim))
    assert found.proved


def test_a_rule_is_proved_never_to_be_unmet(now: Moment) -> None:
    claim = "cn.pipl.31.guardian never unmet when birth_date < DATE '2000-01-01'"
    assert prove(now, read_claim(now.book, claim)).proved
    claim = "cn.pipl.31.guardian never violated when consent_given"
    found = prove(now, read_claim(now.book, claim))
    assert not found.proved
    assert found.counterexamples[0].answer == "unmet"


def test_always_prohibited(now: Moment) -> None:
    claim = (
        "always prohibited when operation = 'disclose' AND cn_foreign_body_receives AND "
        "controller_region = 'CN' AND has_any(stored_in, 'CN') unless authority_approval"
    )
    assert prove(now, read_claim(now.book, claim)).proved
    weaker = claim.replace("controller_region = 'CN' AND ", "")
    found = prove(now, read_claim(now.book, weaker))
    assert not found.proved
    assert all(each.answer != "prohibited" for each in found.counterexamples)


def test_what_is_only_unknown_is_a_counterexample_too() -> None:
    """The rule bites where the fact is known; a use of which it is unknown is not prohibited."""
    book = small_book(rule("consent_given", requires="NOT objected"))
    moment = Moment(book=book, day=NOW)
    found = prove(
        moment, read_claim(book, "xx.act.1.a always unmet when objected AND consent_given")
    )
    assert found.proved
    found = prove(moment, read_claim(book, "xx.act.1.a never undetermined when consent_given"))
    assert not found.proved
    assert found.counterexamples[0].unknown == ("objected",)


def test_each_option_of_a_reading(book: Book) -> None:
    assert options_of(book, "CS-1") == ("consent_only", "always")
    with pytest.raises(UsageError, match="CS-77"):
        options_of(book, "CS-77")


@pytest.mark.parametrize(
    ("claim", "hint"),
    [
        ("lawful never", "never lawful when"),
        ("never lawful", "never lawful when"),
        ("never legal when emergency", "lawful"),
        ("never lawful when emergensy", "emergency"),
        ("cn.pipl.31.gardian never unmet when emergency", "cn.pipl.31.guardian"),
        ("cn.pipl.31.guardian never lawful when emergency", "unmet"),
        ("never lawful when emergency when objected", "never lawful when"),
        ("never lawful when purpose = 'unles'", "Known|mean"),
    ],
)
def test_what_is_no_claim_says_what_would_be(book: Book, claim: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_claim(book, claim)
    import re

    assert re.search(hint, str(caught.value))


def test_words_in_quotes_are_no_marks(book: Book) -> None:
    with pytest.raises(UsageError, match="'when'"):
        read_claim(book, "never lawful when purpose = 'when'")
