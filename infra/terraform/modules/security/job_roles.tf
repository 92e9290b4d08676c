resource "aws_iam_role" "job" {
  for_each = local.job_objects

  name        = "${var.name}-job-${replace(each.key, "_", "-")}"
  description = "What the Spark job ${each.key} runs as."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheApplicationRunsTheJob"
      Effect    = "Allow"
      Principal = { Service = "emr-serverless.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = var.application_arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "job" {
  for_each = local.job_objects

  name = "objects-of-${replace(each.key, "_", "-")}"
  role = aws_iam_role.job[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # Whole buckets: without it, S3 says "forbidden" of what is merely absent. Keys are no
          # secret.
          Sid      = "ListTheLakeAndTheCode"
          Effect   = "Allow"
          Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
          Resource = [local.lake, local.code]
        },
        {
          Sid      = "ReadTheRelease"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "${local.code}/releases/*"
        },
        {
          Sid    = "ReadObjects"
          Effect = "Allow"
          Action = "s3:GetObject"
          Resource = [
            for objects in concat(each.value.reads, each.value.writes) : "${local.lake}/${objects}"
          ]
        },
        {
          Sid    = "WriteObjectsAndLogs"
          Effect = "Allow"
          Action = ["s3:AbortMultipartUpload", "s3:PutObject"]
          Resource = [
            for objects in concat(each.value.writes, ["logs/emr/*"]) : "${local.lake}/${objects}"
          ]
        },
        local.use_data_key_in_s3,
      ],
      [
        for objects in slice([each.value.removes], 0, length(each.value.removes) > 0 ? 1 : 0) : {
          Sid      = "RemoveObjects"
          Effect   = "Allow"
          Action   = "s3:DeleteObject"
          Resource = [for removed in objects : "${local.lake}/${removed}"]
        }
      ],
    )
  })
}
