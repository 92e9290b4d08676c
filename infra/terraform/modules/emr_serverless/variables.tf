variable "name" {
  description = "The name of the application."
  type        = string
}

variable "release_label" {
  description = "The EMR release; its Spark and Delta are those that the tests run."
  type        = string

  validation {
    condition     = can(regex("^emr-spark-8\\.[1-9][0-9]*\\.0$", var.release_label))
    error_message = "Write emr-spark-8.1.0 or later: Delta 4.2 came with it."
  }
}

variable "architecture" {
  description = "X86_64, or ARM64, some 20 % cheaper; the archive of packages must be made for it."
  type        = string

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "X86_64 or ARM64."
  }
}

variable "max_vcpu" {
  description = "The most vCPUs of all jobs together: a job beyond it waits. The cap on cost."
  type        = number

  validation {
    condition     = var.max_vcpu >= 9 && var.max_vcpu <= 100
    error_message = "Between 9, what the daily job takes, and 100."
  }
}

variable "max_memory_gb" {
  description = "The most memory that all jobs have together, in GB."
  type        = number

  validation {
    condition     = var.max_memory_gb >= 36 && var.max_memory_gb <= 400
    error_message = "Between 36, what the daily job takes, and 400 GB."
  }
}

variable "idle_minutes" {
  description = "After how many idle minutes the application stops; warm workers cost until then."
  type        = number

  validation {
    condition     = var.idle_minutes >= 1 && var.idle_minutes <= 60
    error_message = "Between 1 and 60 minutes."
  }
}

variable "warm_executors" {
  description = <<-EOT
    How many executors of the hourly job, and one driver, are kept ready: a start takes seconds
    instead of one or two minutes, and they are billed while the application runs; 0: none.
  EOT
  type        = number

  validation {
    condition     = var.warm_executors >= 0 && var.warm_executors <= 2
    error_message = "At most 2: the hourly job has no use for more."
  }
}

variable "subnet_ids" {
  description = "The private subnets of the workers."
  type        = list(string)
}

variable "security_group_id" {
  description = "The security group of the workers."
  type        = string
}
