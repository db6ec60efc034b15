#!/usr/bin/env python3
"""Verifies an export of a Lawful evidence log. Needs Python 3.9 and nothing else; opens no socket.

    python3 verify.py FOLDER [--vkey KEY] [--policy FILE]

Written apart from Lawful's own verifier and sharing none of its code, so that the two check each
other. It checks: every signature (Ed25519, RFC 8032), every entry's hash, every tile, the root,
each node's sequence, each payload against its commitment, each proof, and that no file is missing
or too many. It does not check an entry's fields one by one against the event schema; Lawful does.
Exit 0: all verified. Exit 4: something does not, and the last line says what.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from typing import Any, Tuple  # noqa: UP035

Point = Tuple[int, int, int, int]  # noqa: UP006  (Python 3.9 reads this line)
Key = Tuple[str, bytes, bytes]  # noqa: UP006
Group = Tuple[int, "list[str]"]  # noqa: UP006
Policy = Tuple["dict[str, Key]", "dict[str, Group]", str]  # noqa: UP006

PAYLOAD = "payload/((x[0-9]{3}/)*[0-9]{3}/[0-9]{3}[.]jsonl|[0-9a-f]{2}/[0-9a-f]{64}[.]json)"
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


class Broken(Exception):
    """Something does not verify."""


def need(holds: object, why: str) -> None:
    """Raise unless it holds."""
    if not holds:
        raise Broken(why)


def sha(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


# ── Ed25519: verification only, after RFC 8032, 5.1.7 ──────────────────────────────────────


def point(data: bytes) -> Point:
    """Decode a point to extended coordinates."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    need(y < P, "a point is not on the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need((x * x - square) % P == 0 and not (x == 0 and sign), "a point is not on the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def add(a: Point, b: Point) -> Point:
    """Sum of two points."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, a: Point) -> Point:
    """A point added to itself so often."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, a)
        a, number = add(a, a), number >> 1
    return total


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is over the message."""
    try:
        key, r = point(public), point(signature[:32])
    except Broken:
        return False
    s = int.from_bytes(signature[32:], "little")
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = times(s, point(BASE_Y.to_bytes(32, "little")))
    right = add(r, times(int.from_bytes(digest, "little") % L, key))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return s < L and same and (left[1] * right[2] - right[1] * left[2]) % P == 0


# ── notes ──────────────────────────────────────────────────────────────────────────────────


def unbase(text: str) -> bytes:
    """Canonical base64 only."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Broken("not base64: " + text[:20]) from None
    need(base64.b64encode(data).decode() == text, "not canonical base64")
    return data


def parse_vkey(text: str, kind: bytes) -> Key:
    """A verifier key as (name, id, public key)."""
    name, _, rest = text.partition("+")
    number, _, key = rest.partition("+")
    data = unbase(key)
    need(len(data) == 33 and data[:1] == kind, "not a verifier key: " + text)
    ident = sha(name.encode() + b"\n" + data)[:4]
    need(ident.hex() == number, "the id of a verifier key is not its own")
    return name, ident, data[1:]


def parse_policy(text: str) -> Policy:
    """A tlog-policy as witnesses {name: key}, groups {name: (k, members)}, quorum."""
    witnesses: dict[str, Key] = {}
    groups: dict[str, Group] = {}
    quorum = "none"
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#") or words[0] == "log":
            continue
        if words[0] == "witness":
            witnesses[words[1]] = parse_vkey(words[2], b"\x04")
        elif words[0] == "group":
            count = {"any": 1, "all": len(words) - 3}.get(words[2]) or int(words[2])
            groups[words[1]] = (count, words[3:])
        elif words[0] == "quorum":
            quorum = words[1]
        else:
            raise Broken("the policy has a line of no known form")
    return witnesses, groups, quorum


def has_quorum(name: str, groups: dict[str, Group], signed: set[str]) -> bool:
    """Whether a witness or group is among those who signed."""
    if name not in groups:
        return name == "none" or name in signed
    count, members = groups[name]
    return sum(has_quorum(member, groups, signed) for member in members) >= count


def open_note(note: bytes, vkey: Key, policy: Policy) -> tuple[int, bytes]:
    """A checkpoint's size and root; every line of the note must verify."""
    lines = note.decode().split("\n")
    need(len(lines) >= 6 and lines[3] == "" and lines[-1] == "", "the checkpoint is malformed")
    name, ident, public = vkey
    need(lines[0] == name, "the checkpoint is of another log")
    body = "\n".join(lines[:3]) + "\n"
    witnesses, groups, quorum = policy
    signed: set[str] = set()
    for place, line in enumerate(lines[4:-1]):
        words = line.split(" ")
        need(len(words) == 3 and words[0] == "\u2014", "a signature line is malformed")
        blob = unbase(words[2])
        if place == 0:
            whole = words[1] == name and blob[:4] == ident and len(blob) == 68
            need(
                whole and verifies(public, blob[4:], body.encode()), "the log's signature is wrong"
            )
            continue
        by = [(one, key) for one, key in witnesses.items() if key[:2] == (words[1], blob[:4])]
        need(by and len(blob) == 76 and by[0][0] not in signed, "nobody vouches for a line")
        seconds = int.from_bytes(blob[4:12], "big")
        message = f"cosignature/v1\ntime {seconds}\n{body}"
        need(verifies(by[0][1][2], blob[12:], message.encode()), "a cosignature is wrong")
        signed.add(by[0][0])
    need(re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]), "the size is no number")
    size = int(lines[1])
    need(size == 0 or has_quorum(quorum, groups, signed), "the witnesses make no quorum")
    return size, unbase(lines[2])


