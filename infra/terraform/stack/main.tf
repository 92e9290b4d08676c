module "security" {
  source    = "../modules/security"
  providers = { aws = aws, aws.replica = aws.replica }

  name             = local.name
  region           = var.region
  account_id       = var.account_id
  buckets          = local.buckets
  adopted_key_arn  = try(local.adopted.kms_key_arn, null)
  has_replica      = var.storage.replica_region != null
  databases        = local.databases
  workgroup        = local.name
  environment_name = local.name
  application_arn  = module.emr_serverless.application_arn
  topic_arn        = local.topic_arn
  analyst_arns     = var.analyst_arns
  can_be_destroyed = var.can_be_destroyed
}

module "storage" {
  source    = "../modules/storage"
  providers = { aws = aws, aws.replica = aws.replica }

  name             = local.name
  region           = var.region
  buckets          = local.buckets
  account_id       = var.account_id
  kms_key_arn      = module.security.data_key_arn
  object_lock_days = var.storage.object_lock_days
  lifecycle_days   = var.storage.lifecycle_days
  can_be_destroyed = var.can_be_destroyed

  replica = var.storage.replica_region == null ? null : {
    region      = var.storage.replica_region
    bucket      = local.replica_bucket
    kms_key_arn = module.security.replica_key_arn
  }
}

module "network" {
  source = "../modules/network"

  name               = local.name
  region             = var.region
  account_id         = var.account_id
  cidr_block         = var.network.cidr_block
  availability_zones = var.network.availability_zones
  has_nat            = var.network.has_nat
  interface_services = var.network.interface_services
  kms_key_arn        = module.security.signals_key_arn
  log_retention_days = var.log_retention_days
}

module "emr_serverless" {
  source = "../modules/emr_serverless"

  name              = local.name
  release_label     = var.spark.release_label
  architecture      = var.spark.architecture
  max_vcpu          = var.spark.max_vcpu
  max_memory_gb     = var.spark.max_memory_gb
  idle_minutes      = var.spark.idle_minutes
  warm_executors    = var.spark.warm_executors
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.network.security_group_id
}

module "catalog" {
  source = "../modules/catalog"

  workgroup        = local.name
  databases        = local.databases
  results_bucket   = module.storage.bucket_names["results"]
  kms_key_arn      = module.security.data_key_arn
  max_scanned_gb   = var.athena_max_scanned_gb
  can_be_destroyed = var.can_be_destroyed
}

module "mwaa" {
  source = "../modules/mwaa"

  name                  = local.name
  airflow_version       = var.airflow.version
  environment_class     = var.airflow.environment_class
  workers               = { min = var.airflow.min_workers, max = var.airflow.max_workers }
  webserver_access_mode = var.airflow.webserver_access_mode
  plugins_version       = var.airflow.plugins_version
  requirements_version  = var.airflow.requirements_version
  code_bucket           = module.storage.bucket_names["code"]
  settings              = local.settings
  connections_prefix    = module.security.connections_prefix
  role_arn              = module.security.mwaa_role_arn
  subnet_ids            = module.network.private_subnet_ids
  security_group_id     = module.network.security_group_id
  kms_key_arn           = module.security.data_key_arn
  log_retention_days    = var.log_retention_days
}

module "observability" {
  source = "../modules/observability"

  name         = local.name
  region       = var.region
  account_id   = var.account_id
  kms_key_arn  = module.security.signals_key_arn
  topic_name   = local.topic_name
  alert_emails = var.alert_emails
  limits       = var.limits
  replication  = module.storage.replication
}

module "budget" {
  source = "../modules/budget"

  name            = local.name
  account_id      = var.account_id
  topic_arn       = module.observability.topic_arn
  has_brake       = var.budget.has_brake
  mwaa_role_name  = module.security.mwaa_role_name
  application_arn = module.emr_serverless.application_arn

  budgets = merge(var.budget.by_tag, {
    all = { tag = "environment", value = var.environment, limit_usd = var.budget.limit_usd }
  })
}

module "delivery" {
  source = "../modules/delivery"

  name        = local.name
  region      = var.region
  account_id  = var.account_id
  code_bucket = module.storage.bucket_names["code"]
  kms_key_arn = module.security.data_key_arn

  github = {
    repository    = var.github.repository
    owner_id      = var.github.owner_id
    repository_id = var.github.repository_id
    environment   = var.environment
    has_provider  = var.github.has_provider
  }
}
