"""A C2SP tlog-policy: which log, which witnesses, and how many of them must have signed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import attrs

from lawful.evidence.failures import SchemaError, broken
from lawful.evidence.notes import COSIGNATURE, Checkpoint, Note, VerifierKey, open_note
from lawful.terms.errors import LawfulError

NONE = "none"


@attrs.frozen(kw_only=True)
class Witness:
    """A witness: its name in the policy, its key, where it is asked (empty: never by us)."""

    name: str
    key: VerifierKey
    url: str = ""


@attrs.frozen(kw_only=True)
class Policy:
    """What an auditor trusts: the log's key, witnesses, groups, and what makes a quorum.

    ``groups`` maps a name to how many of which members; ``quorum`` is a witness, a group, or
    ``none``. ``text`` is the policy as written.
    """

    text: str
    log: VerifierKey
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Read a policy.

        Raises: SchemaError: with the line that is not right.
        """
        reading = _Reading()
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if words and not words[0].startswith("#"):
                try:
                    reading.take(words)
                except (ValueError, LawfulError) as error:
                    raise SchemaError(f"line {number} of the witness policy: {error}") from None
        if reading.log is None or reading.quorum is None:
            raise SchemaError("a witness policy has a line 'log' and a line 'quorum'")
        return cls(
            text=text,
            log=reading.log,
            witnesses=reading.witnesses,
            groups=reading.groups,
            quorum=reading.quorum,
        )

    def satisfied(self, signed: set[str]) -> bool:
        """Whether witnesses of these names make a quorum."""
        return self.quorum == NONE or self._has(self.quorum, signed)

    def _has(self, name: str, signed: set[str]) -> bool:
        if name not in self.groups:
            return name in signed
        count, members = self.groups[name]
        return sum(self._has(member, signed) for member in members) >= count

    def signed(self, note: Note, *, file: str = "checkpoint") -> set[str]:
        """The names of the witnesses whose lines stand in a note.

        Raises: ProofFailure: a line is of nobody in the policy, twice there, or does not verify.
        """
        found: set[str] = set()
        for line in note.others:
            one = next(
                (each for each in self.witnesses.values() if each.key.name == line.name), None
            )
            if one is None or not line.cosigns(note.checkpoint, one.key):
                why = "is of no witness of the policy" if one is None else "does not verify"
                raise broken("signature", f"the line by '{line.name}' {why}", file=file)
            if one.name in found:
                raise broken("signature", f"'{line.name}' stands there twice", file=file)
            found.add(one.name)
        return found


class _Reading:
    """A policy, line by line."""

    def __init__(self) -> None:
        self.log: VerifierKey | None = None
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.quorum: str | None = None

    def take(self, words: list[str]) -> None:
        if self.quorum is not None:
            raise ValueError("nothing follows the quorum")
        if words[0] == "log" and len(words) in (2, 3) and self.log is None:
            self.log = VerifierKey.parse(words[1])
        elif words[0] == "witness" and len(words) in (3, 4):
            key = VerifierKey.parse(words[2], kind=COSIGNATURE)
            if any(each.key.name == key.name for each in self.witnesses.values()):
                raise ValueError(f"two witnesses have the key name '{key.name}'")
            url = _url(words[3]) if len(words) == 4 else ""
            name = self._new(words[1])
            self.witnesses[name] = Witness(name=name, key=key, url=url)
        elif words[0] == "group" and len(words) >= 4:
            self._group(words[1], words[2], words[3:])
        elif words[0] == "quorum" and len(words) == 2:
            self.quorum = words[1] if words[1] == NONE else self._known(words[1])
        else:
            raise ValueError("it is not of the form log, witness, group or quorum")

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        known = tuple(self._known(member) for member in members)
        words = {"any": 1, "all": len(known)}
        plain = threshold.isascii() and threshold.isdigit() and len(threshold) < 4
        count = int(threshold) if plain else words.get(threshold, 0)
        if not 1 <= count <= len(known) or len(set(known)) < len(known):
            raise ValueError("its members are not distinct, or the threshold is not among them")
        self.groups[self._new(name)] = (count, known)

    def _new(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"the name '{name}' is taken")
        return name

    def _known(self, name: str) -> str:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"there is no witness or group '{name}' before it")
        return name


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("a witness's address is an http(s) URL without query")
    return text.rstrip("/")


def open_witnessed(
    note: bytes, verifier: VerifierKey, policy: Policy | None, *, file: str = "checkpoint"
) -> Checkpoint:
    """The checkpoint in a note whose every line verifies, and whose quorum signed it.

    An empty log needs no quorum. Without a policy no line but the log's may stand there.

    Raises: ProofFailure: a signature or line is wrong, or there is no quorum.
    """
    found = open_note(note, verifier, file=file)
    known = policy or Policy(text="", log=verifier, witnesses={}, groups={}, quorum=NONE)
    if known.log != verifier:
        raise broken("key", "the policy is for another log", file="policy")
    signed = known.signed(found, file=file)
    if found.checkpoint.size and not known.satisfied(signed):
        raise broken(
            "quorum",
            f"{len(signed)} witnesses of the policy signed this checkpoint: no quorum",
            file=file,
        )
    return found.checkpoint
