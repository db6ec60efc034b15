"""A door's server: it says when it listens, and sets aside what was built by then."""

from __future__ import annotations

import gc
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp


class Listening(uvicorn.Server):
    """Serves a door, silent about itself. ``warm`` is called before it listens, ``ready`` once it does.

    A book is some hundred thousand objects that live as long as the process. Python would look
    through all of them, for a tenth of a second and in the midst of somebody's request, whenever
    enough new ones have come; so they are set aside first.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        ready: Callable[[], None] | None,
        *,
        warm: Callable[[], object],
    ) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="off",
        )
        super().__init__(config)
        self._ready, self._warm = ready, warm

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # uvicorn: sockets
        self._warm()
        set_aside()
        await super().startup(sockets)  # type: ignore[arg-type]  # as above
        if self.started and self._ready is not None:
            self._ready()


def set_aside() -> None:
    """Leave what there is now out of every later search for unused objects."""
    gc.collect()
    gc.freeze()
