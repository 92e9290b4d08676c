locals {
  # Some rows of most hours are quarantined: that is worth a look, and no alarm.
  rung_by  = distinct([for alarm in values(local.alarms) : alarm.metric])
  metrics  = concat(local.rung_by, ["RowsQuarantined"])
  summed   = ["RowsPublished", "RowsQuarantined", "RowsWithheld", "CostUsd"]
  in_a_row = 3
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type   = "alarm"
        x      = 0
        y      = 0
        width  = 24
        height = 3
        properties = {
          title = "Alarms"
          alarms = concat(
            [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn],
            [for alarm in aws_cloudwatch_metric_alarm.replication : alarm.arn],
          )
        }
      }],
      [
        for at, metric in local.metrics : {
          type   = "metric"
          x      = 8 * (at % local.in_a_row)
          y      = 3 + 6 * floor(at / local.in_a_row)
          width  = 8
          height = 6
          properties = {
            title   = metric
            region  = var.region
            period  = local.hour_s
            stat    = contains(local.summed, metric) ? "Sum" : "Maximum"
            metrics = [[local.namespace, metric]]
            annotations = {
              horizontal = [
                for name, alarm in local.alarms : { label = name, value = alarm.threshold }
                if alarm.metric == metric && name != "dead-man" && alarm.period_s == local.hour_s
              ]
            }
          }
        }
      ],
    )
  })
}
