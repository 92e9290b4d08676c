terraform {
  # The first with use_lockfile: the state is locked in S3 itself, without DynamoDB.
  required_version = ">= 1.10"

  # Its values are in backend.hcl: terraform init -backend-config=backend.hcl
  backend "s3" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
