"""What every event says, however it was found."""

from __future__ import annotations

EMERGENCY_SQUAWK = "emergency_squawk"
IDENTITY_CONFLICT = "identity_conflict"
IMPOSSIBLE_JUMP = "impossible_jump"
RAPID_DESCENT = "rapid_descent"
GNSS_INTERFERENCE = "gnss_interference"
VOLUME_ANOMALY = "volume_anomaly"

CRITICAL, WARNING, INFO = "critical", "warning", "info"
