provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project     = var.project
      environment = var.environment
      owner       = var.owner
      cost_center = var.cost_center
    }
  }
}
