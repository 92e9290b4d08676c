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

variable "buckets" {
  description = "The names of the buckets by what they are for."
  type = object({
    lake    = string
    code    = string
    results = string
    logs    = string
  })
}

variable "adopted_key_arn" {
  description = "The key of what the lake held before it was this environment's; null: nothing."
  type        = string
}

variable "has_replica" {
  description = "Whether there is a replica, which has a key in the region of aws.replica."
  type        = bool
}

variable "databases" {
  description = "The names of the Glue databases by layer."
  type        = map(string)
}

variable "workgroup" {
  description = "The name of the Athena workgroup."
  type        = string
}

variable "environment_name" {
  description = "The name of the MWAA environment."
  type        = string
}

variable "application_arn" {
  description = "The ARN of the EMR Serverless application."
  type        = string
}

variable "topic_arn" {
  description = "The ARN of the topic that alerts go to."
  type        = string
}

variable "can_be_destroyed" {
  description = "Whether terraform destroy removes secrets at once, rather than after 30 days."
  type        = bool
}

variable "analyst_arns" {
  description = "The principals who may become analysts, such as sign-in roles; none: no role."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.analyst_arns : !strcontains(arn, "*")])
    error_message = "Name principals one by one; a wildcard would let in whoever it matches."
  }
}
