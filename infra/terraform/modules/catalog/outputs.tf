output "workgroup" {
  description = "What FLIGHTLAKE_ATHENA_WORKGROUP has to be."
  value       = aws_athena_workgroup.this.name
}

output "databases" {
  description = "The names of the databases by layer."
  value       = { for layer, database in aws_glue_catalog_database.layer : layer => database.name }
}
