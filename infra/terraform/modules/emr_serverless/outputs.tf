output "application_id" {
  description = "What FLIGHTLAKE_EMR_APPLICATION_ID has to be."
  value       = aws_emrserverless_application.spark.id
}

output "application_arn" {
  description = "The ARN of the application."
  value       = aws_emrserverless_application.spark.arn
}
