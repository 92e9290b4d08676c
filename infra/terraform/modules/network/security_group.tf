resource "aws_security_group" "workers" {
  name        = "${var.name}-workers"
  description = "Airflow, Spark and the endpoints that they call."
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-workers" }
}

# MWAA requires a group that may talk to itself on every port: its database, queue and web server
# are reached through endpoints in the group; Spark's driver and executors choose ports freely.
resource "aws_vpc_security_group_ingress_rule" "own_members" {
  security_group_id            = aws_security_group.workers.id
  description                  = "Members of the group talk to each other."
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.workers.id
}

resource "aws_vpc_security_group_egress_rule" "own_members" {
  security_group_id            = aws_security_group.workers.id
  description                  = "Members of the group talk to each other."
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.workers.id
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.workers.id
  description       = "S3, through the gateway endpoint."
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  count = var.has_nat ? 1 : 0

  security_group_id = aws_security_group.workers.id
  description       = "OpenSky and the hosts of reference files, through the NAT gateway."
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}
