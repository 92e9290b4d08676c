module "stack" {
  source    = "../../stack"
  providers = { aws = aws, aws.replica = aws.replica }

  project               = var.project
  environment           = var.environment
  owner                 = var.owner
  cost_center           = var.cost_center
  account_id            = var.account_id
  region                = var.region
  can_be_destroyed      = var.can_be_destroyed
  network               = var.network
  storage               = var.storage
  log_retention_days    = var.log_retention_days
  spark                 = var.spark
  airflow               = var.airflow
  poll                  = var.poll
  analyst_arns          = var.analyst_arns
  athena_max_scanned_gb = var.athena_max_scanned_gb
  alert_emails          = var.alert_emails
  limits                = var.limits
  budget                = var.budget
  github                = var.github
}

# What was another environment's replica is not made, but taken over with what it holds.
import {
  for_each = toset(var.storage.adopted_replica[*].bucket)
  to       = module.stack.module.storage.aws_s3_bucket.this["lake"]
  id       = each.key
}
