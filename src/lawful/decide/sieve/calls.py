"""What machine code needs to read tables at addresses, and to call Python's own C functions.

The functions are of Python's stable ABI and found by name, as numba finds its own. Whoever calls holds
Python's lock, as every C function does that Python calls. An address, an object and a number are one
word each.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# mypy: ignore-errors
# numba says nothing of its types.

ir = cgutils.ir
WORD, HALF, QUARTER, NOTHING = ir.IntType(64), ir.IntType(32), ir.IntType(16), ir.VoidType()


@intrinsic
def get(context: Any, address: Any, place: Any) -> Any:  # noqa: ARG001  # numba gives it
    """The word at a place of a table."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001  # as above
        return builder.load(_at(builder, values, WORD))

    return types.int64(types.int64, types.int64), code


@intrinsic
def put(context: Any, address: Any, place: Any, word: Any) -> Any:  # noqa: ARG001  # as above
    """Put a word at a place of a table."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001  # as above
        builder.store(values[2], _at(builder, values, WORD))
        return ir.Constant(WORD, 0)

    return types.int64(types.int64, types.int64, types.int64), code


@intrinsic
def put_quarter(context: Any, address: Any, place: Any, word: Any) -> Any:  # noqa: ARG001  # as above
    """Put a number of 16 bits at a place of a table."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001  # as above
        builder.store(builder.trunc(values[2], QUARTER), _at(builder, values, QUARTER))
        return ir.Constant(WORD, 0)

    return types.int64(types.int64, types.int64, types.int64), code


@intrinsic
def lowest(context: Any, word: Any) -> Any:  # noqa: ARG001  # as above
    """The place of the lowest bit that is set; the word is not 0."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001  # as above
        return builder.cttz(values[0], cgutils.true_bit)

    return types.int64(types.int64), code


@intrinsic
def room(context: Any, words: Any, empty: Any) -> Any:  # noqa: ARG001  # as above
    """So many words to write on, the first so many of them 0, until the function that asks returns: on its stack."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001  # as above
        found = builder.alloca(WORD, size=values[0])
        cgutils.memset(builder, found, builder.mul(values[1], ir.Constant(WORD, 8)), 0)
        return builder.ptrtoint(found, WORD)

    return types.int64(types.int64, types.int64), code


def _at(builder: Any, values: Any, kind: Any) -> Any:
    return builder.gep(builder.inttoptr(values[0], kind.as_pointer()), [values[1]])


def _c_function(name: str, result: Any, *arguments: Any) -> Any:
    """A C function of Python's own, by name, on words; a result of 32 bits comes with its sign."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001  # as above
        kind = ir.FunctionType(result, arguments)
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        given = [
            builder.trunc(value, HALF) if wanted is HALF else value
            for value, wanted in zip(values, arguments, strict=True)
        ]
        found = builder.call(function, given)
        if result is NOTHING:
            return ir.Constant(WORD, 0)
        return builder.sext(found, WORD) if result is HALF else found

    def none(context: Any) -> Any:  # noqa: ARG001  # as above
        return types.int64(), code

    def one(context: Any, a: Any) -> Any:  # noqa: ARG001  # as above
        return types.int64(a), code

    def two(context: Any, a: Any, b: Any) -> Any:  # noqa: ARG001  # as above
        return types.int64(a, b), code

    def three(context: Any, a: Any, b: Any, c: Any) -> Any:  # noqa: ARG001  # as above
        return types.int64(a, b, c), code

    return intrinsic((none, one, two, three)[len(arguments)])


raised = _c_function("PyErr_Occurred", WORD)
hold = _c_function("Py_IncRef", NOTHING, WORD)
let_go = _c_function("Py_DecRef", NOTHING, WORD)
integer_of = _c_function("PyLong_AsLongLong", WORD, WORD)
item_of = _c_function("PyDict_GetItemWithError", WORD, WORD, WORD)
attribute_of = _c_function("PyObject_GetAttr", WORD, WORD, WORD)
call = _c_function("PyObject_CallOneArg", WORD, WORD, WORD)
contains = _c_function("PySet_Contains", HALF, WORD, WORD)
compare = _c_function("PyObject_RichCompareBool", HALF, WORD, WORD, HALF)
size_of = _c_function("PySet_Size", WORD, WORD)
iterator_of = _c_function("PyObject_GetIter", WORD, WORD)
next_of = _c_function("PyIter_Next", WORD, WORD)
bytes_of = _c_function("PyBytes_FromStringAndSize", WORD, WORD, WORD)
