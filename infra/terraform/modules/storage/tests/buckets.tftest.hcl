mock_provider "aws" {
  source = "../../tests/mocks"
}

mock_provider "aws" {
  alias  = "replica"
  source = "../../tests/mocks"
}

variables {
  name   = "flightlake-test"
  region = "eu-central-1"
  buckets = {
    lake    = "test-lake"
    code    = "test-code"
    results = "test-results"
    logs    = "test-logs"
  }
  account_id       = "111111111111"
  kms_key_arn      = "arn:aws:kms:eu-central-1:111111111111:key/test"
  replica          = null
  object_lock_days = 0
  can_be_destroyed = false
  lifecycle_days = {
    raw_infrequent_access = 30
    raw_glacier           = 90
    noncurrent            = 14
    job_logs              = 7
    results               = 3
    access_logs           = 90
  }
}

run "every_bucket" {
  assert {
    condition     = toset([for b in aws_s3_bucket.this : b.bucket]) == toset(values(var.buckets))
    error_message = "The buckets have the names that they were given."
  }

  assert {
    condition     = alltrue([for b in aws_s3_bucket.this : b.force_destroy == false])
    error_message = "A bucket that holds objects is not removed."
  }

  assert {
    condition = (
      keys(aws_s3_bucket_versioning.this) == keys(aws_s3_bucket.this) && alltrue([
        for v in aws_s3_bucket_versioning.this : v.versioning_configuration[0].status == "Enabled"
      ])
    )
    error_message = "Every bucket keeps versions."
  }

  assert {
    condition = (
      keys(aws_s3_bucket_public_access_block.this) == keys(aws_s3_bucket.this) && alltrue([
        for block in aws_s3_bucket_public_access_block.this : alltrue([
          block.block_public_acls, block.block_public_policy,
          block.ignore_public_acls, block.restrict_public_buckets,
        ])
      ])
    )
    error_message = "Every bucket blocks public access in all four ways."
  }

  assert {
    condition = (
      keys(aws_s3_bucket_ownership_controls.this) == keys(aws_s3_bucket.this) && alltrue([
        for o in aws_s3_bucket_ownership_controls.this :
        o.rule[0].object_ownership == "BucketOwnerEnforced"
      ])
    )
    error_message = "Every object belongs to the bucket's owner; ACLs are off."
  }

  assert {
    condition = alltrue([
      for use, bucket in aws_s3_bucket_server_side_encryption_configuration.this : alltrue([
        for rule in bucket.rule :
        rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
        && rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
        && rule.bucket_key_enabled
      ]) if use != "logs"
    ])
    error_message = "Buckets are encrypted with the key, by bucket keys."
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this["logs"].rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    ])
    error_message = "S3 delivers access logs to nothing but a bucket with its own key."
  }

  assert {
    condition = (
      toset(keys(aws_s3_bucket_logging.this)) == toset(["lake", "code", "results"])
      && alltrue([for l in aws_s3_bucket_logging.this : l.target_bucket == "test-logs"])
    )
    error_message = "Who asked for what is logged, but for the logs themselves."
  }

  assert {
    condition     = length(aws_s3_bucket_object_lock_configuration.lake) == 0
    error_message = "0 days are no lock."
  }
}

run "every_policy" {
  assert {
    condition = alltrue([
      for use, p in aws_s3_bucket_policy.this : anytrue([
        for s in jsondecode(p.policy).Statement :
        s.Effect == "Deny" && s.Principal == "*" && s.Action == "s3:*"
        && try(s.Condition.Bool["aws:SecureTransport"], null) == "false"
        && toset(flatten([s.Resource])) == toset([
          "arn:aws:s3:::${var.buckets[use]}", "arn:aws:s3:::${var.buckets[use]}/*",
        ])
      ])
    ])
    error_message = "Every bucket refuses whatever comes without TLS."
  }

  assert {
    condition = alltrue([
      for use, p in aws_s3_bucket_policy.this : alltrue([
        for s in jsondecode(p.policy).Statement : s.Effect == "Deny" || use == "logs"
      ])
    ])
    error_message = "Policies of buckets refuse; only that of the logs allows."
  }
}

run "raw_is_written_once" {
  assert {
    condition = anytrue([
      for s in jsondecode(aws_s3_bucket_policy.this["lake"].policy).Statement :
      s.Effect == "Deny" && s.Principal == "*" && s.Action == "s3:PutObject"
      && s.Resource == "arn:aws:s3:::test-lake/raw/*"
      && try(s.Condition.Null["s3:if-none-match"], null) == "true"
    ])
    error_message = "A raw object is written only where none is."
  }

  assert {
    condition = anytrue([
      for s in jsondecode(aws_s3_bucket_policy.this["lake"].policy).Statement :
      s.Sid == "RawIsWrittenOnce"
      && try(s.Condition.Bool["s3:ObjectCreationOperation"], null) == "true"
    ])
    error_message = "The parts of a multipart upload are let through; its completion is held to it."
  }

  assert {
    condition = anytrue([
      for s in jsondecode(aws_s3_bucket_policy.this["lake"].policy).Statement :
      s.Effect == "Deny" && s.Principal == "*" && s.Resource == "arn:aws:s3:::test-lake/raw/*"
      && toset(flatten([s.Action])) == toset(["s3:DeleteObject", "s3:DeleteObjectVersion"])
      && try(s.Condition, null) == null
    ])
    error_message = "Nobody removes a raw object or a version of one."
  }
}

