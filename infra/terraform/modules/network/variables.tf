variable "name" {
  description = "Goes before the name of everything that is made here, such as flightlake-dev."
  type        = string
}

variable "region" {
  description = "The AWS region."
  type        = string
}

variable "account_id" {
  description = "The account whose flow logs are written."
  type        = string
}

variable "cidr_block" {
  description = "The addresses of the VPC; four bits of it go to each subnet."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr_block, 0)) && endswith(var.cidr_block, "/16")
    error_message = "Write a block such as 10.20.0.0/16: MWAA and Spark take many addresses."
  }
}

variable "availability_zones" {
  description = "The two zones of the private subnets: MWAA takes neither fewer nor more."
  type        = list(string)

  validation {
    condition = (
      length(var.availability_zones) == 2 && length(distinct(var.availability_zones)) == 2
    )
    error_message = "Name two different availability zones."
  }
}

variable "has_nat" {
  description = "Whether there is a way out; without it, neither OpenSky nor reference files."
  type        = bool
}

variable "interface_services" {
  description = "The AWS services with an endpoint in the VPC; each is billed by the hour and zone."
  type        = set(string)

  validation {
    condition     = !contains(var.interface_services, "s3")
    error_message = "S3 has a gateway endpoint already, which costs nothing."
  }
}

variable "kms_key_arn" {
  description = "The key of the flow logs."
  type        = string
}

variable "log_retention_days" {
  description = "How long flow logs are kept."
  type        = number
}
