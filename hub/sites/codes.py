"""Six-digit grid codes: three digits of the village, one of the type, two of the sequence."""

from __future__ import annotations

from collections.abc import Collection

from hub.sites.domain import GridKind, SiteError

TYPES: dict[GridKind, str] = {"ordinary": "1", "dedicated": "2"}  # 001:L355
LAST = 99


class CodeError(SiteError):
    """No six-digit code, or none is left; the text says why."""


def next_code(village: int, kind: GridKind, taken: Collection[str]) -> str:
    """The first free code of a village and kind.

    Raises:
        CodeError: the village has no three digits, the kind no type, or all 99 are taken.
    """
    if not 0 <= village <= 999:
        raise CodeError(f"village {village}: three digits at most")
    if kind not in TYPES:
        raise CodeError(f"a {kind} grid has no type in six-digit codes: ordinary or dedicated")
    stem = f"{village:03}{TYPES[kind]}"
    for number in range(1, LAST + 1):
        if (code := f"{stem}{number:02}") not in taken:
            return code
    raise CodeError(f"village {village:03} has {LAST} {kind} grids already: no code is left")


def check_code(code: str, kind: GridKind) -> None:
    """Check that a code is one of six digits and that its type is the grid's kind.

    Raises:
        CodeError: it is not.
    """
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        raise CodeError(f"grid code {code}: six digits are wanted (village 3, type 1, sequence 2)")
    named = next((kind for kind, digit in TYPES.items() if digit == code[3]), None)
    if named is None:
        raise CodeError(f"grid code {code}: type {code[3]} is unknown; 1 ordinary, 2 dedicated")
    if named != kind:
        raise CodeError(f"grid code {code} says {named}, the grid is {kind}")
    if code[4:] == "00":
        raise CodeError(f"grid code {code}: the sequence begins with 01")
