output "data_key_arn" {
  description = "The key of buckets, secrets and MWAA."
  value       = aws_kms_key.data.arn
}

output "signals_key_arn" {
  description = "The key of logs and alerts."
  value       = aws_kms_key.signals.arn
}

output "replica_key_arn" {
  description = "The key of the lake's replica, of its region; null where there is none."
  value       = one(aws_kms_key.replica[*].arn)
}

output "mwaa_role_arn" {
  description = "What Airflow runs as."
  value       = aws_iam_role.mwaa.arn

  depends_on = [aws_iam_role_policy.mwaa]
}

output "mwaa_role_name" {
  description = "The name of the role that Airflow runs as."
  value       = aws_iam_role.mwaa.name
}

output "job_role_arns" {
  description = "What each Spark job runs as, by step."
  value       = { for step, role in aws_iam_role.job : step => role.arn }
}

output "analyst_role_arn" {
  description = "Who reads tables through Athena; null where nobody is named."
  value       = one(aws_iam_role.analyst[*].arn)
}

output "connections_prefix" {
  description = "What the names of secrets with Airflow connections begin with."
  value       = local.connections
}
