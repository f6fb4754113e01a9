"""Turns a function over records and numbers into machine code, when it is first called."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def machine(function: F) -> F:
    """Compile ``function``; to mypy it stays what it is. Dividing by zero gives inf or nan."""
    return cast("F", njit(error_model="numpy")(function))


def kept_machine(function: F) -> F:
    """Compile ``function`` with all that it calls, and keep the code for the next process."""
    return cast("F", njit(error_model="numpy", cache=True)(function))
