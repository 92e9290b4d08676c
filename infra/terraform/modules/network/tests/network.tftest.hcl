mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "flightlake-test"
  region             = "eu-central-1"
  account_id         = "111111111111"
  cidr_block         = "10.20.0.0/16"
  availability_zones = ["eu-central-1a", "eu-central-1b"]
  has_nat            = false
  interface_services = ["sqs", "logs"]
  kms_key_arn        = "arn:aws:kms:eu-central-1:111111111111:key/test"
  log_retention_days = 30
}

run "without_a_way_out" {
  assert {
    condition     = length(aws_subnet.private) == 2
    error_message = "MWAA takes two private subnets."
  }

  assert {
    condition     = length(distinct([for s in aws_subnet.private : s.cidr_block])) == 2
    error_message = "The subnets have addresses of their own."
  }

  assert {
    condition     = alltrue([for s in aws_subnet.private : s.map_public_ip_on_launch != true])
    error_message = "Nothing in a private subnet has a public address."
  }

  assert {
    condition = (
      length(aws_nat_gateway.this) + length(aws_internet_gateway.this) + length(aws_subnet.public)
      + length(aws_route.private_out) + length(aws_route.public_out) == 0
    )
    error_message = "Without NAT there is no way out at all."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.https) == 0
    error_message = "Without NAT no rule lets anything out to the internet."
  }

  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "S3 is reached through a gateway endpoint."
  }

  assert {
    condition = (
      toset([for e in aws_vpc_endpoint.interface : e.service_name]) ==
      toset(["com.amazonaws.eu-central-1.sqs", "com.amazonaws.eu-central-1.logs"])
    )
    error_message = "Each service has its endpoint, in the region."
  }

  assert {
    condition     = alltrue([for e in aws_vpc_endpoint.interface : e.private_dns_enabled])
    error_message = "Endpoints answer to the services' own names."
  }

  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.own_members.referenced_security_group_id ==
      aws_vpc_security_group_ingress_rule.own_members.security_group_id
      && aws_vpc_security_group_ingress_rule.own_members.cidr_ipv4 == null
    )
    error_message = "Only members of the group come in."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL"
    error_message = "Flow logs hold what was let through and what was not."
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.flow.retention_in_days == 30
      && aws_cloudwatch_log_group.flow.kms_key_id == var.kms_key_arn
    )
    error_message = "Flow logs are encrypted and end."
  }
}

run "with_a_way_out" {
  variables {
    has_nat = true
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_eip.nat) == 1
    error_message = "There is one NAT gateway."
  }

  assert {
    condition = (
      aws_vpc_security_group_egress_rule.https[0].from_port == 443
      && aws_vpc_security_group_egress_rule.https[0].to_port == 443
      && aws_vpc_security_group_egress_rule.https[0].ip_protocol == "tcp"
    )
    error_message = "Out goes HTTPS and nothing else."
  }

  assert {
    condition = !contains(
      [for s in aws_subnet.private : s.cidr_block], aws_subnet.public[0].cidr_block
    )
    error_message = "The public subnet has addresses of its own."
  }
}

run "one_zone_is_refused" {
  command = plan

  variables {
    availability_zones = ["eu-central-1a", "eu-central-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "a_small_network_is_refused" {
  command = plan

  variables {
    cidr_block = "10.20.0.0/24"
  }

  expect_failures = [var.cidr_block]
}
