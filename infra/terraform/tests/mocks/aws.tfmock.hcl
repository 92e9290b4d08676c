# What AWS would answer, as far as the provider checks the form of it: ARNs where ARNs must be.
mock_resource "aws_kms_key" {
  defaults = {
    arn = "arn:aws:kms:eu-central-1:111111111111:key/00000000-0000-0000-0000-000000000000"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn = "arn:aws:iam::111111111111:role/mocked"
  }
}

mock_resource "aws_iam_policy" {
  defaults = {
    arn = "arn:aws:iam::111111111111:policy/mocked"
  }
}

mock_resource "aws_sns_topic" {
  defaults = {
    arn = "arn:aws:sns:eu-central-1:111111111111:mocked"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:eu-central-1:111111111111:log-group:mocked"
  }
}

mock_resource "aws_emrserverless_application" {
  defaults = {
    arn = "arn:aws:emr-serverless:eu-central-1:111111111111:/applications/mocked"
    id  = "mocked"
  }
}

mock_resource "aws_ce_anomaly_monitor" {
  defaults = {
    arn = "arn:aws:ce::111111111111:anomalymonitor/mocked"
  }
}
