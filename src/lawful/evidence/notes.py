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
COSIGNATURE = b"\x04"
_SIZE_MAX = 1 << 53
_LINES_MAX = 64


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
    """A name and an Ed25519 public key; written ``name+hex(id)+base64(kind || key)``.

    ``kind`` is 01 for a log's signature, 04 for a witness's cosignature.
    """

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def key_id(self) -> bytes:
        """First four bytes of ``SHA-256(name || 0A || kind || key)``."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self.kind + self.public).decode()}"

    @classmethod
    def parse(cls, text: str, *, file: str = "vkey", kind: bytes = ED25519) -> VerifierKey:
        """Read the written form.

        Raises: ProofFailure: it is no such form, or the id is not that of name and key.
        """
        try:
            name, _, key = text.split("+", 2)
            data = strict_base64(key)
            if data[:1] != kind or len(data) != 33:
                raise ValueError
            found = cls(name=check_name(name), public=data[1:], kind=kind)
            if str(found) != text:
                raise ValueError
        except ValueError:
            raise broken("key", "this is not a verifier key", file=file) from None
        return found

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether an Ed25519 signature of this key is over ``message``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


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
        return f"{text}\n{_line(self.name, blob)}".encode()

    def cosign(self, checkpoint: Checkpoint, seconds: int) -> str:
        """A witness's signature line (cosignature/v1) at a time in seconds since 1970."""
        key = self.cosigner
        signed = self._private.sign(cosigned_message(checkpoint, seconds))
        return _line(self.name, key.key_id + seconds.to_bytes(8, "big") + signed)

    @property
    def cosigner(self) -> VerifierKey:
        """The public half, as a witness's."""
        return attrs.evolve(self.verifier, kind=COSIGNATURE)


def _line(name: str, blob: bytes) -> str:
    return f"\u2014 {name} {b64encode(blob).decode()}\n"


def cosigned_message(checkpoint: Checkpoint, seconds: int) -> bytes:
    """What a witness signs: cosignature/v1 of C2SP."""
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.text()}".encode()


@attrs.frozen(kw_only=True)
class SignatureLine:
    """A line of a note: by whom, key id, signature."""

    name: str
    key_id: bytes
    signature: bytes

    def cosigns(self, checkpoint: Checkpoint, witness: VerifierKey) -> bool:
        """Whether it is a verifying cosignature of this witness."""
        if self.name != witness.name or self.key_id != witness.key_id or len(self.signature) != 72:
            return False
        seconds = int.from_bytes(self.signature[:8], "big")
        return witness.verifies(self.signature[8:], cosigned_message(checkpoint, seconds))


@attrs.frozen(kw_only=True)
class Note:
    """A checkpoint that its log has signed, and the other lines below it, not yet verified."""

    checkpoint: Checkpoint
    others: tuple[SignatureLine, ...]


def open_note(note: bytes, verifier: VerifierKey, *, file: str = "checkpoint") -> Note:
    """A note whose first signature is the log's and verifies.

    Raises: ProofFailure: format, origin, key or signature is wrong.
    """
    try:
        checkpoint, lines = _parse(note)
    except (ValueError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise broken("checkpoint", f"the checkpoint is malformed: {reason}", file=file) from None
    own = lines[0]
    if {own.name, checkpoint.origin} != {verifier.name} or own.key_id != verifier.key_id:
        raise broken(
            "signature", "the checkpoint's signature is by another key or origin", file=file
        )
    if not verifier.verifies(own.signature, checkpoint.text().encode()):
        raise broken("signature", "the checkpoint's signature does not verify", file=file)
    return Note(checkpoint=checkpoint, others=tuple(lines[1:]))


def open_checkpoint(note: bytes, verifier: VerifierKey, *, file: str = "checkpoint") -> Checkpoint:
    """The checkpoint in a note that has its log's signature, which verifies, and no other.

    Raises: ProofFailure: format, origin, key or signature is wrong, or there is another line.
    """
    found = open_note(note, verifier, file=file)
    if found.others:
        raise broken(
            "signature",
            f"nobody vouches for the line by '{found.others[0].name}': no policy names it",
            file=file,
        )
    return found.checkpoint


def origin_of(note: bytes) -> str:
    """The first line of a note, unverified; nothing if it has none."""
    return note.partition(b"\n")[0].decode(errors="replace")


def parse_line(line: str) -> SignatureLine:
    """A signature line, without its newline. Raises: ValueError: it is none."""
    words = line.split(" ")
    if len(words) != 3 or words[0] != "\u2014":
        raise ValueError("a signature line is malformed")
    blob = strict_base64(words[2])
    if len(blob) not in (68, 76):
        raise ValueError("a signature has the wrong length")
    return SignatureLine(name=check_name(words[1]), key_id=blob[:4], signature=blob[4:])


def _parse(note: bytes) -> tuple[Checkpoint, list[SignatureLine]]:
    """Read exactly what ``Signer.sign`` writes, and witnesses' lines; any other byte is a fault."""
    lines = note.decode().split("\n")
    if len(lines) < 6 or lines[3] or lines[-1] or len(lines) > 5 + _LINES_MAX:
        raise ValueError("it is not three lines, an empty line and signatures")
    origin, size, root = lines[:3]
    check_name(origin)
    if not (size.isascii() and size.isdigit()) or str(int(size)) != size or int(size) > _SIZE_MAX:
        raise ValueError("its size is not a plain number")
    head = strict_base64(root)
    if len(head) != 32:
        raise ValueError("its root has the wrong length")
    signatures = [parse_line(line) for line in lines[4:-1]]
    if len(signatures[0].signature) != 64:
        raise ValueError("its first signature has the wrong length")
    return Checkpoint(origin=origin, size=int(size), root=head), signatures
