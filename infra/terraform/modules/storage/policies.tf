locals {
  arns = {
    for use, name in merge(var.buckets, local.has_replica ? { replica = var.replica.bucket } : {}) :
    use => "arn:aws:s3:::${name}"
  }

  # The one wildcard of an action: in a refusal a list would be the weaker choice, since it leaves
  # open what S3 will learn next.
  tls_only = {
    for use, arn in local.arns : use => {
      Sid       = "RefuseWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [arn, "${arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  }

  # Refusals bind everyone, administrators too: what OpenSky said once cannot be asked for again,
  # and what was delivered is what was tested. Whoever must remove something of it takes the policy
  # off first, which CloudTrail shows.
  written_once = merge(
    {
      for use, arn in local.arns : use => { sid = "Raw", objects = "${arn}/raw/*" }
      if contains(["lake", "replica"], use)
    },
    # The pointer to the release that runs lies beside the releases, and is written again.
    { code = { sid = "Release", objects = "${local.arns.code}/releases/*/*" } },
  )

  written_once_statements = {
    for use, once in local.written_once : use => [
      {
        Sid       = "${once.sid}IsWrittenOnce"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = once.objects
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          # The parts of a multipart upload cannot carry the header; its completion must.
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
      {
        Sid       = "${once.sid}IsNeverRemoved"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource  = once.objects
      },
    ]
  }

  own_statements = {
    lake    = local.written_once_statements["lake"]
    code    = local.written_once_statements["code"]
    results = []
    logs = [
      {
        Sid       = "AccessLogs"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.arns.logs}/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id }
          ArnLike = {
            "aws:SourceArn" = [for use in ["code", "lake", "results"] : local.arns[use]]
          }
        }
      },
    ]
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local.tls_only[each.key]], local.own_statements[each.key])
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
