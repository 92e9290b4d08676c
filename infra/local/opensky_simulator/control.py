"""Routes for tests, under /_simulator/: faults, clock, credits, truth and the request log."""

from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from opensky_simulator.faults import Fault
from opensky_simulator.request_log import CONTROL_PREFIX

if TYPE_CHECKING:
    from opensky_simulator.server import Simulator

router = APIRouter(prefix=CONTROL_PREFIX.rstrip("/"))


class ClockSetting(BaseModel):
    """``now_s`` stops the clock there; without it the clock runs ``offset_s`` ahead."""

    model_config = ConfigDict(extra="forbid")

    now_s: float | None = None
    offset_s: float = 0.0


class CreditsSetting(BaseModel):
    """How many credits a bucket has left until its next refill."""

    model_config = ConfigDict(extra="forbid")

    remaining: int = Field(ge=0)
    bucket: Literal["states", "tracks", "flights"] = "states"
    authenticated: bool = True


@router.post("/faults")
async def add_fault(request: Request, fault: Fault) -> dict[str, int]:
    """Queue a fault; returns how many answers will be faulty."""
    queue = _simulator(request).faults
    queue.add(fault)
    return {"waiting": len(queue)}


@router.delete("/faults")
async def clear_faults(request: Request) -> dict[str, int]:
    """Forget the faults that wait."""
    _simulator(request).faults.clear()
    return {"waiting": 0}


@router.post("/clock")
async def set_clock(request: Request, setting: ClockSetting) -> dict[str, float]:
    """Set the clock; returns the time that it shows."""
    clock = _simulator(request).clock
    if setting.now_s is None:
        clock.shift(setting.offset_s)
    else:
        clock.freeze(setting.now_s)
    return {"now_s": clock()}


@router.post("/credits")
async def set_credits(request: Request, setting: CreditsSetting) -> dict[str, int]:
    """Set what is left in a bucket."""
    bucket = _simulator(request).accounts.bucket(setting.authenticated, setting.bucket)
    bucket.set(setting.remaining)
    return {"remaining": bucket.remaining}


@router.get("/flights")
def true_flights(request: Request, begin: float, end: float) -> list[dict[str, Any]]:
    """Return the true flights in the air at some moment of [begin, end] in unix seconds."""
    return _simulator(request).source.flights(begin, end)


@router.get("/requests")
async def requests_served(request: Request) -> dict[str, Any]:
    """Return how many requests came and the last 1,000 of them."""
    log = _simulator(request).log
    return {"count": log.count, "requests": list(log.entries)}


@router.delete("/requests")
async def forget_requests(request: Request) -> dict[str, int]:
    """Start counting again."""
    _simulator(request).log.clear()
    return {"count": 0}


def _simulator(request: Request) -> "Simulator":
    simulator: Simulator = request.app.state.simulator
    return simulator
