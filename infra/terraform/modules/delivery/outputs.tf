output "deployer_role_arn" {
  description = "What a workflow in GitHub becomes."
  value       = aws_iam_role.deployer.arn
}

output "releases_url" {
  description = "The folder of releases, and of their jobs' packages in environments/."
  value       = "s3://${var.code_bucket}/${local.releases}"
}
