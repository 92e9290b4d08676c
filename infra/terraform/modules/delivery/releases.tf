locals {
  bucket_arn = "arn:aws:s3:::${var.code_bucket}"
  releases   = "releases/"
}
