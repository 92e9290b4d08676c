locals {
  # Athena works with the rights of who asks; analysts and catalog_register ask alike.
  ask_athena = [
    {
      Sid    = "AskAthena"
      Effect = "Allow"
      Action = [
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetWorkGroup",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
      ]
      Resource = local.workgroup_arn
    },
    {
      Sid      = "FindResults"
      Effect   = "Allow"
      Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
      Resource = local.results
    },
    {
      Sid      = "ReadAndWriteResults"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
      Resource = "${local.results}/*"
    },
  ]
}
