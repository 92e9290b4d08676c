mock_provider "aws" {
  source = "../../tests/mocks"
}

mock_provider "aws" {
  alias  = "replica"
  source = "../../tests/mocks"
}

run "dev" {
  # Somebody, so that the role of analysts is made and looked at too.
  variables {
    analyst_arns = ["arn:aws:iam::111111111111:role/somebody"]
  }

  assert {
    condition     = output.analyst_role_arn != null
    error_message = "Who is named may become analyst."
  }

  assert {
    condition = (
      output.lake_url == "s3://flightlake-dev-lake-${var.account_id}"
      && output.code_bucket == "flightlake-dev-code-${var.account_id}"
      && output.workgroup == "flightlake-dev"
    )
    error_message = "What is made here has the environment in its name."
  }

  assert {
    condition = (
      var.airflow.environment_class == "mw1.small" && var.airflow.max_workers == 1
      && var.airflow.webserver_access_mode == "PRIVATE_ONLY"
    )
    error_message = "Airflow has the size of dev, and its pages are private."
  }

  assert {
    condition = (
      var.spark.max_vcpu == 16 && var.spark.max_memory_gb == 64 && var.spark.warm_executors == 0
    )
    error_message = "Spark has the cap of dev, and no worker that waits."
  }

  assert {
    condition     = var.budget.limit_usd == 500 && var.budget.has_brake == true
    error_message = "A month of dev has its limit."
  }

  assert {
    condition     = var.athena_max_scanned_gb == 10
    error_message = "A query in dev has its limit."
  }

  assert {
    condition = (
      var.storage.lifecycle_days.noncurrent == 7 && var.log_retention_days == 14
      && var.can_be_destroyed == true
    )
    error_message = "dev keeps things as long as it should."
  }

  assert {
    condition = (
      output.settings.FLIGHTLAKE_POLL_SECONDS == "900"
      && output.settings.FLIGHTLAKE_LAKE_URL == output.lake_url
      && "${output.settings.FLIGHTLAKE_RELEASES_URL}/" == output.releases_url
      && output.settings.FLIGHTLAKE_ATHENA_PREFIX == "flightlake_dev_"
    )
    error_message = "Airflow is told where things are."
  }

  assert {
    condition = toset(keys(jsondecode(output.settings.FLIGHTLAKE_EMR_JOB_ROLE_ARNS))) == toset([
      "states_hourly", "flights_daily", "reference_refresh", "export_table",
      "restore_table", "lake_maintenance",
    ])
    error_message = "Airflow is told the role of every step."
  }

  assert {
    condition     = var.network.cidr_block == "10.20.0.0/16" && var.network.has_nat
    error_message = "dev has addresses of its own and reaches OpenSky."
  }

  assert {
    condition     = output.replica_url == null
    error_message = "dev has nothing that cannot be had again."
  }
}
