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
  account_id  = "111111111111"
  kms_key_arn = "arn:aws:kms:eu-central-1:111111111111:key/test"
  replica = {
    region      = "eu-west-1"
    bucket      = "test-replica"
    kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/replica"
  }
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

run "the_bucket" {
  assert {
    condition     = aws_s3_bucket.replica[0].bucket == "test-replica"
    error_message = "The replica has the name that it was given."
  }

  assert {
    condition = (
      aws_s3_bucket_versioning.replica[0].versioning_configuration[0].status == "Enabled"
    )
    error_message = "S3 replicates into buckets with versions only."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.replica[0].block_public_acls,
      aws_s3_bucket_public_access_block.replica[0].block_public_policy,
      aws_s3_bucket_public_access_block.replica[0].ignore_public_acls,
      aws_s3_bucket_public_access_block.replica[0].restrict_public_buckets,
      aws_s3_bucket_ownership_controls.replica[0].rule[0].object_ownership == "BucketOwnerEnforced",
    ])
    error_message = "The replica is as little public as the lake."
  }

  assert {
    condition = [
      for rule in aws_s3_bucket_server_side_encryption_configuration.replica[0].rule : [
        rule.apply_server_side_encryption_by_default[0].sse_algorithm,
        rule.apply_server_side_encryption_by_default[0].kms_master_key_id,
      ] if rule.bucket_key_enabled
    ] == [["aws:kms", var.replica.kms_key_arn]]
    error_message = "The replica is encrypted with the key of its region."
  }

  assert {
    condition = anytrue([
      for s in jsondecode(aws_s3_bucket_policy.replica[0].policy).Statement :
      s.Effect == "Deny" && s.Principal == "*" && s.Action == "s3:*"
      && try(s.Condition.Bool["aws:SecureTransport"], null) == "false"
      && toset(flatten([s.Resource])) == toset([
        "arn:aws:s3:::test-replica", "arn:aws:s3:::test-replica/*",
      ])
    ])
    error_message = "The replica refuses whatever comes without TLS."
  }

  assert {
    condition = alltrue([
      for use, policy in {
        lake    = aws_s3_bucket_policy.this["lake"].policy
        replica = aws_s3_bucket_policy.replica[0].policy
        } : anytrue([
          for s in jsondecode(policy).Statement :
          s.Effect == "Deny" && s.Principal == "*"
          && flatten([s.Resource]) == ["arn:aws:s3:::test-${use}/raw/*"]
          && flatten([s.Action]) == ["s3:DeleteObject", "s3:DeleteObjectVersion"]
      ])
    ])
    error_message = "Nobody removes a raw object, here or there."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_s3_bucket_policy.replica[0].policy).Statement : s.Effect == "Deny"
    ])
    error_message = "The policy of the replica refuses and allows nothing."
  }

  assert {
    condition = anytrue([
      for r in aws_s3_bucket_lifecycle_configuration.replica[0].rule :
      try(r.filter[0].prefix, "") == "raw/" && length(r.expiration) == 0
      && toset([for t in r.transition : "${t.storage_class} ${t.days}"])
      == toset(["STANDARD_IA 30", "GLACIER_IR 90"])
    ])
    error_message = "Raw answers get cold in the replica too, and stay."
  }

  assert {
    condition = flatten([
      for s in jsondecode(aws_s3_bucket_policy.this["logs"].policy).Statement :
      sort(s.Condition.ArnLike["aws:SourceArn"]) if s.Effect == "Allow"
    ]) == ["arn:aws:s3:::test-code", "arn:aws:s3:::test-lake", "arn:aws:s3:::test-results"]
    error_message = "No access log comes from another region."
  }
}

