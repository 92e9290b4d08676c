variable "name" {
  description = "Goes before the name of everything that is made here, such as flightlake-dev."
  type        = string
}

variable "account_id" {
  description = "The account whose costs are watched."
  type        = string
}

variable "budgets" {
  description = <<-EOT
    The most that what carries a cost tag may cost a month, in US dollars, by the budget's name. The
    tags have to be activated as cost allocation tags once, in the payer's account. They are tags of
    resources: what a job run is tagged with reaches no bill.
  EOT
  type = map(object({
    tag       = string
    value     = string
    limit_usd = number
  }))

  validation {
    condition     = contains(keys(var.budgets), "all")
    error_message = "Name a budget \"all\", of the whole environment: the brake goes by it."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : budget.limit_usd > 0])
    error_message = "A limit is more than 0 dollars."
  }
}

variable "topic_arn" {
  description = "The topic that is told."
  type        = string
}

variable "has_brake" {
  description = "Whether no Spark job starts any more once the budget \"all\" is used up."
  type        = bool
}

variable "mwaa_role_name" {
  description = "The role that the brake takes the right to start jobs from."
  type        = string
}

variable "application_arn" {
  description = "The EMR Serverless application whose jobs the brake stops."
  type        = string
}
