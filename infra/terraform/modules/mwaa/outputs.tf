output "environment_arn" {
  description = "The ARN of the environment."
  value       = aws_mwaa_environment.this.arn
}

output "webserver_url" {
  description = "Where Airflow's pages are."
  value       = aws_mwaa_environment.this.webserver_url
}
