# All names are made here: policies name their resources before those are there.
locals {
  name = "${var.project}-${var.environment}"

  own_buckets = {
    for use in ["lake", "code", "results", "logs"] : use => "${local.name}-${use}-${var.account_id}"
  }

  adopted = var.storage.adopted_replica
  buckets = merge(local.own_buckets, local.adopted == null ? {} : { lake = local.adopted.bucket })

  replica_bucket = "${local.name}-replica-${var.account_id}"

  database_prefix = "${replace(local.name, "-", "_")}_"
  databases = {
    for layer in ["gold", "ops", "ref", "silver"] : layer => "${local.database_prefix}${layer}"
  }

  topic_name = "${local.name}-alerts"
  topic_arn  = "arn:aws:sns:${var.region}:${var.account_id}:${local.topic_name}"
}
