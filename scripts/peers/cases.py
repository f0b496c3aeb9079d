"""The merges that are run, each with what a plain computation makes of one tensor."""
from dataclasses import dataclass
from typing import Callable, Optional

import formulas


@dataclass(frozen=True)
class Case:
    method: str
    models: tuple
    options: tuple
    base: bool = False
    """Takes the tensors of base, a and b; None where only random masks tell the result."""
    formula: Optional[Callable] = None
    tolerance: float = 0
    """Relative to the element. The angle of an arc depends on numpy's order of summing and its arccos."""


BASE, A, B = range(3)
CASES = (
    Case("average", (BASE, A, B), (), formula=lambda *xs: formulas.linear(xs, (1, 1, 1))),
    Case("linear", (A, B), ("--weights", "0.3,0.9"), formula=lambda _, a, b: formulas.linear((a, b), (0.3, 0.9))),
    Case("slerp", (A, B), ("--t", "0.3"), formula=lambda _, a, b: formulas.slerp(a, b, 0.3), tolerance=1e-6),
    Case(
        "task_arithmetic", (A, B), ("--weights", "0.5,0.7", "--lambda", "0.8"), base=True,
        formula=lambda base, a, b: formulas.task_arithmetic(base, (a, b), (0.5, 0.7), 0.8),
    ),
    Case(
        "ties", (A, B), ("--weights", "0.6,0.4", "--density", "0.3"), base=True,
        formula=lambda base, a, b: formulas.ties(base, (a, b), (0.6, 0.4), 0.3),
    ),
    Case("dare_linear", (A, B), ("--density", "0.5", "--seed", "7"), base=True),
    Case("dare_ties", (A, B), ("--density", "0.5", "--seed", "7"), base=True),
)