run "a_release_is_written_once" {
  # Two levels down: current.json, the pointer, lies beside the releases and is written again.
  assert {
    condition = [
      for s in jsondecode(aws_s3_bucket_policy.this["code"].policy).Statement :
      [s.Effect, s.Principal, s.Resource, s.Condition] if s.Action == "s3:PutObject"
      ] == [[
        "Deny", "*", "arn:aws:s3:::test-code/releases/*/*",
        {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        },
    ]]
    error_message = "An object of a release is written only where none is; the pointer is not one."
  }

  assert {
    condition = anytrue([
      for s in jsondecode(aws_s3_bucket_policy.this["code"].policy).Statement :
      s.Effect == "Deny" && s.Principal == "*"
      && s.Resource == "arn:aws:s3:::test-code/releases/*/*"
      && toset(flatten([s.Action])) == toset(["s3:DeleteObject", "s3:DeleteObjectVersion"])
      && try(s.Condition, null) == null
    ])
    error_message = "Nobody removes an object of a release or a version of one."
  }
}

run "access_logs" {
  assert {
    condition = [
      for s in jsondecode(aws_s3_bucket_policy.this["logs"].policy).Statement :
      s.Principal if s.Effect == "Allow"
    ] == [{ Service = "logging.s3.amazonaws.com" }]
    error_message = "Only S3 writes access logs."
  }

  assert {
    condition = flatten([
      for s in jsondecode(aws_s3_bucket_policy.this["logs"].policy).Statement : [
        s.Condition.StringEquals["aws:SourceAccount"], sort(s.Condition.ArnLike["aws:SourceArn"]),
      ] if s.Effect == "Allow"
      ]) == [
      "111111111111",
      "arn:aws:s3:::test-code", "arn:aws:s3:::test-lake", "arn:aws:s3:::test-results",
    ]
    error_message = "Only our buckets' access logs are written."
  }
}

run "life_cycles" {
  assert {
    condition = anytrue([
      for r in aws_s3_bucket_lifecycle_configuration.lake.rule :
      try(r.filter[0].prefix, "") == "raw/" && r.status == "Enabled"
      && toset([for t in r.transition : "${t.storage_class} ${t.days}"])
      == toset(["STANDARD_IA 30", "GLACIER_IR 90"])
    ])
    error_message = "Raw answers get cold, and can be read at once all the same."
  }

  assert {
    condition = alltrue([
      for r in aws_s3_bucket_lifecycle_configuration.lake.rule :
      length(r.expiration) == 0 && length(r.noncurrent_version_expiration) == 0
      if try(r.filter[0].prefix, "") == "raw/" || try(r.filter[0].prefix, "") == ""
    ])
    error_message = "No rule removes anything of raw/."
  }

  assert {
    condition = alltrue([
      for prefix in [
        "silver/", "gold/", "ref/", "ops/", "reports/", "costs/", "gaps/", "exports/",
        "alerts/", "restores/",
      ] :
      anytrue([
        for r in aws_s3_bucket_lifecycle_configuration.lake.rule :
        try(r.filter[0].prefix, "") == prefix
        && try(r.noncurrent_version_expiration[0].noncurrent_days, 0) == 14
      ])
    ])
    error_message = "Replaced versions of all other prefixes expire."
  }

  assert {
    condition = anytrue([
      for r in aws_s3_bucket_lifecycle_configuration.lake.rule :
      try(r.filter[0].prefix, "") == "leases/"
      && try(r.expiration[0].days, 0) == 7
      && try(r.noncurrent_version_expiration[0].noncurrent_days, 0) == 1
    ])
    error_message = "Leases of jobs that ended expire."
  }

  assert {
    condition = anytrue([
      for r in aws_s3_bucket_lifecycle_configuration.lake.rule :
      try(r.filter[0].prefix, "") == "logs/" && try(r.expiration[0].days, 0) == 7
    ])
    error_message = "Job logs expire."
  }

  assert {
    condition = [
      for e in aws_s3_bucket_lifecycle_configuration.code.rule[0].noncurrent_version_expiration :
      [e.noncurrent_days, e.newer_noncurrent_versions]
    ] == [[14, 20]]
    error_message = "Airflow finds the plugins that it runs, be newer ones there that failed."
  }

  assert {
    condition = alltrue([
      for rules in [
        aws_s3_bucket_lifecycle_configuration.lake.rule,
        aws_s3_bucket_lifecycle_configuration.code.rule,
        aws_s3_bucket_lifecycle_configuration.expiring["results"].rule,
        aws_s3_bucket_lifecycle_configuration.expiring["logs"].rule,
      ] :
      anytrue([for r in rules : length(r.abort_incomplete_multipart_upload) == 1])
    ])
    error_message = "Uploads that were not completed are aborted in every bucket."
  }

  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.expiring["results"].rule[0].expiration[0].days == 3
      && aws_s3_bucket_lifecycle_configuration.expiring["logs"].rule[0].expiration[0].days == 90
    )
    error_message = "Athena's results and access logs expire."
  }
}

run "a_lock" {
  variables {
    object_lock_days = 30
  }

  assert {
    condition = (
      aws_s3_bucket.this["lake"].object_lock_enabled
      && alltrue([for use, b in aws_s3_bucket.this : !b.object_lock_enabled if use != "lake"])
    )
    error_message = "The lake alone is locked."
  }

  assert {
    condition = (
      aws_s3_bucket_object_lock_configuration.lake[0].rule[0].default_retention[0].days == 30
    )
    error_message = "The lock holds as long as it was told to."
  }
}

run "a_hasty_life_cycle_is_refused" {
  command = plan

  variables {
    lifecycle_days = {
      raw_infrequent_access = 5
      raw_glacier           = 90
      noncurrent            = 1
      job_logs              = 7
      results               = 3
      access_logs           = 90
    }
  }

  expect_failures = [var.lifecycle_days]
}
