"""Reading leaves by the bundle says nothing that reading them one by one would not."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lawful.evidence import SchemaError
from lawful.evidence.events import COUNTS, KINDS, parse_leaf
from lawful.evidence.plain import read_plain
from lawful.evidence.tiles import join_bundle, split_bundle
from tests.evidence.making import ask
from tests.evidence.test_events import EVENTS, HEX, ONE, leaf_of


def read_slowly(entries: list[bytes]) -> list[tuple[str, int, str]] | None:
    """Node, number and commitment of each leaf; ``None`` if one is not of the schema."""
    try:
        leaves = [parse_leaf(entry, 0) for entry in entries]
    except SchemaError:
        return None
    return [(leaf.node, leaf.seq, leaf.commitment) for leaf in leaves]


def held_together(bundle: bytes) -> bool:
    """Whether the fast reading of a bundle says nothing that the slow one would not; if it speaks."""
    plain = read_plain(bundle)
    if plain is None:
        return False
    assert list(plain.entries) == split_bundle(bundle)
    columns = zip(plain.nodes, plain.seqs, plain.commitments, strict=True)
    found = [(node.decode(), int(seq), commitment.decode()) for node, seq, commitment in columns]
    assert found == read_slowly(list(plain.entries))
    assert not any(parse_leaf(entry, 0).erases for entry in plain.entries)
    return True


MORE: list[dict[str, Any]] = [
    {"kind": "use", "basis": ["consent", "contract"]},
    {"kind": "batch", "input": HEX, "result": HEX, "withheld": 0, "subject": HEX},
    {"kind": "intent", "operation": "", "entity": "e:/-"},
]
GOOD = [leaf_of(ask(kind=kind, **EVENTS[kind])) for kind in KINDS] + [
    leaf_of(ask(**each)) for each in MORE
]
ERASED = leaf_of(ask(kind="outcome", operation="erase_payload", outcome="done", ref=HEX))
TOKENS = sorted({token for leaf in GOOD for token in leaf[1:-1].split(b",")})


@given(st.lists(st.sampled_from(GOOD), max_size=6))
def test_a_bundle_of_good_leaves_is_read_fast(entries: list[bytes]) -> None:
    assert held_together(join_bundle(entries)) == bool(entries)
    assert not held_together(join_bundle([*entries, ERASED]))


@given(
    st.lists(st.sampled_from(GOOD), min_size=1, max_size=4),
    st.integers(0, 10_000),
    st.binary(max_size=12) | st.sampled_from(TOKENS).map(lambda token: token + b","),
    st.integers(0, 12),
)
def test_what_is_read_fast_would_be_read_slowly(
    entries: list[bytes], place: int, put: bytes, drop: int
) -> None:
    bundle = join_bundle(entries)
    at = place % (len(bundle) + 1)
    held_together(bundle[:at] + put + bundle[at + drop :])
    at = place % (len(entries[0]) + 1)
    changed = entries[0][:at] + put + entries[0][at + drop :]
    held_together(join_bundle([changed, *entries[1:]]))
    held_together(join_bundle([*entries, changed]))


@given(
    st.sampled_from(GOOD),
    st.lists(
        st.tuples(
            st.sampled_from(sorted({*json.loads(GOOD[3]), *COUNTS})),
            st.sampled_from(
                [None, "0", "00", "1", "-1", "1.0", "1e3", "true", '"1"', "null", str(1 << 53),
                 str((1 << 53) - 1), "999999999999999", "1000000000000000", '"a,b"', '"b,a"',
                 '"a,a"', '"2026-11-24T09:00:00.000Z"', '"２０２６-11-24T09:00:00.000Z"', '"n"', '"x y"',
                 f'"{HEX}"', f'"{HEX.upper()}"', f'"{ONE}"', '""', '"erase_payload"', '"done"',
                 *(f'"{kind}"' for kind in KINDS)]
            ),
        ),
        min_size=1,
        max_size=3,
    ),
)  # fmt: skip
def test_fields_are_read_fast_as_they_are_slowly(
    good: bytes, changes: list[tuple[str, str | None]]
) -> None:
    whole = {name: json.dumps(value) for name, value in json.loads(good).items()}
    for name, value in changes:
        whole.pop(name, None)
        if value is not None:
            whole[name] = value
    text = ",".join(f'"{name}":{value}' for name, value in sorted(whole.items()))
    changed = f"{{{text}}}".encode()
    held_together(join_bundle([changed]))
    held_together(join_bundle([good, changed]))
    if b"erase_payload" not in changed and read_slowly([changed]) is not None:
        large = re.search(r":\d{16}", text)  # read slowly, like leaves that erase
        assert held_together(join_bundle([changed])) == (large is None)
