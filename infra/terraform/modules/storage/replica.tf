# What nothing can make again is in another region too: the answers, and what was billed for. Tables
# are made anew from them, as a copy of one that is being written may name files that it lacks.
#
# The bucket has no access log: S3 delivers those within a region. Nobody but S3 has a right to it.
locals {
  has_replica         = var.replica != null
  replicated_prefixes = { raw = "raw/", costs = "costs/" }
}

resource "aws_s3_bucket" "replica" {
  #checkov:skip=CKV_AWS_18:S3 delivers access logs within a region, not across
  count    = local.has_replica ? 1 : 0
  provider = aws.replica

  bucket              = var.replica.bucket
  object_lock_enabled = var.object_lock_days > 0
  force_destroy       = var.can_be_destroyed
}

resource "aws_s3_bucket_versioning" "replica" {
  count    = local.has_replica ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica[0].bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "replica" {
  count    = local.has_replica ? 1 : 0
  provider = aws.replica

  bucket                  = aws_s3_bucket.replica[0].bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "replica" {
  count    = local.has_replica ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica[0].bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "replica" {
  count    = local.has_replica ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica[0].bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.replica.kms_key_arn
    }
  }
}

# Replication is no PutObject, so what holds for raw/ in the lake can hold here too.
resource "aws_s3_bucket_policy" "replica" {
  count    = local.has_replica ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica[0].bucket

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local.tls_only["replica"]], local.written_once_statements["replica"])
  })

  depends_on = [aws_s3_bucket_public_access_block.replica]
}

resource "aws_s3_bucket_object_lock_configuration" "replica" {
  count    = local.has_replica && var.object_lock_days > 0 ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica[0].bucket

  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.object_lock_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.replica]
}

resource "aws_s3_bucket_lifecycle_configuration" "replica" {
  count    = local.has_replica ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica[0].bucket

  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  rule {
    id     = "raw-gets-cold"
    status = "Enabled"

    filter {
      prefix = "raw/"
    }

    transition {
      days          = local.days.raw_infrequent_access
      storage_class = "STANDARD_IA"
    }

    transition {
      days          = local.days.raw_glacier
      storage_class = "GLACIER_IR"
    }
  }

  rule {
    id     = "replaced-versions-of-costs-expire"
    status = "Enabled"

    filter {
      prefix = "costs/"
    }

    noncurrent_version_expiration {
      noncurrent_days = local.days.noncurrent
    }
  }

  depends_on = [aws_s3_bucket_versioning.replica]
}
