locals {
  # The key's owner is the account: what its people and roles may do with it, IAM says. A list, so
  # that no action of KMS is granted that nobody thought of.
  account_decides = {
    Sid       = "TheAccountDecides"
    Effect    = "Allow"
    Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
    Action = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
    ]
    # In the policy of a key, this names the key itself.
    Resource = "*"
  }

  log_groups = {
    Sid       = "LogGroupsOfTheAccount"
    Effect    = "Allow"
    Principal = { Service = "logs.${var.region}.amazonaws.com" }
    Action = [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ]
    Resource = "*"
    Condition = {
      ArnLike = {
        "kms:EncryptionContext:aws:logs:arn" = (
          "arn:aws:logs:${var.region}:${var.account_id}:log-group:*"
        )
      }
    }
  }

  publishers = {
    Sid    = "AlarmsAndBudgetsPublish"
    Effect = "Allow"
    Principal = {
      Service = [
        "budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com",
      ]
    }
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = "*"
    Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
  }
}

# Buckets, secrets and MWAA share a key: MWAA reads its bucket and its queue with the same one.
resource "aws_kms_key" "data" {
  description             = "${var.name}: buckets, secrets, MWAA"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [local.account_decides, local.log_groups]
  })
}

resource "aws_kms_alias" "data" {
  name          = "alias/${var.name}-data"
  target_key_id = aws_kms_key.data.id
}

# Services that publish alarms must be let in, so what they can decrypt is not the data.
resource "aws_kms_key" "signals" {
  description             = "${var.name}: logs and alerts"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [local.account_decides, local.log_groups, local.publishers]
  })
}

resource "aws_kms_alias" "signals" {
  name          = "alias/${var.name}-signals"
  target_key_id = aws_kms_key.signals.id
}

# Of its own region: a key that is lost with the lake would take the replica with it.
resource "aws_kms_key" "replica" {
  count    = var.has_replica ? 1 : 0
  provider = aws.replica

  description             = "${var.name}: the replica of the lake"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({ Version = "2012-10-17", Statement = [local.account_decides] })
}

resource "aws_kms_alias" "replica" {
  count    = var.has_replica ? 1 : 0
  provider = aws.replica

  name          = "alias/${var.name}-replica"
  target_key_id = aws_kms_key.replica[0].id
}
