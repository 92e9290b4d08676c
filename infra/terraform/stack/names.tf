# All names are made here: policies name their resources before those are there.
locals {
  name = "${var.project}-${var.environment}"

  buckets = {
    for use in ["lake", "code", "results", "logs"] : use => "${local.name}-${use}-${var.account_id}"
  }

  database_prefix = "${replace(local.name, "-", "_")}_"
  databases = {
    for layer in ["gold", "ops", "ref", "silver"] : layer => "${local.database_prefix}${layer}"
  }

  topic_name = "${local.name}-alerts"
  topic_arn  = "arn:aws:sns:${var.region}:${var.account_id}:${local.topic_name}"
}
