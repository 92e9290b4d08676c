locals {
  tags = {
    project     = var.project
    environment = var.environment
    owner       = var.owner
    cost_center = var.cost_center
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

# Terraform wants it where there is no replica too; it makes nothing then.
provider "aws" {
  alias               = "replica"
  region              = coalesce(var.storage.replica_region, var.region)
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}
