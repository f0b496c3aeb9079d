"""Writes what the package ml_dtypes makes of its small floats: rust/core/tests/fixtures/ml_dtypes.bin.

usage: python ml_dtypes_fixture.py FILE [COUNT]      needs numpy and ml_dtypes (made with 0.6.0); COUNT adds random numbers

The file is little-endian. For each kind, in the order below, the F32 value of each of its codes; then, for each of some
numbers, its F32 bits and the code that each kind gives it. The numbers are those of all kinds, halfway between neighbours,
one step of F32 beside both, beyond each kind's largest, zeros, infinities, NaN and subnormals.
"""
import sys

import ml_dtypes
import numpy as np

KINDS = (
    ("float4_e2m1fn", 4),
    ("float6_e2m3fn", 6),
    ("float6_e3m2fn", 6),
    ("float8_e5m2", 8),
    ("float8_e4m3fn", 8),
    ("float8_e8m0fnu", 8),
    ("float8_e4m3fnuz", 8),
    ("float8_e5m2fnuz", 8),
)


def values(name, bits):
    """The F32 value of each code."""
    return np.arange(1 << bits, dtype=np.uint8).view(getattr(ml_dtypes, name)).astype(np.float32)


def sharp(numbers):
    """Non-negative numbers where the rounding to some of these is decided."""
    numbers = np.unique(np.abs(numbers[np.isfinite(numbers)]))
    largest = numbers[-1] * np.linspace(1, 2, 17, dtype=np.float32)
    halves = numbers[:-1] / 2 + numbers[1:] / 2
    centres = np.concatenate([numbers, halves, largest])
    return np.concatenate([centres, np.nextafter(centres, np.float32(np.inf)), np.nextafter(centres, np.float32(0))])


def main(path, count=0):
    tables = [values(name, bits) for name, bits in KINDS]
    special = np.array([0, np.inf, np.nan, 1e-45, 1e-40, 2.0**-126, 3e38], dtype=np.float32)
    numbers = np.unique(np.concatenate([sharp(table) for table in tables] + [special]).view(np.uint32))
    random = np.random.default_rng(1).integers(0, 1 << 32, count, dtype=np.uint32)
    numbers = np.concatenate([numbers, numbers | np.uint32(1 << 31), random])
    codes = [numbers.view(np.float32).astype(getattr(ml_dtypes, name)).view(np.uint8) for name, _ in KINDS]
    records = np.concatenate([numbers.astype("<u4").view(np.uint8).reshape(-1, 4), np.stack(codes, axis=1)], axis=1)
    with open(path, "wb") as file:
        for table in tables:
            file.write(table.astype("<f4").tobytes())
        file.write(records.tobytes())


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        main(sys.argv[1], *map(int, sys.argv[2:]))
