"""A process that appends until it is done or killed, and tells what was acknowledged.

    python appender.py FOLDER NODE COUNT

It begins when a line comes on stdin, and writes a line to stdout for each acknowledged entry: its
index and its id.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from lawful.evidence import Event, EvidenceLog, FileCheckpointStore, new_decision_id


def main(base: Path, node: str, count: int) -> None:
    log = EvidenceLog.open(
        base / "evidence",
        state=base / "state",
        origin="lawful.example/log",
        node=node,
        store=FileCheckpointStore(base / "second" / "checkpoint"),
        clock=lambda: datetime.now(UTC),
        lag=0.005,  # so that the kill finds the integrator at work
    )
    for number in range(count):
        event = Event(
            kind="ask",
            id=new_decision_id(datetime.now(UTC), os.urandom(10)),
            entity="hangzhou-market",
            book="b0" * 32,
            outcome="lawful",
        )
        receipt = log.append(event, {"number": number})
        os.write(1, f"{receipt.index} {receipt.id}\n".encode())


if __name__ == "__main__":
    sys.stdin.readline()
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
