resource "aws_iam_role" "analyst" {
  count = length(var.analyst_arns) > 0 ? 1 : 0

  name        = "${var.name}-analyst"
  description = "Reads tables through Athena, and nothing else."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "WhoMayBecomeAnalyst"
      Effect    = "Allow"
      Principal = { AWS = var.analyst_arns }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "analyst" {
  count = length(var.analyst_arns) > 0 ? 1 : 0

  name = "read-tables"
  role = aws_iam_role.analyst[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.ask_athena, [
      {
        Sid    = "ReadTheCatalog"
        Effect = "Allow"
        Action = [
          "glue:GetDatabase",
          "glue:GetDatabases",
          "glue:GetTable",
          "glue:GetTables",
        ]
        Resource = local.catalog
      },
      {
        Sid      = "ListTheLake"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
        Resource = local.lake
      },
      {
        Sid      = "ReadTables"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = local.tables
      },
      local.use_data_key_in_s3,
    ])
  })
}
