"""What goes wrong in an analysis and is nobody's fault but ours."""

from __future__ import annotations

from lawful.terms.errors import LawfulError


class DoesNotReplay(LawfulError):
    """A witness that the decider judges otherwise than the solver: nothing of it is shown."""

    code = "analyse.replay"
