variable "name" {
  description = "Goes before the name of the role that replicates, such as flightlake-dev."
  type        = string
}

variable "region" {
  description = "The AWS region of the buckets."
  type        = string
}

variable "buckets" {
  description = "The names of the buckets by what they are for."
  type = object({
    lake    = string
    code    = string
    results = string
    logs    = string
  })
}

variable "account_id" {
  description = "The account whose buckets may send access logs."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of all buckets but that of the access logs."
  type        = string
}

variable "replica" {
  description = <<-EOT
    Where raw/ and costs/ of the lake are replicated to: the region of the provider aws.replica, the
    name of the bucket there, and its key, of that region; null: nowhere.
  EOT
  type = object({
    region      = string
    bucket      = string
    kms_key_arn = string
  })
}

variable "object_lock_days" {
  description = <<-EOT
    For how many days no version of an object in the lake can be removed, but by who has the right
    to bypass it; 0: no lock. A bucket has the lock from its creation on or never, and it has one
    default for all of its objects: the versions that VACUUM leaves behind are kept, and paid for,
    as long. S3 then takes no object without a checksum: see first that the release's Spark sends
    one (fs.s3a.create.checksum.algorithm), or nothing is published.
  EOT
  type        = number

  validation {
    condition     = var.object_lock_days >= 0 && var.object_lock_days <= 3650
    error_message = "Between 0, no lock, and 3650 days."
  }
}

variable "lifecycle_days" {
  description = <<-EOT
    After how many days: raw answers go to Infrequent Access and then to Glacier Instant Retrieval;
    versions that were replaced or removed, job logs, Athena's results and access logs expire.
  EOT
  type = object({
    raw_infrequent_access = number
    raw_glacier           = number
    noncurrent            = number
    job_logs              = number
    results               = number
    access_logs           = number
  })

  validation {
    condition = (
      var.lifecycle_days.raw_infrequent_access >= 30 &&
      var.lifecycle_days.raw_glacier >= var.lifecycle_days.raw_infrequent_access + 30
    )
    error_message = "S3 moves nothing before 30 days, and bills Infrequent Access for 30."
  }

  validation {
    condition     = var.lifecycle_days.noncurrent >= 7
    error_message = "Keep replaced versions for 7 days at least: they undo mistakes."
  }
}

variable "can_be_destroyed" {
  description = "Whether terraform destroy may remove buckets that hold objects."
  type        = bool
}
