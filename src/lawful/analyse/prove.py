"""Can this ever be? A claim is proved, or its counterexamples are listed, each decided again.

First all facts are taken as known; if the claim holds then, facts may be unknown too. Counterexamples
come by class: what a set of bases and exceptions permits, or, where the class rests on none, the fewest
facts for which nothing objects. Where the classes are exhausted, the claim is proved for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from lawful.analyse.circuit import TRUE as HOLDS
from lawful.analyse.circuit import Bit, Rails
from lawful.analyse.claims import Claim
from lawful.analyse.encoding import is_outcome
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.plain import plainest
from lawful.analyse.situations import Core, Situation, atoms, situation
from lawful.analyse.world import Moment, World, references_in, vio
from lawful.decide.compiler import stops
from lawful.decide.program import folded
from lawful.law.model import Entry, Kind
from lawful.law.oracle import Kleene
from lawful.law.thing import Thing
from lawful.law.tree import Node, facts_in
from lawful.terms.errors import UsageError
from lawful.terms.outcomes import Answer, Otherwise, Outcome

LIMIT = 32
Progress = Callable[[str], None]


@attrs.frozen(kw_only=True)
class Counterexample:
    """A class of situations in which the claim fails: its facts, and a witness that replays.

    ``by``: the bases and exceptions that the class rests on, whatever the other facts; ``facts`` are then
    those of the witness that make it so. ``answer``: what the witness answers.
    """

    facts: Situation
    witness: Thing
    answer: str
    by: tuple[Entry, ...] = ()
    unknown: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Finding:
    """What came of a claim at a moment.

    ``proved``: it holds, whatever is unknown. ``complete``: the counterexamples are all the classes
    there are, so the claim holds for everything else.
    """

    claim: Claim
    moment: Moment
    proved: bool
    complete: bool
    counterexamples: tuple[Counterexample, ...] = ()
    reading: tuple[str, str] | None = None


def prove(moment: Moment, claim: Claim, progress: Progress = lambda _: None) -> Finding:
    """Prove a claim at a moment, or list its counterexamples.

    Raises: TooHard: the solver gave up. DoesNotReplay: ours. UsageError: no situation meets its condition.
    """
    for complete in (True, False):
        question = _Question(moment, claim, complete=complete)
        found, exhausted = question.counterexamples(progress)
        if found:
            return Finding(
                claim=claim,
                moment=moment,
                proved=False,
                complete=exhausted,
                counterexamples=tuple(found),
            )
    question.check_meant()
    return Finding(claim=claim, moment=moment, proved=True, complete=True)


class _Question:
    """A claim over the facts of a moment."""

    def __init__(self, moment: Moment, claim: Claim, *, complete: bool) -> None:
        self.moment, self.claim, self.complete = moment, claim, complete
        days = dict.fromkeys(moment.book.zones, moment.day)
        self.when, self.unless = (
            folded(moment.book, claim.about, days, node) for node in (claim.when, claim.unless)
        )
        keys = None if claim.rule is None else [f"app:{claim.rule.id}", vio(claim.rule)]
        self.world = World(
            (moment,), claim.about, keys=keys, nodes=(self.when, self.unless), complete=complete
        )
        self.side = self.world.side()
        circuit = self.world.circuit
        excepted = self.side.value(self.unless)
        # what is never to be needs an exception that is established; what always is, one that may be
        missing = -excepted[0] if claim.never else excepted[1]
        self.met: Bit = self.side.value(self.when)[0]
        self.asked: Bit = circuit.all((self.met, missing))
        what = self.what()
        self.broken: Bit = what if claim.never else -what

    def check_meant(self) -> None:
        """Refuse a claim about nothing, which would be proved of anything.

        Raises: UsageError: no situation meets the condition, or none without the exception.
        """
        if self.world.holds(self.asked):
            return
        texts = self.claim.conditions
        rest = (
            f" without its exception '{texts.get('unless', '')}'"
            if self.world.holds(self.met)
            else ""
        )
        raise UsageError(
            f"On {self.moment.day} no situation meets this condition{rest}: '{texts.get('when', '')}'.",
            code="analyse.empty",
            hint="Nothing is proved by a claim about nothing: mend the condition.",
        )

    @property
    def rules(self) -> list[Entry]:
        return [each for each in self.world.programs[0].rules if stops(each)]

    def what(self) -> Bit:
        """Does the thing answer what the claim is about?"""
        circuit = self.world.circuit
        if self.claim.rule is None:
            bad = self.side.bad(self.rules, covered=True)
            return is_outcome(circuit, bad, Outcome(self.claim.what))
        applies = self.side.read(f"app:{self.claim.rule.id}")
        violated = self.side.read(vio(self.claim.rule))
        if self.claim.rule.kind is not Kind.RULE:
            violated = applies[1], applies[0]
        return _answer(self.world, Answer(self.claim.what), applies, violated)

    def reason(self) -> Bit:
        """What a class is to make certain: that nothing objects, or what does."""
        circuit = self.world.circuit
        lawful = self.claim.never and self.claim.what == Outcome.LAWFUL.value
        barred = not self.claim.never and self.claim.what == Outcome.PROHIBITED.value
        if self.claim.rule is not None or not (lawful or barred):
            return self.broken
        guards = [each for each in self.guards() if lawful or each.otherwise is Otherwise.BLOCK]
        rails = [self.side.read(vio(each)) for each in guards]
        return circuit.all([no if lawful else -yes for yes, no in rails])

    def guards(self) -> list[Entry]:
        """The rules that could object: those that rest on what the exception is about, if they can."""
        able = [
            each
            for each in self.rules
            if self.world.holds(self.asked, self.side.read(vio(each))[0])
        ]
        wanted = self.tested(references_in([self.unless]), [self.unless])
        near = [each for each in able if wanted & self.tested([vio(each)], [])]
        return near or able

    def tested(self, keys: Iterable[str], nodes: Iterable[Node]) -> frozenset[str]:
        """The facts that some keys and conditions rest on."""
        program, references = self.world.programs[0], self.world.references[0]
        every = [*nodes, *(program.nodes[key] for key in references.cone(keys))]
        return frozenset().union(*(facts_in(node) for node in every)) if every else frozenset()

    def counterexamples(self, progress: Progress) -> tuple[list[Counterexample], bool]:
        """Counterexamples by class, and whether there are no more."""
        found: list[Counterexample] = []
        asked = [self.asked, self.broken]
        if not self.world.holds(*asked):
            return found, True
        reason = self.reason()
        while len(found) < LIMIT:
            if not plainest(self.world, *asked):
                return found, True
            thing = self.world.thing()
            case = atoms(self.world)
            core = situation(self.world, (self.asked, -reason), case)
            found.append(self.counterexample(thing, core))
            progress(f"counterexample {len(found)}")
            listed = self.listed(found[-1], core)
            if listed == HOLDS:
                return found, False
            asked.append(-listed)
        return found, not self.world.holds(*asked)

    def listed(self, found: Counterexample, core: Core) -> Bit:
        """What a class accounts for: all that its bases and exceptions permit, or without any its facts."""
        if not found.by:
            return core.bit
        applying = [self.side.read(f"app:{each.id}")[0] for each in found.by]
        return self.world.circuit.all(applying)

    def counterexample(self, thing: Thing, core: Core) -> Counterexample:
        """A class, its witness decided again."""
        answer = self.replayed(thing)
        if (answer == self.claim.what) is not self.claim.never:
            raise DoesNotReplay(f"A counterexample answers {answer}, not what was found.")
        return Counterexample(
            facts=core.when,
            witness=thing,
            answer=answer,
            by=self.applying(thing, core.when),
            unknown=core.unknown,
        )

    def replayed(self, thing: Thing) -> str:
        rule = self.claim.rule
        if rule is None:
            return self.moment.outcome(thing).value
        judged = self.moment.court(thing).judged(rule)
        return _said(rule, judged.applies, judged.violated)

    def applying(self, thing: Thing, facts: Situation) -> tuple[Entry, ...]:
        """The bases that apply to the witness and rest on a fact of the class."""
        if self.claim.about != "use":
            return ()
        court = self.moment.court(thing)
        named = frozenset().union(*(facts_in(node) for node in facts)) if facts else frozenset()
        return tuple(
            each
            for each in self.world.programs[0].entries
            if each.kind is Kind.BASIS
            and court.applies(each)
            and named & frozenset().union(*(facts_in(line.node) for line in each.when))
        )


def _answer(world: World, answer: Answer, applies: Rails, violated: Rails) -> Bit:
    """Does an entry give this answer?"""
    circuit = world.circuit
    match answer:
        case Answer.NOT_APPLICABLE:
            return applies[1]
        case Answer.UNMET:
            return violated[0]
        case Answer.MET:
            return circuit.all((violated[1], -applies[1]))
        case Answer.APPLIES:
            return applies[0]
        case _:
            return circuit.all((-violated[0], -violated[1], -applies[1]))


def _said(rule: Entry, applies: Kleene, violated: Kleene) -> str:
    if applies is False:
        return "not_applicable"
    if rule.kind is not Kind.RULE:
        return "applies" if applies else "undetermined"
    return {True: "unmet", False: "met", None: "undetermined"}[violated]
