mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  workgroup      = "flightlake-test"
  databases      = { gold = "t_gold", ops = "t_ops", ref = "t_ref", silver = "t_silver" }
  results_bucket = "test-results"
  kms_key_arn    = "arn:aws:kms:eu-central-1:111111111111:key/test"
  max_scanned_gb = 10

  can_be_destroyed = false
}

run "catalog" {
  assert {
    condition = (
      toset([for d in aws_glue_catalog_database.layer : d.name])
      == toset(["t_gold", "t_ops", "t_ref", "t_silver"])
    )
    error_message = "Every layer has its database."
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].enforce_workgroup_configuration
    error_message = "Nobody's client says otherwise."
  }

  assert {
    condition = (
      aws_athena_workgroup.this.configuration[0].engine_version[0].selected_engine_version
      == "Athena engine version 3"
    )
    error_message = "Only version 3 reads Delta."
  }

  assert {
    condition = (
      aws_athena_workgroup.this.configuration[0].bytes_scanned_cutoff_per_query == 10000000000
    )
    error_message = "A query reads 10 GB at most."
  }

  assert {
    condition = [
      for results in aws_athena_workgroup.this.configuration[0].result_configuration :
      [for e in results.encryption_configuration : [e.encryption_option, e.kms_key_arn]]
    ] == [[["SSE_KMS", var.kms_key_arn]]]
    error_message = "Results are encrypted."
  }
}

run "kept" {
  assert {
    condition     = aws_athena_workgroup.this.force_destroy == false
    error_message = "A workgroup with queries is not removed."
  }
}

run "what_can_be_destroyed" {
  variables {
    can_be_destroyed = true
  }

  assert {
    condition     = aws_athena_workgroup.this.force_destroy
    error_message = "Queries that were asked do not keep the workgroup there."
  }
}

run "another_layer_is_refused" {
  command = plan

  variables {
    databases = { bronze = "t_bronze" }
  }

  expect_failures = [var.databases]
}
