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
        Sid    = "BrowseTheCatalog"
        Effect = "Allow"
        Action = [
          "athena:GetDataCatalog",
          "athena:GetDatabase",
          "athena:GetTableMetadata",
          "athena:ListDatabases",
          "athena:ListTableMetadata",
        ]
        Resource = "${local.athena}:datacatalog/AwsDataCatalog"
      },
      {
        Sid    = "LookBackAtQueries"
        Effect = "Allow"
        Action = [
          "athena:BatchGetQueryExecution",
          "athena:GetQueryResultsStream",
          "athena:ListQueryExecutions",
        ]
        Resource = local.workgroup_arn
      },
      {
        # Athena's console asks for these first. They have no resource; they tell names.
        Sid    = "OpenTheConsole"
        Effect = "Allow"
        Action = [
          "athena:ListDataCatalogs",
          "athena:ListEngineVersions",
          "athena:ListWorkGroups",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
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
