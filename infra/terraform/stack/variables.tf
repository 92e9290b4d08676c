variable "project" {
  description = "Goes before all names, and is a tag."
  type        = string
  default     = "flightlake"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,19}$", var.project))
    error_message = "3 to 20 of a-z, 0-9 and -: the names of buckets are made of it."
  }
}

variable "environment" {
  description = "Which of the environments it is; a part of all names, and a tag."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "dev, staging or prod."
  }
}

variable "owner" {
  description = "Who answers for it; a tag."
  type        = string
}

variable "cost_center" {
  description = "Who pays for it; a tag."
  type        = string
}

variable "account_id" {
  description = "The AWS account: with credentials of another one, nothing is changed."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account has 12 digits."
  }
}

variable "region" {
  description = "The AWS region of everything but budgets, which have none."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "Write a region such as eu-central-1; ARNs are those of the partition aws."
  }
}

variable "can_be_destroyed" {
  description = <<-EOT
    Whether terraform destroy may remove buckets that hold objects, the Athena workgroup with its
    history, and secrets at once; never in prod.
  EOT
  type        = bool
  default     = false

  validation {
    condition     = !(var.can_be_destroyed && var.environment == "prod")
    error_message = "The lake of prod is not removed by a command."
  }
}

variable "network" {
  description = "Addresses, zones, the way out to OpenSky, and which services have an endpoint."
  type = object({
    cidr_block         = string
    availability_zones = list(string)
    has_nat            = bool
    interface_services = optional(set(string), [
      "airflow.api",
      "airflow.env",
      "athena",
      "emr-serverless",
      "glue",
      "kms",
      "logs",
      "monitoring",
      "secretsmanager",
      "sns",
      "sqs",
      "sts",
    ])
  })
}

variable "storage" {
  description = <<-EOT
    The region that raw/ and costs/ are replicated to (null: none); the replica of a lost lake, and
    its key, to go on with as the lake of this environment (null: a lake of its own); days of Object
    Lock (0: none) and of the life cycles.
  EOT
  type = object({
    replica_region   = optional(string)
    adopted_replica  = optional(object({ bucket = string, kms_key_arn = string }))
    object_lock_days = optional(number, 0)
    lifecycle_days = object({
      raw_infrequent_access = number
      raw_glacier           = number
      noncurrent            = number
      job_logs              = number
      results               = number
      access_logs           = number
    })
  })

  validation {
    condition     = var.storage.replica_region != var.region
    error_message = "A replica in the same region is lost with it: name another, or null."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps logs."
  type        = number

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "7, 14, 30, 60, 90, 180 or 365 days."
  }
}

variable "spark" {
  description = "The EMR Serverless application: its release and what its jobs may take together."
  type = object({
    release_label  = optional(string, "emr-spark-8.1.0")
    architecture   = optional(string, "X86_64")
    max_vcpu       = number
    max_memory_gb  = number
    idle_minutes   = optional(number, 5)
    warm_executors = optional(number, 0)
  })
}

variable "airflow" {
  description = "The MWAA environment, and the plugins and requirements that it is made with."
  type = object({
    version               = optional(string, "3.2.1")
    environment_class     = string
    min_workers           = number
    max_workers           = number
    webserver_access_mode = optional(string, "PRIVATE_ONLY")
    plugins_version       = optional(string)
    requirements_version  = optional(string)
  })
}

variable "poll" {
  description = "How often OpenSky is asked, in seconds."
  type = object({
    seconds = number
  })

  validation {
    condition     = var.poll.seconds >= 10 && var.poll.seconds <= 3600
    error_message = "Between 10 and 3600 seconds; 4,000 credits a day pay for one poll every 87 s."
  }
}

variable "analyst_arns" {
  description = "The principals who may become analysts."
  type        = list(string)
  default     = []
}

variable "athena_max_scanned_gb" {
  description = "How many GB one query may read."
  type        = number
}

variable "alert_emails" {
  description = "Who is told of alarms and budgets; each address has to confirm once."
  type        = list(string)

  validation {
    condition     = var.environment != "prod" || length(var.alert_emails) > 0
    error_message = "Name somebody: the alarms of prod would reach nobody."
  }
}

variable "limits" {
  description = "What rings an alarm."
  type = object({
    freshness_s   = optional(number, 7200)
    lag_hours     = optional(number, 3)
    quality_score = optional(number, 90)
    credits_left  = optional(number, 200)
    job_s         = optional(number, 1500)
    cold_start_s  = optional(number, 300)
    cost_usd      = number
  })
  nullable = false
}

variable "budget" {
  description = <<-EOT
    The most that all of it may cost a month, in US dollars, and whether the brake is on; further
    budgets by their names, each of what carries one cost tag.
  EOT
  type = object({
    limit_usd = number
    has_brake = bool
    by_tag = optional(map(object({
      tag       = string
      value     = string
      limit_usd = number
    })), {})
  })

  validation {
    condition     = var.budget.limit_usd <= 5000
    error_message = "More than 5,000 dollars a month is a decision: change this line."
  }
}

variable "github" {
  description = <<-EOT
    The repository that delivers, with the numbers of its owner and its own where GitHub names it by
    those too; whether the account has GitHub's provider already.
  EOT
  type = object({
    repository    = string
    owner_id      = optional(number)
    repository_id = optional(number)
    has_provider  = optional(bool, false)
  })
}
