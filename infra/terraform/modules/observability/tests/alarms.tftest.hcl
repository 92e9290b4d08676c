mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name         = "flightlake-test"
  region       = "eu-central-1"
  account_id   = "111111111111"
  kms_key_arn  = "arn:aws:kms:eu-central-1:111111111111:key/test"
  topic_name   = "flightlake-test-alerts"
  alert_emails = ["data@example.org"]
  replication  = null
  limits = {
    freshness_s   = 7200
    lag_hours     = 3
    quality_score = 90
    credits_left  = 200
    job_s         = 1500
    cold_start_s  = 300
    cost_usd      = 10
  }
}

run "alarms" {
  assert {
    condition = toset([for a in aws_cloudwatch_metric_alarm.this : a.metric_name]) == toset([
      "FreshnessSeconds", "RowsPublished", "RowsWithheld", "QualityScore", "CreditsLeft",
      "LagHours", "JobSeconds", "ColdStartSeconds", "CostUsd",
    ])
    error_message = "Every metric has an alarm."
  }

  assert {
    condition = alltrue([
      for a in aws_cloudwatch_metric_alarm.this : a.namespace == "Flightlake"
    ])
    error_message = "The metrics are Flightlake's."
  }

  assert {
    condition = alltrue([
      for name, a in aws_cloudwatch_metric_alarm.this :
      length(a.alarm_actions) == (contains(["behind", "few-credits", "rejected"], name) ? 0 : 1)
      && length(a.ok_actions) == (name == "dead-man" ? 1 : 0)
    ])
    error_message = "Every alarm tells somebody, but those of what Airflow tells itself."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["dead-man"].treat_missing_data == "breaching"
      && aws_cloudwatch_metric_alarm.this["dead-man"].metric_name == "FreshnessSeconds"
      && aws_cloudwatch_metric_alarm.this["dead-man"].statistic == "SampleCount"
    )
    error_message = "Silence is an alarm."
  }

  assert {
    condition = alltrue([
      for name, a in aws_cloudwatch_metric_alarm.this :
      a.treat_missing_data == "notBreaching" if name != "dead-man"
    ])
    error_message = "Silence is one alarm, not ten."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["stale"].threshold == 7200
      && aws_cloudwatch_metric_alarm.this["stale"].comparison_operator == "GreaterThanThreshold"
      && aws_cloudwatch_metric_alarm.this["poor-quality"].threshold == 90
      && aws_cloudwatch_metric_alarm.this["poor-quality"].comparison_operator == "LessThanThreshold"
      && aws_cloudwatch_metric_alarm.this["few-credits"].comparison_operator == "LessThanThreshold"
    )
    error_message = "Alarms ring on the right side of their limits."
  }

  assert {
    condition = alltrue([
      for a in aws_cloudwatch_metric_alarm.this : a.period * a.evaluation_periods <= 86400
    ])
    error_message = "CloudWatch looks back one day at most."
  }
}

run "topic" {
  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == var.kms_key_arn
    error_message = "Alerts are encrypted."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_sns_topic_policy.alerts.policy).Statement :
      s.Principal != "*" && s.Condition.StringEquals["aws:SourceAccount"] == "111111111111"
      if s.Effect == "Allow"
    ])
    error_message = "Only services of this account publish."
  }

  assert {
    condition     = keys(aws_sns_topic_subscription.email) == ["data@example.org"]
    error_message = "Whoever is named is told."
  }
}

run "nothing_replicates" {
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.replication) == 0
    error_message = "Without a replica there is no alarm of one."
  }
}

run "replication" {
  variables {
    replication = {
      source_bucket  = "test-lake"
      replica_bucket = "test-replica"
      within_minutes = 15
      rules          = ["costs", "raw"]
    }
  }

  assert {
    condition = toset([
      for a in aws_cloudwatch_metric_alarm.replication :
      join(" ", [a.dimensions.RuleId, a.metric_name, a.statistic, a.threshold])
      ]) == toset([
      "costs ReplicationLatency Maximum 900", "costs OperationsFailedReplication Sum 0",
      "raw ReplicationLatency Maximum 900", "raw OperationsFailedReplication Sum 0",
    ])
    error_message = "Each rule has an alarm of what is late and of what failed."
  }

  assert {
    condition = alltrue([
      for a in aws_cloudwatch_metric_alarm.replication :
      a.namespace == "AWS/S3" && a.comparison_operator == "GreaterThanThreshold"
      && a.dimensions.SourceBucket == "test-lake"
      && a.dimensions.DestinationBucket == "test-replica"
      && a.alarm_actions == toset([aws_sns_topic.alerts.arn])
    ])
    error_message = "They look at the rules of these buckets, and tell somebody."
  }

  assert {
    condition = length(
      jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.alarms
    ) == length(output.alarm_names)
    error_message = "The dashboard shows every alarm."
  }
}

run "dashboard" {
  assert {
    condition = (
      length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 11
    )
    error_message = "The alarms, and each of the ten metrics."
  }
}

run "an_impatient_alarm_is_refused" {
  command = plan

  variables {
    limits = {
      freshness_s   = 60
      lag_hours     = 3
      quality_score = 90
      credits_left  = 200
      job_s         = 1500
      cold_start_s  = 300
      cost_usd      = 10
    }
  }

  expect_failures = [var.limits]
}
