from __future__ import annotations

from pathlib import Path

from flightlake_local.credentials import load_or_create


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = load_or_create(tmp_path / "secrets")
    assert load_or_create(tmp_path / "secrets") == first
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_no_two_stacks_share_a_secret(tmp_path: Path) -> None:
    one, other = (load_or_create(tmp_path / name) for name in ("one", "other"))
    assert not set(one.passwords.values()) & set(other.passwords.values())
    assert one.jwt_secret != other.jwt_secret
    assert len(one.jwt_secret) >= 64
