"""Numbers as OpenSky's JSON has them."""

from typing import Any

import numpy as np

from opensky_simulator.hashing import Floats


def json_numbers(values: Floats, decimals: int) -> list[Any]:
    """Round; whole numbers become ints and NaN becomes None, as in OpenSky's JSON."""
    rounded = np.round(values, decimals)
    numbers: list[Any] = rounded.tolist()
    for row in np.flatnonzero(rounded == np.floor(rounded)).tolist():
        numbers[row] = int(numbers[row])
    for row in np.flatnonzero(np.isnan(rounded)).tolist():
        numbers[row] = None
    return numbers
