locals {
  namespace = "Flightlake"

  hour_s = 3600
  day_s  = 86400

  # No data rings one alarm, dead-man, and no other: a poll that stopped is one fault, not nine.
  alarms = {
    stale = {
      metric     = "FreshnessSeconds", statistic = "Maximum", period_s = local.hour_s
      comparison = "GreaterThanThreshold", threshold = var.limits.freshness_s
      missing    = "notBreaching"
      text       = "The newest published hour is too old."
    }
    dead-man = {
      metric     = "FreshnessSeconds", statistic = "SampleCount", period_s = local.hour_s
      comparison = "LessThanThreshold", threshold = 1
      missing    = "breaching"
      text       = "Nobody says how fresh the data are: Airflow does not run its tasks."
    }
    nothing-published = {
      metric     = "RowsPublished", statistic = "Sum", period_s = local.day_s
      comparison = "LessThanThreshold", threshold = 1
      missing    = "notBreaching"
      text       = "Runs publish, but no rows."
    }
    rejected = {
      metric     = "RowsWithheld", statistic = "Sum", period_s = local.hour_s
      comparison = "GreaterThanThreshold", threshold = 0
      missing    = "notBreaching"
      text       = "An hour was rejected, its rows are withheld; the report says why."
    }
    poor-quality = {
      metric     = "QualityScore", statistic = "Minimum", period_s = local.hour_s
      comparison = "LessThanThreshold", threshold = var.limits.quality_score
      missing    = "notBreaching"
      text       = "An hour scored low."
    }
    few-credits = {
      metric     = "CreditsLeft", statistic = "Minimum", period_s = local.hour_s
      comparison = "LessThanThreshold", threshold = var.limits.credits_left
      missing    = "notBreaching"
      text       = "OpenSky's credits of the day are nearly used up."
    }
    behind = {
      metric     = "LagHours", statistic = "Maximum", period_s = local.hour_s
      comparison = "GreaterThanThreshold", threshold = var.limits.lag_hours
      missing    = "notBreaching"
      text       = "Hours wait to be processed."
    }
    slow-job = {
      metric     = "JobSeconds", statistic = "Maximum", period_s = local.hour_s
      comparison = "GreaterThanThreshold", threshold = var.limits.job_s
      missing    = "notBreaching"
      text       = "A Spark job came near its time-out."
    }
    slow-start = {
      metric     = "ColdStartSeconds", statistic = "Maximum", period_s = local.hour_s
      comparison = "GreaterThanThreshold", threshold = var.limits.cold_start_s
      missing    = "notBreaching"
      text       = "A Spark job waited long for its workers."
    }
    expensive = {
      metric     = "CostUsd", statistic = "Sum", period_s = local.day_s
      comparison = "GreaterThanThreshold", threshold = var.limits.cost_usd
      missing    = "notBreaching"
      text       = "The Spark jobs of a day cost too much."
    }
  }
}

locals {
  # Airflow sends an alert of the same cause: of the rejected hour, of the poll that waits, of hours
  # that are missing. These alarms are on the dashboard and tell nobody.
  told_by_airflow = ["behind", "few-credits", "rejected"]
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = each.value.text

  namespace   = local.namespace
  metric_name = each.value.metric
  statistic   = each.value.statistic
  period      = each.value.period_s

  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  evaluation_periods  = each.value.period_s == local.day_s ? 1 : 2
  datapoints_to_alarm = each.key == "dead-man" ? 2 : 1

  alarm_actions = contains(local.told_by_airflow, each.key) ? [] : [aws_sns_topic.alerts.arn]
  # That Airflow runs again is news; that an hour is fresh again is seen on the health page.
  ok_actions = each.key == "dead-man" ? [aws_sns_topic.alerts.arn] : []
}
