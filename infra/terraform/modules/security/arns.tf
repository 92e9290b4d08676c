locals {
  lake    = "arn:aws:s3:::${var.buckets.lake}"
  code    = "arn:aws:s3:::${var.buckets.code}"
  results = "arn:aws:s3:::${var.buckets.results}"

  layers = [for layer in ["gold", "ops", "ref", "silver"] : "${layer}/*"]
  tables = [for objects in local.layers : "${local.lake}/${objects}"]

  athena        = "arn:aws:athena:${var.region}:${var.account_id}"
  workgroup_arn = "${local.athena}:workgroup/${var.workgroup}"
  glue          = "arn:aws:glue:${var.region}:${var.account_id}"
  # Athena looks for the database "default" with every statement.
  catalog = concat(
    ["${local.glue}:catalog", "${local.glue}:database/default"],
    [for database in values(var.databases) : "${local.glue}:database/${database}"],
    [for database in values(var.databases) : "${local.glue}:table/${database}/*"],
  )

  data_keys = compact([aws_kms_key.data.arn, var.adopted_key_arn])

  use_data_key_in_s3 = {
    Sid       = "UseTheKeyOfTheBuckets"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = local.data_keys
    Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
  }
}
