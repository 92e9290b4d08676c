locals {
  log_kinds = toset(["DAGProcessing", "Scheduler", "Task", "WebServer", "Worker"])
}

# MWAA would make them itself, to be kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_kinds

  name              = "airflow-${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
