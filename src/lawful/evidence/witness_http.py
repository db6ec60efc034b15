"""A witness over HTTP: one route, POST /add-checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lawful.evidence.witness import BODY_MAX, Answer, WitnessServer
from lawful.terms.errors import LawfulError

_PATH = "/add-checkpoint"
_TIMEOUT_S = 10


def witness_server(witness: WitnessServer, host: str, port: int) -> ThreadingHTTPServer:
    """A server bound to an address; ``serve_forever`` answers until ``shutdown``.

    Raises: OSError: the address is taken.
    """
    return ThreadingHTTPServer((host, port), _handler(witness.add_checkpoint))


def _handler(add: Callable[[bytes], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Reads one bounded body, answers once; logs nothing of it."""

        timeout = _TIMEOUT_S
        server_version, sys_version = "lawful-witness", ""

        def do_POST(self) -> None:
            if self.path != _PATH:
                self._say(Answer(404, "there is no such path\n"))
                return
            length = self.headers.get("content-length", "")
            if not (length.isascii() and length.isdigit()) or int(length) > BODY_MAX:
                self._say(Answer(400, f"a body of at most {BODY_MAX} bytes, please\n"))
                return
            try:
                answer = add(self.rfile.read(int(length)))
            except LawfulError as error:
                answer = Answer(503, f"{error.message}\n")
            self._say(answer)

        def _say(self, answer: Answer) -> None:
            body = answer.text.encode()
            self.send_response(answer.status)
            self.send_header("content-type", answer.media)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """No access log: status and address of a log's operator are its own business."""

    return Handler
