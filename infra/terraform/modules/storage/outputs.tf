output "bucket_names" {
  description = "The names of the buckets by what they are for."
  value       = { for use, bucket in aws_s3_bucket.this : use => bucket.bucket }

  # Nothing is put into a bucket that is not as it has to be: MWAA wants versions of its files.
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "replication" {
  description = "From where to where the lake is replicated, how fast, by which rules; null: not."
  value = !local.has_replica ? null : {
    source_bucket  = aws_s3_bucket.this["lake"].bucket
    replica_bucket = aws_s3_bucket.replica[0].bucket
    within_minutes = local.replicated_within_minutes
    rules          = keys(local.replicated_prefixes)
  }
}
