output "private_subnet_ids" {
  description = "The two subnets of Airflow and Spark."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "security_group_id" {
  description = "The group of Airflow, Spark and the endpoints."
  value       = aws_security_group.workers.id
}
