"""What one job run may write, where the role of its step may write more: plain data.

EMR Serverless gives a job run what both its role and this policy allow, so the policy grants
nothing by itself. It lists the rights of the jobs' roles: all to read, and few objects to write.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

MAX_LENGTH = 2048
"""The most characters that StartJobRun takes."""

_LOGS = "logs/emr/*"
_READ = [
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
]
_WRITE = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]


def session_policy(lake_url: str, objects: Sequence[str]) -> str:
    """The policy of a job run that writes certain objects, and its logs.

    Args:
        lake_url: the lake, on S3.
        objects: keys in the lake, with ``*`` for any rest; templates stay what they are.
    """
    bucket = lake_url.removeprefix("s3://")
    written = [f"arn:aws:s3:::{bucket}/{each}" for each in (*objects, _LOGS)]
    statements = [
        {"Effect": "Allow", "Action": _READ, "Resource": "*"},
        {"Effect": "Allow", "Action": _WRITE, "Resource": written},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