run "the_rules" {
  assert {
    condition = toset([
      for r in aws_s3_bucket_replication_configuration.lake[0].rule :
      "${r.id} ${r.filter[0].prefix} ${r.status}"
    ]) == toset(["raw raw/ Enabled", "costs costs/ Enabled"])
    error_message = "What nothing can make again is replicated, and no table."
  }

  assert {
    condition = length(distinct([
      for r in aws_s3_bucket_replication_configuration.lake[0].rule : r.priority
    ])) == 2
    error_message = "S3 wants every rule to have a priority of its own."
  }

  assert {
    condition = alltrue([
      for r in aws_s3_bucket_replication_configuration.lake[0].rule :
      r.delete_marker_replication[0].status == "Disabled"
    ])
    error_message = "What is hidden in the lake is not hidden in the replica."
  }

  assert {
    condition = alltrue([
      for r in aws_s3_bucket_replication_configuration.lake[0].rule :
      r.source_selection_criteria[0].sse_kms_encrypted_objects[0].status == "Enabled"
      && r.destination[0].encryption_configuration[0].replica_kms_key_id == var.replica.kms_key_arn
      && r.destination[0].bucket == "arn:aws:s3:::test-replica"
    ])
    error_message = "Objects are replicated though they are encrypted, and get the replica's key."
  }

  assert {
    condition = alltrue([
      for r in aws_s3_bucket_replication_configuration.lake[0].rule :
      r.destination[0].replication_time[0].status == "Enabled"
      && r.destination[0].replication_time[0].time[0].minutes == output.replication.within_minutes
      && r.destination[0].metrics[0].status == "Enabled"
    ])
    error_message = "S3 promises how fast it is, and says how fast it was."
  }
}

run "the_role" {
  assert {
    condition = [
      for s in jsondecode(aws_iam_role.replication[0].assume_role_policy).Statement :
      [s.Principal.Service, s.Condition.StringEqualsIfExists["aws:SourceAccount"]]
    ] == [["s3.amazonaws.com", "111111111111"]]
    error_message = "Only S3 takes the role, for this account."
  }

  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_role_policy.replication[0].policy).Statement : [
        for action in flatten([s.Action]) : !can(regex("Delete|PutObject|\\*", action))
      ]
    ]))
    error_message = "Replication removes nothing and writes nothing of its own."
  }

  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.replication[0].policy).Statement : [
        for resource in flatten([s.Resource]) : "${s.Sid} ${resource}"
      ]
      ])) == toset([
      "FindWhatToCopy arn:aws:s3:::test-lake",
      "ReadWhatToCopy arn:aws:s3:::test-lake/costs/*",
      "ReadWhatToCopy arn:aws:s3:::test-lake/raw/*",
      "WriteTheReplica arn:aws:s3:::test-replica/costs/*",
      "WriteTheReplica arn:aws:s3:::test-replica/raw/*",
      "DecryptWithTheKeyOfTheLake ${var.kms_key_arn}",
      "EncryptWithTheKeyOfTheReplica ${var.replica.kms_key_arn}",
    ])
    error_message = "It reads what is replicated, writes the replica, and uses two keys."
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.replication[0].policy).Statement :
      s.Condition.StringEquals["kms:ViaService"] if strcontains(s.Sid, "crypt")
    ] == ["s3.eu-central-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"]
    error_message = "Each key is used through S3 of its own region."
  }
}

run "under_a_lock" {
  variables {
    object_lock_days = 30
  }

  assert {
    condition = (
      aws_s3_bucket.replica[0].object_lock_enabled
      && aws_s3_bucket_object_lock_configuration.replica[0].rule[0].default_retention[0].days == 30
    )
    error_message = "A locked lake can be replicated into a locked bucket only."
  }
}

run "none" {
  variables {
    replica = null
  }

  assert {
    condition = (
      length(aws_s3_bucket.replica) == 0 && length(aws_iam_role.replication) == 0
      && length(aws_s3_bucket_replication_configuration.lake) == 0 && output.replication == null
    )
    error_message = "Where nothing is replicated, nothing is made for it."
  }
}
