output "private_subnet_ids" {
  description = "The two subnets of Airflow and Spark."
  value       = [for subnet in aws_subnet.private : subnet.id]

  # MWAA fails half an hour later where it finds no way to what it needs.
  depends_on = [
    aws_route.private_out,
    aws_route.public_out,
    aws_route_table_association.private,
    aws_route_table_association.public,
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
  ]
}

output "security_group_id" {
  description = "The group of Airflow, Spark and the endpoints."
  value       = aws_security_group.workers.id

  depends_on = [
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.own_members,
    aws_vpc_security_group_egress_rule.s3,
    aws_vpc_security_group_ingress_rule.own_members,
  ]
}
