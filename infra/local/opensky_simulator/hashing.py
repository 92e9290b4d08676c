"""Random numbers that belong to a name and a key instead of to a sequence.

The world may be asked about any moment in any order, so nothing may depend on how many numbers
were drawn before: every draw is a hash of (what it is for, whom it concerns).
"""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def mix(*parts: Any) -> Keys:
    """Return 64-bit keys, one for each element of the broadcast integer ``parts``."""
    with np.errstate(over="ignore"):
        key = np.zeros(1, dtype=np.uint64)
        for part in parts:
            key = _scramble(key ^ np.asarray(part).astype(np.int64).view(np.uint64))
    return key


def uniform(keys: Keys, purpose: str) -> Floats:
    """Return one number in [0, 1) for each key; another ``purpose`` gives independent numbers."""
    with np.errstate(over="ignore"):
        key = _scramble(keys ^ np.uint64(zlib.crc32(purpose.encode())))
    return (key >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _scramble(key: Keys) -> Keys:
    """Splitmix64's finaliser (Steele, Lea and Flood 2014)."""
    key = key + _INCREMENT
    key = (key ^ (key >> np.uint64(30))) * _MULTIPLIERS[0]
    key = (key ^ (key >> np.uint64(27))) * _MULTIPLIERS[1]
    return key ^ (key >> np.uint64(31))
