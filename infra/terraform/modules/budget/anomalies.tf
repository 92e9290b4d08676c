resource "aws_ce_anomaly_monitor" "this" {
  name         = var.name
  monitor_type = "CUSTOM"

  monitor_specification = jsonencode({
    Tags = {
      Key          = var.budgets["all"].tag
      Values       = [var.budgets["all"].value]
      MatchOptions = null
    }
  })
}

resource "aws_ce_anomaly_subscription" "this" {
  name             = var.name
  frequency        = "IMMEDIATE"
  monitor_arn_list = [aws_ce_anomaly_monitor.this.arn]

  subscriber {
    type    = "SNS"
    address = var.topic_arn
  }

  # A tenth of the month's budget in excess is worth a look.
  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(ceil(var.budgets["all"].limit_usd / 10))]
    }
  }
}
