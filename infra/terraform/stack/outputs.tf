output "settings" {
  description = "The environment variables of all tasks."
  value       = local.settings
}

output "job_role_arns" {
  description = "What each Spark job runs as, by step: FLIGHTLAKE_EMR_JOB_ROLE_ARNS."
  value       = module.security.job_role_arns
}

output "lake_url" {
  description = "The lake."
  value       = local.settings.FLIGHTLAKE_LAKE_URL
}

output "replica_url" {
  description = "Where raw/ and costs/ of the lake are replicated to; null: nowhere."
  value       = var.storage.replica_region == null ? null : "s3://${local.replica_bucket}"
}

output "code_bucket" {
  description = "The bucket with DAGs, plugins, requirements and releases."
  value       = module.storage.bucket_names["code"]
}

output "releases_url" {
  description = "The folder of releases."
  value       = module.delivery.releases_url
}

output "deployer_role_arn" {
  description = "What a workflow in GitHub becomes to deliver."
  value       = module.delivery.deployer_role_arn
}

output "analyst_role_arn" {
  description = "Who reads tables through Athena; null where nobody is named."
  value       = module.security.analyst_role_arn
}

output "workgroup" {
  description = "The Athena workgroup."
  value       = module.catalog.workgroup
}

output "webserver_url" {
  description = "Where Airflow's pages are."
  value       = module.mwaa.webserver_url
}
