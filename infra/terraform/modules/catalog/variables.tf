variable "workgroup" {
  description = "The name of the Athena workgroup."
  type        = string
}

variable "databases" {
  description = "The names of the Glue databases by layer."
  type        = map(string)

  validation {
    condition     = toset(keys(var.databases)) == toset(["gold", "ops", "ref", "silver"])
    error_message = "The layers are gold, ops, ref and silver."
  }

  validation {
    condition     = alltrue([for name in values(var.databases) : can(regex("^[a-z0-9_]+$", name))])
    error_message = "Athena takes names of a-z, 0-9 and _."
  }
}

variable "results_bucket" {
  description = "The bucket that Athena writes its results to."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of the results."
  type        = string
}

variable "max_scanned_gb" {
  description = "How many GB one query may read; Athena bills what is read, and cancels beyond it."
  type        = number

  validation {
    condition     = var.max_scanned_gb >= 1 && var.max_scanned_gb <= 1000
    error_message = "Between 1 and 1000 GB; a TB costs some 5 dollars."
  }
}

variable "can_be_destroyed" {
  description = "Whether terraform destroy may remove the workgroup with what it knows of queries."
  type        = bool
}
