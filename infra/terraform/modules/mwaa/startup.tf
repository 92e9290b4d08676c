resource "aws_s3_object" "startup" {
  bucket = var.code_bucket
  key    = "startup.sh"

  content = templatefile("${path.module}/startup.sh.tftpl", { settings = var.settings })
}
