resource "aws_s3_bucket" "this" {
  for_each = var.buckets

  bucket              = each.value
  object_lock_enabled = each.key == "lake" && var.object_lock_days > 0
  force_destroy       = var.can_be_destroyed
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  rule {
    # S3 delivers access logs only to a bucket whose default is its own key, so that one has it.
    bucket_key_enabled = each.key != "logs"

    apply_server_side_encryption_by_default {
      sse_algorithm     = each.key == "logs" ? "AES256" : "aws:kms"
      kms_master_key_id = each.key == "logs" ? null : var.kms_key_arn
    }
  }
}

# The log bucket does not log itself: each log would be the cause of another.
resource "aws_s3_bucket_logging" "this" {
  for_each = { for use, bucket in aws_s3_bucket.this : use => bucket if use != "logs" }

  bucket        = each.value.bucket
  target_bucket = aws_s3_bucket.this["logs"].bucket
  target_prefix = "${each.key}/"
}

resource "aws_s3_bucket_object_lock_configuration" "lake" {
  count = var.object_lock_days > 0 ? 1 : 0

  bucket = aws_s3_bucket.this["lake"].bucket

  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.object_lock_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
