"""A real receiver of webhooks on loopback that answers as it was told to, and remembers."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """``answers`` are statuses, one for each request, the last one for all that follow.

    ``came`` counts requests up. A status of 0 is no answer before ``silent_seconds`` are over.
    """

    answers: Sequence[int] = (200,)
    silent_seconds: float = 1.0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def answer(self) -> int:
        """Return the status for the request that came last."""
        status = self.answers[min(len(self.got), len(self.answers)) - 1]
        if not status:
            time.sleep(self.silent_seconds)
        return status or 200


@contextmanager
def receiving(*answers: int) -> Iterator[Receiver]:
    """Run a receiver while the test lasts."""
    own = Receiver(answers or (200,))

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            own.got.append(({name.lower(): it for name, it in self.headers.items()}, body))
            own.came.release()
            self.send_response(own.answer())
            self.send_header("Location", f"{own.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        own.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield own
        finally:
            server.shutdown()
            thread.join(5)
