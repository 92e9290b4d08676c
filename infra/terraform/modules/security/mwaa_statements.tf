locals {
  log_group_arn = (
    "arn:aws:logs:${var.region}:${var.account_id}:log-group:airflow-${var.environment_name}-*"
  )

  mwaa_statements = {
    # What MWAA itself needs of the role.
    environment = [
      {
        Sid    = "TellHowAirflowIs"
        Effect = "Allow"
        Action = "airflow:PublishMetrics"
        Resource = (
          "arn:aws:airflow:${var.region}:${var.account_id}:environment/${var.environment_name}"
        )
      },
      {
        Sid    = "FindTheCode"
        Effect = "Allow"
        Action = [
          "s3:GetBucketLocation",
          "s3:GetBucketPublicAccessBlock",
          "s3:GetBucketVersioning",
          "s3:GetEncryptionConfiguration",
          "s3:ListBucket",
          "s3:ListBucketVersions",
        ]
        Resource = local.code
      },
      {
        Sid      = "ReadTheCode"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = "${local.code}/*"
      },
      {
        Sid    = "WriteAirflowsLogs"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:GetLogEvents",
          "logs:GetLogGroupFields",
          "logs:GetLogRecord",
          "logs:GetQueryResults",
          "logs:PutLogEvents",
        ]
        Resource = local.log_group_arn
      },
      {
        # The queue is in an account of AWS, whose number is not told.
        Sid    = "QueueTasks"
        Effect = "Allow"
        Action = [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
          "sqs:SendMessage",
        ]
        Resource = "arn:aws:sqs:${var.region}:*:airflow-celery-*"
      },
      {
        Sid      = "UseTheKeyOfBucketsQueueAndSecrets"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
        Resource = local.data_keys
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              for service in ["s3", "secretsmanager", "sqs"] :
              "${service}.${var.region}.amazonaws.com"
            ]
          }
        }
      },
    ]

    # AWS has no resource for these actions, so what can be said is said by a condition.
    without-resources = [
      {
        Sid      = "PutMetrics"
        Effect   = "Allow"
        Action   = "cloudwatch:PutMetricData"
        Resource = "*"
        Condition = {
          StringEquals = { "cloudwatch:namespace" = ["AmazonMWAA", "Flightlake"] }
        }
      },
      {
        # There is no resource whose account AWS would have to tell: it holds where it is told.
        Sid       = "LookAtLogGroupsAndTheAccountsPublicAccess"
        Effect    = "Allow"
        Action    = ["logs:DescribeLogGroups", "s3:GetAccountPublicAccessBlock"]
        Resource  = "*"
        Condition = { StringEqualsIfExists = { "aws:ResourceAccount" = var.account_id } }
      },
    ]

    # What the tasks do with the lake: land answers and source files, record gaps and costs, read
    # results, and read tables on behalf of Athena.
    lake = [
      {
        Sid      = "ListTheLake"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
        Resource = local.lake
      },
      {
        Sid    = "ReadObjects"
        Effect = "Allow"
        Action = "s3:GetObject"
        Resource = concat(
          local.tables,
          [
            for prefix in ["alerts", "costs", "exports", "gaps", "raw", "reports", "restores"] :
            "${local.lake}/${prefix}/*"
          ],
        )
      },
      {
        Sid    = "WriteObjects"
        Effect = "Allow"
        Action = ["s3:AbortMultipartUpload", "s3:PutObject"]
        Resource = [
          for path in [
            "alerts/*", "costs/*", "gaps/*", "raw/*",
            "reports/health.*", "reports/lake_repair.json",
          ] :
          "${local.lake}/${path}"
        ]
      },
      {
        # A gap that was filled is a gap no more.
        Sid      = "RemoveGaps"
        Effect   = "Allow"
        Action   = "s3:DeleteObject"
        Resource = "${local.lake}/gaps/*"
      },
    ]

    spark = [
      {
        Sid    = "StartAndListJobs"
        Effect = "Allow"
        Action = [
          "emr-serverless:GetApplication",
          "emr-serverless:ListJobRuns",
          "emr-serverless:StartApplication",
          "emr-serverless:StartJobRun",
        ]
        Resource = var.application_arn
      },
      {
        Sid    = "FollowJobs"
        Effect = "Allow"
        Action = [
          "emr-serverless:CancelJobRun",
          "emr-serverless:GetJobRun",
          "emr-serverless:TagResource",
        ]
        Resource = "${var.application_arn}/jobruns/*"
      },
      {
        # An application in a network is started with the rights of who starts it: AWS's own
        # examples of users have this statement. Airflow itself cannot use it.
        Sid      = "LetTheApplicationJoinTheNetwork"
        Effect   = "Allow"
        Action   = "ec2:CreateNetworkInterface"
        Resource = "arn:aws:ec2:${var.region}:${var.account_id}:network-interface/*"
        Condition = {
          StringEquals = { "aws:CalledViaLast" = "ops.emr-serverless.amazonaws.com" }
        }
      },
      {
        Sid      = "HandJobsTheirRoles"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = [for role in aws_iam_role.job : role.arn]
        Condition = {
          StringEquals = { "iam:PassedToService" = "emr-serverless.amazonaws.com" }
        }
      },
    ]

    catalog = concat(local.ask_athena, [
      {
        Sid    = "RegisterTables"
        Effect = "Allow"
        Action = [
          "glue:CreateDatabase",
          "glue:CreateTable",
          "glue:GetDatabase",
          "glue:GetTable",
          "glue:UpdateTable",
        ]
        Resource = local.catalog
      },
    ])

    alerts-and-secrets = [
      {
        Sid      = "Alert"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.topic_arn
      },
      {
        Sid       = "UseTheKeyOfAlerts"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = aws_kms_key.signals.arn
        Condition = { StringEquals = { "kms:ViaService" = "sns.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "ReadConnections"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = "${local.secrets}:secret:${local.connections}/*"
      },
    ]
  }
}
