output "settings" {
  description = "The environment variables of all tasks."
  value       = module.stack.settings
}

output "job_role_arns" {
  description = "What each Spark job runs as, by step: FLIGHTLAKE_EMR_JOB_ROLE_ARNS."
  value       = module.stack.job_role_arns
}

output "lake_url" {
  description = "The lake."
  value       = module.stack.lake_url
}

output "replica_url" {
  description = "Where raw/ and costs/ of the lake are replicated to; null: nowhere."
  value       = module.stack.replica_url
}

output "code_bucket" {
  description = "The bucket with DAGs, plugins, requirements and releases."
  value       = module.stack.code_bucket
}

output "releases_url" {
  description = "The folder of releases."
  value       = module.stack.releases_url
}

output "deployer_role_arn" {
  description = "What a workflow in GitHub becomes to deliver."
  value       = module.stack.deployer_role_arn
}

output "analyst_role_arn" {
  description = "Who reads tables through Athena; null where nobody is named."
  value       = module.stack.analyst_role_arn
}

output "workgroup" {
  description = "The Athena workgroup."
  value       = module.stack.workgroup
}

output "webserver_url" {
  description = "Where Airflow's pages are."
  value       = module.stack.webserver_url
}
