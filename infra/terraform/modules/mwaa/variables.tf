variable "name" {
  description = "The name of the environment."
  type        = string
}

variable "airflow_version" {
  description = "The version of Airflow; infra/mwaa/ has its constraints."
  type        = string

  validation {
    condition     = contains(["3.2.1"], var.airflow_version)
    error_message = "3.2.1: requirements.txt and the tests are made for it."
  }
}

variable "environment_class" {
  description = "How large scheduler, workers and web server are."
  type        = string

  validation {
    condition     = contains(["mw1.small", "mw1.medium", "mw1.large"], var.environment_class)
    error_message = "mw1.small, mw1.medium or mw1.large; the tasks wait more than they work."
  }
}

variable "workers" {
  description = "The fewest and the most workers."
  type = object({
    min = number
    max = number
  })

  validation {
    condition = (
      var.workers.min >= 1 && var.workers.max >= var.workers.min && var.workers.max <= 5
    )
    error_message = "At least 1 and at most 5 workers; each is billed by the hour."
  }
}

variable "webserver_access_mode" {
  description = "PRIVATE_ONLY: from within the VPC. PUBLIC_ONLY: from everywhere, behind IAM."
  type        = string

  validation {
    condition     = contains(["PRIVATE_ONLY", "PUBLIC_ONLY"], var.webserver_access_mode)
    error_message = "PRIVATE_ONLY or PUBLIC_ONLY."
  }
}

variable "code_bucket" {
  description = "The bucket with DAGs, plugins and requirements."
  type        = string
}

variable "plugins_version" {
  description = "The version of plugins.zip that an environment is made with; null: none yet."
  type        = string
}

variable "requirements_version" {
  description = "The version of requirements.txt that it is made with; null: none yet."
  type        = string
}

variable "settings" {
  description = "The environment variables of all tasks, such as FLIGHTLAKE_LAKE_URL."
  type        = map(string)

  validation {
    condition = alltrue([
      for name in keys(var.settings) : can(regex("^[A-Z][A-Z0-9_]*$", name))
    ])
    error_message = "Names of environment variables are of A-Z, 0-9 and _."
  }

  validation {
    condition     = alltrue([for value in values(var.settings) : !strcontains(value, "'")])
    error_message = "The startup script quotes values with ', so they hold none."
  }
}

variable "connections_prefix" {
  description = "What the names of secrets with Airflow connections begin with."
  type        = string
}

variable "role_arn" {
  description = "What Airflow runs as."
  type        = string
}

variable "subnet_ids" {
  description = "Two private subnets in two zones."
  type        = list(string)
}

variable "security_group_id" {
  description = "A security group that may talk to itself."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of the environment; that of its bucket too."
  type        = string
}

variable "log_retention_days" {
  description = "How long Airflow's logs are kept."
  type        = number
}
