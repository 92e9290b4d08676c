variable "name" {
  description = "Goes before the name of everything that is made here, such as flightlake-dev."
  type        = string
}

variable "region" {
  description = "The AWS region."
  type        = string
}

variable "account_id" {
  description = "The AWS account."
  type        = string
}

variable "github" {
  description = <<-EOT
    The repository, as owner/name, and its environment whose workflows may deliver; whether the
    account has GitHub's identity provider already, since it can have one only.
  EOT
  type = object({
    repository   = string
    environment  = string
    has_provider = bool
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "Write owner/name, with no wildcard: whoever it matches could deliver."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+$", var.github.environment))
    error_message = "Write the name of a GitHub environment, with no wildcard."
  }
}

variable "code_bucket" {
  description = "The bucket that releases go to."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of the bucket."
  type        = string
}
