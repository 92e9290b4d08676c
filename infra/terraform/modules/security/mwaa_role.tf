resource "aws_iam_role" "mwaa" {
  name        = "${var.name}-mwaa"
  description = "What Airflow runs as."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Airflow"
      Effect = "Allow"
      Principal = {
        Service = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]
      }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "mwaa" {
  for_each = local.mwaa_statements

  name = each.key
  role = aws_iam_role.mwaa.name

  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
