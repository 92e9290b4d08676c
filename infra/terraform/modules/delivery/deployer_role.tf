# It puts releases in place: files, and the versions of plugins and requirements that Airflow takes.
# An update of Airflow takes an hour at worst, and the DAGs come after it.
resource "aws_iam_role" "deployer" {
  name                 = "${var.name}-deployer"
  description          = "Puts releases from GitHub into the code bucket."
  max_session_duration = 7200

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OneRepositoryInOneEnvironment"
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.github}:aud" = "sts.amazonaws.com"
          "${local.github}:sub" = "repo:${local.subject}:environment:${var.github.environment}"
        }
      }
    }]
  })

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "deployer" {
  name = "deliver-releases"
  role = aws_iam_role.deployer.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindTheCode"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"]
        Resource = local.bucket_arn
      },
      {
        # Not startup.sh: the settings are Terraform's.
        Sid    = "PutReleases"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:GetObject",
          "s3:GetObjectVersion",
          "s3:PutObject",
        ]
        Resource = [
          for objects in ["${local.releases}*", "dags/*", "plugins.zip", "requirements.txt"] :
          "${local.bucket_arn}/${objects}"
        ]
      },
      {
        # A DAG that is no more has to go, or Airflow would run it on. Releases stay.
        Sid      = "RemoveDags"
        Effect   = "Allow"
        Action   = "s3:DeleteObject"
        Resource = "${local.bucket_arn}/dags/*"
      },
      {
        Sid      = "RestartAirflow"
        Effect   = "Allow"
        Action   = ["airflow:GetEnvironment", "airflow:UpdateEnvironment"]
        Resource = "arn:aws:airflow:${var.region}:${var.account_id}:environment/${var.name}"
      },
      {
        Sid       = "UseTheKeyOfTheBucket"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
    ]
  })
}
