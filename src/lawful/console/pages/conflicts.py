"""Conflicts: what one law commands and another forbids, by whose law and whose, each with a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from lawful.analyse import Kept, Moment, conflicts_told, kept_conflicts
from lawful.console.background import BACKGROUND, Job, Progress
from lawful.console.collisions import choices, chosen, grouped, with_sides
from lawful.console.page import Answer, Elsewhere, Shown, Visit, Way, address, day_from
from lawful.console.problem import Problem, problem_from, problem_of
from lawful.console.shelf import shelf_of
from lawful.terms.errors import EnvironmentFailure, LawfulError

PATH = "/law/conflicts"
UNDER = "law"


@attrs.frozen(kw_only=True)
class ConflictsPage:
    """The conflicts of a day; until they are worked out, how far that is.

    ``state``: ``told``, ``working``, ``waiting`` (for other work), ``asked`` (by another site: not
    begun) or ``failed``. ``unkept``: why the result will have to be worked out again.
    """

    on: str
    state: str
    done: int = 0
    of: int = 0
    problem: Problem | None = None
    unkept: str = ""
    pairs: int = 0
    total: int = 0
    direct: int = 0
    shown: int = 0
    instrument: str = ""
    regime: str = ""
    instruments: tuple[Mapping[str, Any], ...] = ()
    regimes: tuple[Mapping[str, Any], ...] = ()
    groups: tuple[Mapping[str, Any], ...] = ()
    not_examined: tuple[Mapping[str, Any], ...] = ()


@attrs.frozen(kw_only=True)
class Worked:
    """What the background brings: the conflicts by language, and why they could not be kept."""

    told: Mapping[str, Any]
    unkept: str = ""


def show(visit: Visit) -> Answer:
    """The conflicts where they are known; else the work on them begins, and the page says how far it is."""
    on = day_from(visit.one("on")) or visit.deployment.today()
    moment = Moment(book=visit.deployment.book, day=on)
    kept = Kept.under(visit.deployment.state)
    known = kept_conflicts(moment, kept)
    if known is not None:
        return _page(visit, on, Worked(told=known))
    job = _job(moment, kept, begin=not visit.elsewhere)
    if job is None:
        return _shown(ConflictsPage(on=on.isoformat(), state="asked"))
    if job.key != _key(moment, kept):
        return _shown(ConflictsPage(on=on.isoformat(), state="waiting", done=job.done, of=job.of))
    if not job.ended:
        return _shown(ConflictsPage(on=on.isoformat(), state="working", done=job.done, of=job.of))
    if job.error is not None:
        problem = _problem(job.error, visit.lang)
        page = ConflictsPage(on=on.isoformat(), state="failed", problem=problem)
        return _shown(page, status=problem.status)
    return _page(visit, on, job.result)


def do_again(visit: Visit) -> Answer:
    """Work it out again, after a failure."""
    on = day_from(visit.one("on")) or visit.deployment.today()
    moment = Moment(book=visit.deployment.book, day=on)
    _start(moment, Kept.under(visit.deployment.state))
    return Elsewhere(to=address(PATH, [("on", on.isoformat())]))


WAYS = (
    Way(path=PATH, handler=show),
    Way(path=PATH + "/again", handler=do_again, methods=("POST",)),
)


def _shown(page: ConflictsPage, status: int = 200) -> Shown:
    return Shown(template="conflicts.html", context=page, status=status)


def _key(moment: Moment, kept: Kept) -> tuple[str, ...]:
    return (str(kept.folder), moment.book.hash, moment.day.isoformat())


def _job(moment: Moment, kept: Kept, begin: bool) -> Job | None:
    """The job that this page waits for, begun if it may be; None where nothing is at work."""
    job = BACKGROUND.job()
    mine = job is not None and job.key == _key(moment, kept)
    if mine or (job is not None and not job.ended):
        return job
    return _start(moment, kept) if begin else None


def _start(moment: Moment, kept: Kept) -> Job:
    def work(progress: Progress) -> Worked:
        refusals: list[EnvironmentFailure] = []
        told = conflicts_told(
            moment, kept, lambda _, number, of: progress(number - 1, of), refusals.append
        )
        return Worked(told=told, unkept="\n".join(map(str, refusals)))

    return BACKGROUND.start(_key(moment, kept), work)


def _problem(error: Exception, lang: str) -> Problem:
    return problem_from(error) if isinstance(error, LawfulError) else problem_of(500, lang)


def _page(visit: Visit, on: date, worked: Worked) -> Answer:
    shelf, words = shelf_of(visit.deployment.book), visit.words
    told = worked.told["zh" if visit.lang.startswith("zh") else "en"]
    every = with_sides(shelf, told["conflicts"])
    instruments = choices(shelf, every, words, "instrument")
    regimes = choices(shelf, every, words, "regime")
    instrument, regime = visit.one("instrument").strip(), visit.one("regime").strip()
    found = chosen(shelf, every, "instrument", instrument)
    found = chosen(shelf, found, "regime", regime)
    others = [{"id": each["id"], "says": each["says"]} for each in told["not_examined"]]
    return _shown(
        ConflictsPage(
            on=on.isoformat(),
            state="told",
            unkept=worked.unkept,
            pairs=told["pairs"],
            total=len(every),
            direct=sum(1 for each in every if each["direct"]),
            shown=len(found),
            instrument=instrument,
            regime=regime,
            instruments=instruments,
            regimes=regimes,
            groups=grouped(shelf, found, words, on),
            not_examined=tuple(others),
        )
    )
