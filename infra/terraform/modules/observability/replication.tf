locals {
  five_minutes_s = 300

  replication_alarms = {
    late = {
      metric    = "ReplicationLatency", statistic = "Maximum"
      threshold = var.replication == null ? 0 : 60 * var.replication.within_minutes
      text      = "Objects wait longer to be replicated than the recovery point says."
    }
    failed = {
      metric    = "OperationsFailedReplication", statistic = "Sum"
      threshold = 0
      text      = "An object was not replicated, and S3 does not try it again."
    }
  }
}

# S3's own metrics, one of each for every rule.
resource "aws_cloudwatch_metric_alarm" "replication" {
  for_each = {
    for pair in setproduct(try(var.replication.rules, []), keys(local.replication_alarms)) :
    "${pair[0]}-${pair[1]}" => { rule = pair[0], alarm = local.replication_alarms[pair[1]] }
  }

  alarm_name        = "${var.name}-replication-${each.key}"
  alarm_description = each.value.alarm.text

  namespace   = "AWS/S3"
  metric_name = each.value.alarm.metric
  statistic   = each.value.alarm.statistic
  period      = local.five_minutes_s

  dimensions = {
    SourceBucket      = var.replication.source_bucket
    DestinationBucket = var.replication.replica_bucket
    RuleId            = each.value.rule
  }

  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.alarm.threshold
  treat_missing_data  = "notBreaching"
  evaluation_periods  = 1

  alarm_actions = [aws_sns_topic.alerts.arn]
  ok_actions    = [aws_sns_topic.alerts.arn]
}
