"""Where the kernel's machine code is kept between processes."""

from __future__ import annotations

import sys


def keep_code(folder: str) -> None:
    """Keep the machine code in a folder of ours; without this numba keeps it beside the source.

    It has no effect once the kernel was used, or where ``NUMBA_CACHE_DIR`` names another folder.
    """
    if "lawful.decide.batch.kernel" not in sys.modules:
        from numba.core import config

        if not getattr(config, "CACHE_DIR", ""):
            vars(config)["CACHE_DIR"] = folder
