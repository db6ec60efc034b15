"""C2SP signed notes: verifier keys, checkpoints and their Ed25519 signatures."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256

import attrs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from lawful.evidence.failures import broken

ED25519 = b"\x01"
_SIZE_MAX = 1 << 53


def strict_base64(text: str) -> bytes:
    """Decode canonical base64 only, so that no flipped bit goes unseen."""
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise ValueError("not base64") from None
    if b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def check_name(name: str) -> str:
    """A key name, which is our origin line too: not empty, no spaces, plus or controls."""
    if not name or "+" in name or any(c.isspace() or ord(c) < 0x20 or ord(c) == 0x7F for c in name):
        raise ValueError("an origin has no spaces, plus signs or control characters")
    return name


@attrs.frozen(kw_only=True)
class VerifierKey:
    """A name and an Ed25519 public key; written ``name+hex(id)+base64(01 || key)``."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """First four bytes of ``SHA-256(name || 0A || 01 || key)``."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str, *, file: str = "vkey") -> VerifierKey:
        """Read the written form.

        Raises: ProofFailure: it is no such form, or the id is not that of name and key.
        """
        try:
            name, _, key = text.split("+", 2)
            data = strict_base64(key)
            if data[:1] != ED25519 or len(data) != 33:
                raise ValueError
            found = cls(name=check_name(name), public=data[1:])
            if str(found) != text:
                raise ValueError
        except ValueError:
            raise broken("key", "this is not a verifier key", file=file) from None
        return found


@attrs.frozen(kw_only=True)
class Checkpoint:
    """The head of a log: its origin, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The signed text: three lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@attrs.frozen
class Signer:
    """The log's private key, under its name."""

    name: str
    _private: Ed25519PrivateKey = attrs.field(repr=False)

    @classmethod
    def generate(cls, name: str) -> Signer:
        """A new key."""
        return cls(check_name(name), Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, name: str, pem: bytes) -> Signer:
        """The key kept in PKCS 8 PEM."""
        try:
            key = load_pem_private_key(pem, password=None)
        except ValueError:
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise broken("key", "the log's private key cannot be read", file="log-ed25519")
        return cls(check_name(name), key)

    def to_pem(self) -> bytes:
        """The key as PKCS 8 PEM."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return VerifierKey(name=self.name, public=raw)

    def sign(self, checkpoint: Checkpoint) -> bytes:
        """The signed note; Ed25519 is deterministic, so equal heads give equal notes."""
        return self.sign_text(checkpoint.text())

    def sign_text(self, text: str) -> bytes:
        """Any text, which ends in a newline, as a signed note."""
        blob = self.verifier.key_id + self._private.sign(text.encode())
        return f"{text}\n\u2014 {self.name} {b64encode(blob).decode()}\n".encode()


def open_checkpoint(note: bytes, verifier: VerifierKey, *, file: str = "checkpoint") -> Checkpoint:
    """The checkpoint in a note whose one signature verifies.

    Raises: ProofFailure: format, origin, key or signature is wrong.
    """
    try:
        checkpoint, name, blob = _parse(note)
    except (ValueError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise broken("checkpoint", f"the checkpoint is malformed: {reason}", file=file) from None
    if name != verifier.name or checkpoint.origin != verifier.name or blob[:4] != verifier.key_id:
        raise broken(
            "signature", "the checkpoint's signature is by another key or origin", file=file
        )
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(
            blob[4:], checkpoint.text().encode()
        )
    except (InvalidSignature, ValueError):
        raise broken("signature", "the checkpoint's signature does not verify", file=file) from None
    return checkpoint


def _parse(note: bytes) -> tuple[Checkpoint, str, bytes]:
    """Read exactly what ``Signer.sign`` writes; any other byte is a fault."""
    lines = note.decode().split("\n")
    if len(lines) != 6 or lines[3] or lines[5]:
        raise ValueError("it is not three lines, an empty line and one signature")
    origin, size, root, _, signature, _ = lines
    check_name(origin)
    if not (size.isascii() and size.isdigit()) or str(int(size)) != size or int(size) > _SIZE_MAX:
        raise ValueError("its size is not a plain number")
    head = strict_base64(root)
    words = signature.split(" ")
    if len(head) != 32 or len(words) != 3 or words[0] != "\u2014":
        raise ValueError("its root or its signature line is malformed")
    blob = strict_base64(words[2])
    if len(blob) != 68:
        raise ValueError("its signature has the wrong length")
    return Checkpoint(origin=origin, size=int(size), root=head), words[1], blob
