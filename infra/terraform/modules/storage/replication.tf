locals {
  # The one time that S3 promises.
  replicated_within_minutes = 15
}

resource "aws_iam_role" "replication" {
  count = local.has_replica ? 1 : 0

  name        = "${var.name}-replication"
  description = "What S3 copies raw answers and costs into another region as."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "S3Replicates"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
      # S3 does not promise to say for whom it asks. Where it does not, what holds is that nobody of
      # another account can name this role in a rule: roles are passed within an account only.
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

# It may copy and nothing else: s3:ReplicateDelete is missing, so no removal gets across.
resource "aws_iam_role_policy" "replication" {
  count = local.has_replica ? 1 : 0

  name = "copy-to-the-replica"
  role = aws_iam_role.replication[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindWhatToCopy"
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = local.arns.lake
      },
      {
        Sid    = "ReadWhatToCopy"
        Effect = "Allow"
        Action = [
          "s3:GetObjectLegalHold",
          "s3:GetObjectRetention",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTagging",
        ]
        Resource = [
          for prefix in values(local.replicated_prefixes) : "${local.arns.lake}/${prefix}*"
        ]
      },
      {
        Sid    = "WriteTheReplica"
        Effect = "Allow"
        Action = ["s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [
          for prefix in values(local.replicated_prefixes) : "${local.arns.replica}/${prefix}*"
        ]
      },
      {
        Sid       = "DecryptWithTheKeyOfTheLake"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "EncryptWithTheKeyOfTheReplica"
        Effect   = "Allow"
        Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource = var.replica.kms_key_arn
        Condition = {
          StringEquals = { "kms:ViaService" = "s3.${var.replica.region}.amazonaws.com" }
        }
      },
    ]
  })
}

resource "aws_s3_bucket_replication_configuration" "lake" {
  count = local.has_replica ? 1 : 0

  bucket = aws_s3_bucket.this["lake"].bucket
  role   = aws_iam_role.replication[0].arn

  dynamic "rule" {
    for_each = local.replicated_prefixes

    content {
      id       = rule.key
      priority = index(keys(local.replicated_prefixes), rule.key)
      status   = "Enabled"

      filter {
        prefix = rule.value
      }

      # Who hides something in the lake, by mistake or not, does not hide it in the replica.
      delete_marker_replication {
        status = "Disabled"
      }

      source_selection_criteria {
        sse_kms_encrypted_objects {
          status = "Enabled"
        }
      }

      destination {
        bucket = local.arns.replica

        encryption_configuration {
          replica_kms_key_id = var.replica.kms_key_arn
        }

        replication_time {
          status = "Enabled"

          time {
            minutes = local.replicated_within_minutes
          }
        }

        metrics {
          status = "Enabled"

          event_threshold {
            minutes = local.replicated_within_minutes
          }
        }
      }
    }
  }

  depends_on = [
    aws_iam_role_policy.replication,
    aws_s3_bucket_policy.replica,
    aws_s3_bucket_server_side_encryption_configuration.replica,
    aws_s3_bucket_versioning.replica,
    aws_s3_bucket_versioning.this,
  ]
}
