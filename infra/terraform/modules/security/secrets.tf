locals {
  secrets     = "arn:aws:secretsmanager:${var.region}:${var.account_id}"
  connections = "${var.name}/connections"
}

# Empty: a value that Terraform knows is a value in its state. Who runs the poll puts it in.
resource "aws_secretsmanager_secret" "opensky" {
  name        = "${local.connections}/opensky_default"
  description = "The Airflow connection to OpenSky, as JSON."
  kms_key_id  = aws_kms_key.data.arn

  recovery_window_in_days = var.can_be_destroyed ? 0 : 30
}
