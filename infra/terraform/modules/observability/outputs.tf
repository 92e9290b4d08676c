output "topic_arn" {
  description = "Where alerts go: FLIGHTLAKE_ALERTS is sns: and this."
  value       = aws_sns_topic.alerts.arn

  # AWS Budgets tries whether it may publish as soon as it is told of a topic.
  depends_on = [aws_sns_topic_policy.alerts]
}

output "alarm_names" {
  description = "The names of all alarms."
  value = [
    for alarm in concat(
      values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_metric_alarm.replication)
    ) : alarm.alarm_name
  ]
}
