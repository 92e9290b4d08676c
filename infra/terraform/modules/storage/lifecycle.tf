locals {
  days = var.lifecycle_days

  # raw/ is missing on purpose: a version of it that someone managed to hide has to stay.
  replaced_prefixes = [
    "alerts/", "costs/", "exports/", "gaps/", "gold/", "ops/", "ref/", "reports/",
    "restores/", "silver/",
  ]
}

resource "aws_s3_bucket_lifecycle_configuration" "lake" {
  bucket = aws_s3_bucket.this["lake"].bucket

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

    # An hour of any age can be processed again at once: Instant Retrieval, not Flexible.
    transition {
      days          = local.days.raw_glacier
      storage_class = "GLACIER_IR"
    }
  }

  rule {
    id     = "job-logs-expire"
    status = "Enabled"

    filter {
      prefix = "logs/"
    }

    expiration {
      days = local.days.job_logs
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  # A job runs for hours at most; of the lease of one that ended, nothing is needed any more.
  rule {
    id     = "leases-expire"
    status = "Enabled"

    filter {
      prefix = "leases/"
    }

    expiration {
      days = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  dynamic "rule" {
    for_each = local.replaced_prefixes

    content {
      id     = "replaced-versions-of-${trimsuffix(rule.value, "/")}-expire"
      status = "Enabled"

      filter {
        prefix = rule.value
      }

      expiration {
        expired_object_delete_marker = true
      }

      noncurrent_version_expiration {
        noncurrent_days = local.days.noncurrent
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "code" {
  bucket = aws_s3_bucket.this["code"].bucket

  # Releases themselves stay: a job can be run again with the code of its day.
  rule {
    id     = "replaced-versions-expire"
    status = "Enabled"

    filter {}

    # Airflow runs versions by their ids, and older ones than the newest where an update failed.
    noncurrent_version_expiration {
      noncurrent_days           = local.days.noncurrent
      newer_noncurrent_versions = 20
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "expiring" {
  for_each = { results = local.days.results, logs = local.days.access_logs }

  bucket = aws_s3_bucket.this[each.key].bucket

  rule {
    id     = "all-expire"
    status = "Enabled"

    filter {}

    expiration {
      days = each.value
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
