locals {
  mwaa_role_arn = "arn:aws:iam::${var.account_id}:role/${var.mwaa_role_name}"
}

# Jobs that run go on to their own time-out; polls go on too, so that no data are lost: they cost
# next to nothing, and the hours are made up for once the brake is off.
resource "aws_iam_policy" "brake" {
  name        = "${var.name}-brake"
  description = "No new Spark jobs; the budget of the month is used up."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "StartNoJobs"
      Effect   = "Deny"
      Action   = "emr-serverless:StartJobRun"
      Resource = var.application_arn
    }]
  })
}

resource "aws_iam_role" "brake" {
  count = var.has_brake ? 1 : 0

  name        = "${var.name}-brake"
  description = "What AWS Budgets runs as when it pulls the brake."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Budgets"
      Effect    = "Allow"
      Principal = { Service = "budgets.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "brake" {
  count = var.has_brake ? 1 : 0

  name = "pull-the-brake"
  role = aws_iam_role.brake[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PutTheBrakeOnAndOff"
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
      Resource  = local.mwaa_role_arn
      Condition = { ArnEquals = { "iam:PolicyARN" = aws_iam_policy.brake.arn } }
    }]
  })
}

resource "aws_budgets_budget_action" "brake" {
  count = var.has_brake ? 1 : 0

  budget_name        = aws_budgets_budget.this["all"].name
  action_type        = "APPLY_IAM_POLICY"
  approval_model     = "AUTOMATIC"
  notification_type  = "ACTUAL"
  execution_role_arn = aws_iam_role.brake[0].arn

  action_threshold {
    action_threshold_type  = "PERCENTAGE"
    action_threshold_value = 100
  }

  definition {
    iam_action_definition {
      policy_arn = aws_iam_policy.brake.arn
      roles      = [var.mwaa_role_name]
    }
  }

  subscriber {
    subscription_type = "SNS"
    address           = var.topic_arn
  }

  depends_on = [aws_iam_role_policy.brake]
}
