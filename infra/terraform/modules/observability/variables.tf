variable "name" {
  description = "Goes before the name of everything that is made here, such as flightlake-dev."
  type        = string
}

variable "region" {
  description = "The AWS region."
  type        = string
}

variable "account_id" {
  description = "The account whose alarms and budgets may publish."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of the topic."
  type        = string
}

variable "topic_name" {
  description = "The name of the topic that alerts go to."
  type        = string
}

variable "alert_emails" {
  description = "Who is told; each address has to confirm once."
  type        = list(string)

  validation {
    condition = alltrue([
      for address in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", address))
    ])
    error_message = "Write addresses such as data@example.org."
  }
}

variable "limits" {
  description = <<-EOT
    What rings an alarm: data older than freshness_s, lag_hours behind, quality_score below (0 to
    100), credits_left below, a job longer than job_s or slow to start by more
    than cold_start_s, Spark jobs of a day that cost more than cost_usd.
  EOT
  type = object({
    freshness_s   = number
    lag_hours     = number
    quality_score = number
    credits_left  = number
    job_s         = number
    cold_start_s  = number
    cost_usd      = number
  })

  validation {
    condition     = var.limits.quality_score > 0 && var.limits.quality_score <= 100
    error_message = "A quality score is between 0 and 100."
  }

  validation {
    condition     = var.limits.freshness_s >= 3600
    error_message = "Data comes by the hour: below 3600 s the alarm rings every hour."
  }
}

variable "replication" {
  description = "What replicates the lake, and how fast it has to be; null: nothing does."
  type = object({
    source_bucket  = string
    replica_bucket = string
    within_minutes = number
    rules          = list(string)
  })
}
