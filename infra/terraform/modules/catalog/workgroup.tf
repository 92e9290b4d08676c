resource "aws_athena_workgroup" "this" {
  name        = var.workgroup
  description = "Flightlake's tables: what a query may read is capped, its results are encrypted."

  force_destroy = var.can_be_destroyed

  configuration {
    # What a client asks for instead would be neither encrypted nor capped.
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.max_scanned_gb * 1000 * 1000 * 1000

    engine_version {
      # Version 2 reads no Delta tables.
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.results_bucket}/queries/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}
