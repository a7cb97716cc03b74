"""Expressions of xacro files without Python's ``eval``: arithmetic, comparisons, maths, lists.

An expression comes from outside, so names, calls and operators are those listed here and nothing else, and
results stay small.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable
from typing import Any

from robotplus.errors import RobotError

MAX_LENGTH = 2000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_MATHS = (
    "acos asin atan atan2 ceil cos cosh degrees exp fabs floor fmod hypot isclose log log10 radians sin sinh "
    "sqrt tan tanh"
)
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(math, name) for name in _MATHS.split()},
    **{f.__name__: f for f in (abs, bool, float, int, len, max, min, round, str, sum)},
}
_NAMES = {"pi": math.pi, "e": math.e, "inf": math.inf, "True": True, "False": False, "None": None}


def evaluate(expression: str, lookup: Callable[[str], Any], where: str) -> Any:
    """The value of an expression.

    Args:
        expression: what stands between ``${`` and ``}``.
        lookup: value of a name; raises KeyError for an unknown one.
        where: file and place, for messages.

    Raises:
        RobotError: not an expression of a kind we evaluate, an unknown name, or an error in evaluation.
    """
    if len(expression) > MAX_LENGTH:
        raise RobotError("the expression is too long", where, value=expression)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(expression.strip(), mode="eval")
        return _value(tree.body, lookup)
    except RobotError:
        raise
    except KeyError as e:
        raise RobotError(f"unknown name {e.args[0]!r} in an expression", where, value=expression) from e
    except (SyntaxError, RecursionError, MemoryError) as e:
        raise RobotError("not an expression", where, value=expression) from e
    except _UnsupportedError as e:
        raise RobotError(
            f"{e} is not evaluated", where, value=expression, fix="expand the file with xacro"
        ) from e
    except (ArithmeticError, TypeError, ValueError, IndexError) as e:
        raise RobotError(f"cannot evaluate ({e})", where, value=expression) from e


class _UnsupportedError(Exception):
    """A piece of Python outside the subset."""


def _value(node: ast.expr, lookup: Callable[[str], Any]) -> Any:
    def of(part: ast.expr) -> Any:
        return _value(part, lookup)

    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None):
            return node.value
        case ast.Name(id=name):
            try:
                return lookup(name)
            except KeyError:
                return _NAMES[name]
        case ast.BinOp(op=ast.Pow()):
            return math.pow(of(node.left), of(node.right))
        case ast.BinOp() if type(node.op) in _BINARY:
            return _small(_BINARY[type(node.op)], of(node.left), of(node.right))
        case ast.UnaryOp() if type(node.op) in _UNARY:
            return _UNARY[type(node.op)](of(node.operand))
        case ast.BoolOp():
            decides = isinstance(node.op, ast.Or)
            for part in node.values[:-1]:
                value = of(part)
                if bool(value) == decides:
                    return value
            return of(node.values[-1])
        case ast.IfExp():
            return of(node.body) if of(node.test) else of(node.orelse)
        case ast.Compare():
            values = [of(node.left), *map(of, node.comparators)]
            tests = zip(node.ops, values, values[1:], strict=False)
            return all(_COMPARE[type(op)](a, b) for op, a, b in tests)
        case ast.List() | ast.Tuple():
            return [of(item) for item in node.elts]
        case ast.Subscript(slice=ast.expr() as index) if not isinstance(index, ast.Slice):
            return of(node.value)[of(index)]
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*map(of, node.args))
        case ast.Call(func=ast.Attribute(attr=key, value=ast.Name(id="math"))) if key in _MATHS.split():
            return _FUNCTIONS[key](*map(of, node.args))
    raise _UnsupportedError(ast.unparse(node)[:60])


def _small(operate: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Sums and products of numbers, sums of short texts and lists: nothing that a short input can blow up."""
    if operate is operator.mul or operate is operator.mod:
        if not all(isinstance(v, int | float) for v in (a, b)):
            raise TypeError("numbers only")
        if any(isinstance(v, int) and abs(v) > 10**18 for v in (a, b)):
            raise ValueError("number too large")
    out = operate(a, b)
    if isinstance(out, str | list) and len(out) > MAX_LENGTH:
        raise ValueError("result too long")
    return out
