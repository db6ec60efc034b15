"""Where machine code is kept between processes."""

from __future__ import annotations

import sys

MADE_OF = "lawful.decide.batch.kernel", "lawful.decide.sieve.kernel"


def keep_code(folder: str) -> None:
    """Keep machine code in a folder of ours; without this numba keeps it beside the source.

    It has no effect once some was made or read, or where ``NUMBA_CACHE_DIR`` names another folder.
    """
    if not any(each in sys.modules for each in MADE_OF):
        from numba.core import config

        if not getattr(config, "CACHE_DIR", ""):
            vars(config)["CACHE_DIR"] = folder