# ── the tree ───────────────────────────────────────────────────────────────────────────────


def root_of(row: list[bytes]) -> bytes:
    """Root over hashes of one level (RFC 6962)."""
    if not row:
        return sha(b"")
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [sha(b"\x01" + row[i] + row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd
    return row[0]


def path_of(level: str, n: int, width: int) -> str:
    """A tile's path in the folder."""
    digits = str(n)
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + ("" if width == 256 else f".p/{width}")


def climb(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """The root that an inclusion path leads to (RFC 9162, 2.1.3.2)."""
    place, last, root = index, size - 1, leaf
    for hashed in hashes:
        need(last > 0, "a proof is too long")
        if place & 1 or place == last:
            root = sha(b"\x01" + hashed + root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = sha(b"\x01" + root + hashed)
        place, last = place >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return root


# ── the folder ─────────────────────────────────────────────────────────────────────────────


class Export:
    """An export under verification; ``left`` are the files that nothing has accounted for yet."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.left: set[str] = set()
        for place, folders, files in os.walk(folder):
            for name in folders + files:
                need(not os.path.islink(os.path.join(place, name)), name + ": a link")
            for name in files:
                path = os.path.relpath(os.path.join(place, name), folder)
                self.left.add(path.replace(os.sep, "/"))

    def read(self, name: str) -> bytes:
        """A file that must be there."""
        need(name in self.left, name + ": missing")
        self.left.discard(name)
        with open(os.path.join(self.folder, *name.split("/")), "rb") as file:
            return file.read()

    def entries(self, size: int) -> Iterator[bytes]:
        """All entries, in order; their level-0 tiles are checked on the way."""
        for n in range((size + 255) // 256):
            width = min(256, size - 256 * n)
            name, found = path_of("entries", n, width), list[bytes]()
            data = self.read(name)
            while data:
                length = int.from_bytes(data[:2], "big")
                need(len(data) >= 2 + length, name + ": cut off")
                found.append(data[2 : 2 + length])
                data = data[2 + length :]
            need(len(found) == width, name + ": not as many entries as there should be")
            yield from found

    def tiles(self, hashes: list[bytes]) -> None:
        """Every hash tile against what the entries give."""
        level, row = 0, hashes
        while row:
            for n in range((len(row) + 255) // 256):
                part = row[256 * n : 256 * n + 256]
                name = path_of(str(level), n, len(part))
                need(self.read(name) == b"".join(part), name + ": not what the entries give")
            whole = range(0, len(row) // 256 * 256, 256)
            row, level = [root_of(row[i : i + 256]) for i in whole], level + 1

    def payloads(self, leaves: list[dict[str, Any]]) -> int:
        """Each commitment opened by a payload, or recorded as erased; how many are there."""
        due = {leaf["commitment"] for leaf in leaves if leaf["commitment"]}
        gone = {
            leaf["ref"]
            for leaf in leaves
            if (leaf["kind"], leaf["operation"], leaf["outcome"])
            == ("outcome", "erase_payload", "done")
        }
        found: set[str] = set()
        for name in sorted(each for each in self.left if each.startswith("payload/")):
            need(re.fullmatch(PAYLOAD, name), name + ": not a name of a payload file")
            data = self.read(name)
            need(data and (name.endswith(".json") or data.endswith(b"\n")), name + ": cut off")
            for line in data.removesuffix(b"\n").split(b"\n"):
                salt = bytes.fromhex(line[-66:-2].decode())
                payload = line[11:-75]
                whole = b'{"payload":' + payload + b',"salt":"' + salt.hex().encode() + b'"}'
                opened = sha(b"lawful-commitment/v1\0" + salt + payload).hex()
                need(whole == line and opened in due - gone, name + ": no entry commits to it")
                single = name.endswith(".json") and not name.endswith(f"/{opened}.json")
                need(not single, name + ": named for another payload")
                need(opened not in found, name + ": the same payload twice")
                found.add(opened)
        need(due - gone == found, "payload: one is missing, and no erasure is recorded")
        return len(found)

    def proofs(self, hashes: list[bytes], vkey: Key, policy: Policy) -> int:
        """Each proof, about the entry that it is named for."""
        names = [name for name in self.left if name.startswith("proofs/")]
        for name in names:
            top, _, note = self.read(name).decode().partition("\n\n")
            lines = top.split("\n")
            index = name[len("proofs/") : -len(".tlog-proof")]
            need(lines[:2] == ["c2sp.org/tlog-proof@v1", "index " + index], name + ": malformed")
            size, root = open_note(note.encode(), vkey, policy)
            need(int(index) < min(size, len(hashes)), name + ": no such entry")
            path = [unbase(line) for line in lines[2:]]
            need(
                climb(hashes[int(index)], int(index), size, path) == root,
                name + ": leads elsewhere",
            )
        return len(names)


def verify(folder: str, known_vkey: str | None, known_policy: str | None) -> str:
    """Verify an export; returns what to say of it."""
    export = Export(folder)
    written = export.read("vkey").decode()
    need(known_vkey in (None, written.strip()), "vkey: not the one you know")
    vkey = parse_vkey(written.rstrip("\n"), b"\x01")
    need(written.endswith("\n") and written.count("\n") == 1, "vkey: malformed")
    text = export.read("policy").decode() if "policy" in export.left else None
    need(known_policy in (None, text), "policy: not the one you know")
    policy = parse_policy(text or "")
    size, root = open_note(export.read("checkpoint"), vkey, policy)
    entries = list(export.entries(size))
    hashes = [sha(b"\x00" + entry) for entry in entries]
    need(root_of(hashes) == root, "the entries do not lead to the root that was signed")
    export.tiles(hashes)
    leaves: list[dict[str, Any]] = [json.loads(entry) for entry in entries]
    last: dict[str, int] = {}
    for index, leaf in enumerate(leaves):
        need(
            json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode() == entries[index],
            f"entry {index}: not canonical JSON",
        )
        need(leaf["seq"] == last.get(leaf["node"], 0) + 1, f"entry {index}: out of sequence")
        last[leaf["node"]] = leaf["seq"]
    payloads = export.payloads(leaves)
    proofs = export.proofs(hashes, vkey, policy)
    export.left -= {"README.md", "verify.py"}
    need(not export.left, "not of an export: " + ", ".join(sorted(export.left)[:3]))
    known = "the key that you named" if known_vkey else "its own key: hold it against one you know"
    return (
        f"verified: {vkey[0]}, {size} entries, root {root.hex()}, {payloads} payloads, "
        f"{proofs} proofs; by {known}"
    )


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Verify an export of a Lawful evidence log.")
    parser.add_argument("folder")
    parser.add_argument("--vkey", help="the log's verifier key as you know it")
    parser.add_argument("--policy", help="the witness policy as you know it, in a file")
    args = parser.parse_args()
    policy = None
    if args.policy:
        with open(args.policy, encoding="utf-8") as file:
            policy = file.read()
    try:
        said = verify(args.folder, args.vkey, policy)
    except (Broken, ValueError, KeyError, TypeError, OSError) as error:
        sys.stderr.write(f"does not verify: {error}\n")
        return 4
    sys.stdout.write(said + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
