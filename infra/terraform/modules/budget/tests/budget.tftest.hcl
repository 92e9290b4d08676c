mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name            = "flightlake-test"
  account_id      = "111111111111"
  topic_arn       = "arn:aws:sns:eu-central-1:111111111111:test"
  has_brake       = true
  mwaa_role_name  = "flightlake-test-mwaa"
  application_arn = "arn:aws:emr-serverless:eu-central-1:111111111111:/applications/test"
  budgets = {
    all    = { tag = "environment", value = "dev", limit_usd = 500 }
    hourly = { tag = "step", value = "states_hourly", limit_usd = 50 }
  }
}

run "budgets" {
  assert {
    condition = (
      aws_budgets_budget.this["all"].limit_amount == "500"
      && aws_budgets_budget.this["all"].time_unit == "MONTHLY"
      && aws_budgets_budget.this["all"].limit_unit == "USD"
    )
    error_message = "A month has its limit."
  }

  assert {
    condition = [
      for f in aws_budgets_budget.this["hourly"].cost_filter : [f.name, one(f.values)]
    ] == [["TagKeyValue", "user:step$states_hourly"]]
    error_message = "A budget is of what carries its tag."
  }

  assert {
    condition = toset([
      for n in aws_budgets_budget.this["all"].notification : "${n.notification_type} ${n.threshold}"
    ]) == toset(["ACTUAL 50", "ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "Somebody is told before it is too late."
  }
}

run "brake" {
  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_policy.brake.policy).Statement :
      s.Effect == "Deny" && s.Action == "emr-serverless:StartJobRun"
      && s.Resource == var.application_arn
    ])
    error_message = "The brake stops new jobs and nothing else."
  }

  assert {
    condition = (
      aws_budgets_budget_action.brake[0].approval_model == "AUTOMATIC"
      && aws_budgets_budget_action.brake[0].action_threshold[0].action_threshold_value == 100
    )
    error_message = "The brake waits for nobody."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.brake[0].policy).Statement :
      s.Resource == "arn:aws:iam::111111111111:role/flightlake-test-mwaa"
      && s.Condition.ArnEquals["iam:PolicyARN"] == aws_iam_policy.brake.arn
    ])
    error_message = "AWS Budgets attaches this policy to this role and no other to none else."
  }
}

run "anomalies" {
  assert {
    condition = (
      jsondecode(aws_ce_anomaly_monitor.this.monitor_specification).Tags.Values == ["dev"]
    )
    error_message = "What is watched is the environment."
  }

  assert {
    condition = flatten([
      for e in aws_ce_anomaly_subscription.this.threshold_expression : [
        for d in e.dimension : tolist(d.values)
      ]
    ]) == ["50"]
    error_message = "A tenth of the budget in excess is told."
  }
}

run "no_brake" {
  variables {
    has_brake = false
  }

  assert {
    condition     = length(aws_budgets_budget_action.brake) + length(aws_iam_role.brake) == 0
    error_message = "Without a brake nobody may pull it."
  }
}

run "no_budget_is_refused" {
  command = plan

  variables {
    budgets = {}
  }


  expect_failures = [var.budgets]
}
