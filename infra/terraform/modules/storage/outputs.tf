output "bucket_names" {
  description = "The names of the buckets by what they are for, once the buckets are there."
  value       = { for use, bucket in aws_s3_bucket.this : use => bucket.bucket }
}

output "bucket_arns" {
  description = "The ARNs of the buckets by what they are for."
  value       = local.arns

  depends_on = [aws_s3_bucket_policy.this]
}
