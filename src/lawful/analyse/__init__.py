"""Analysis of books by a SAT solver: what changed, what collides, what can never be, what cures it cheapest."""

from lawful.analyse.cheapest import cheapest_cures
from lawful.analyse.claims import Claim, read_claim
from lawful.analyse.conflicts import Collision, Collisions, find_conflicts
from lawful.analyse.dead import Dead, find_dead
from lawful.analyse.diff import Class, Direction, UseDiff, diff_uses
from lawful.analyse.duties import RuleClass, ThingDiff, diff_things
from lawful.analyse.kept import Kept
from lawful.analyse.prove import Counterexample, Finding, prove
from lawful.analyse.readings import options_of, read_as
from lawful.analyse.relief import Relief, reliefs
from lawful.analyse.settle import settle
from lawful.analyse.told import conflicts_told, kept_conflicts
from lawful.analyse.world import Moment

__all__ = [
    "Claim",
    "Class",
    "Collision",
    "Collisions",
    "Counterexample",
    "Dead",
    "Direction",
    "Finding",
    "Kept",
    "Moment",
    "Relief",
    "RuleClass",
    "ThingDiff",
    "UseDiff",
    "cheapest_cures",
    "conflicts_told",
    "diff_things",
    "diff_uses",
    "find_conflicts",
    "find_dead",
    "kept_conflicts",
    "options_of",
    "prove",
    "read_as",
    "read_claim",
    "reliefs",
    "settle",
]
