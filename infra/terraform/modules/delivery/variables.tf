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
    The repository, as owner/name, and its environment whose workflows may deliver; the numbers of
    owner and repository, which GitHub says too of one that was made or renamed since July 2026;
    whether the account has GitHub's identity provider already, since it can have one only.
  EOT
  type = object({
    repository    = string
    environment   = string
    has_provider  = bool
    owner_id      = optional(number)
    repository_id = optional(number)
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "Write owner/name, with no wildcard: whoever it matches could deliver."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+$", var.github.environment))
    error_message = "Write the name of a GitHub environment, with no wildcard."
  }

  validation {
    condition     = (var.github.owner_id == null) == (var.github.repository_id == null)
    error_message = "GitHub says both numbers or neither: write owner_id and repository_id."
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
