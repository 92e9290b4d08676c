mock_provider "aws" {
  source = "../../tests/mocks"
}

mock_provider "aws" {
  alias  = "replica"
  source = "../../tests/mocks"
}

run "prod" {
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
      output.lake_url == "s3://flightlake-prod-lake-${var.account_id}"
      && output.code_bucket == "flightlake-prod-code-${var.account_id}"
      && output.workgroup == "flightlake-prod"
    )
    error_message = "What is made here has the environment in its name."
  }

  assert {
    condition = (
      var.airflow.environment_class == "mw1.medium" && var.airflow.max_workers == 3
      && var.airflow.webserver_access_mode == "PRIVATE_ONLY"
    )
    error_message = "Airflow has the size of prod, and its pages are private."
  }

  assert {
    condition = (
      var.spark.max_vcpu == 24 && var.spark.max_memory_gb == 96 && var.spark.warm_executors == 0
    )
    error_message = "Spark has the cap of prod, and no worker that waits."
  }

  assert {
    condition     = var.budget.limit_usd == 1500 && var.budget.has_brake == false
    error_message = "A month of prod has its limit."
  }

  assert {
    condition     = var.athena_max_scanned_gb == 200
    error_message = "A query in prod has its limit."
  }

  assert {
    condition = (
      var.storage.lifecycle_days.noncurrent == 30 && var.log_retention_days == 90
      && var.can_be_destroyed == false
    )
    error_message = "prod keeps things as long as it should."
  }

  assert {
    condition = (
      output.settings.FLIGHTLAKE_POLL_SECONDS == "90"
      && output.settings.FLIGHTLAKE_LAKE_URL == output.lake_url
      && "${output.settings.FLIGHTLAKE_RELEASES_URL}/" == output.releases_url
      && output.settings.FLIGHTLAKE_ATHENA_PREFIX == "flightlake_prod_"
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
    condition     = var.network.cidr_block == "10.22.0.0/16" && var.network.has_nat
    error_message = "prod has addresses of its own and reaches OpenSky."
  }

  assert {
    condition = (
      output.replica_url == "s3://flightlake-prod-replica-${var.account_id}"
      && var.storage.replica_region != var.region
    )
    error_message = "What nothing can make again is in another region too."
  }
}

run "prod_is_not_destroyed" {
  command = plan

  variables {
    can_be_destroyed = true
  }

  expect_failures = [var.can_be_destroyed]
}

run "alarms_that_nobody_hears_are_refused" {
  command = plan

  variables {
    alert_emails = []
  }

  expect_failures = [var.alert_emails]
}

run "a_replica_in_the_same_region_is_refused" {
  command = plan

  variables {
    storage = {
      replica_region = "eu-central-1"
      lifecycle_days = {
        raw_infrequent_access = 30
        raw_glacier           = 90
        noncurrent            = 30
        job_logs              = 30
        results               = 14
        access_logs           = 365
      }
    }
  }

  expect_failures = [var.storage]
}

run "the_replica_goes_on_as_the_lake" {
  command = plan

  variables {
    project = "flightlake-b"
    region  = "eu-west-1"
    storage = {
      adopted_replica = {
        bucket      = "flightlake-prod-replica-000000000003"
        kms_key_arn = "arn:aws:kms:eu-west-1:000000000003:key/replica"
      }
      lifecycle_days = {
        raw_infrequent_access = 30
        raw_glacier           = 90
        noncurrent            = 30
        job_logs              = 30
        results               = 14
        access_logs           = 365
      }
    }
    github = {
      repository   = "somebody/flightlake"
      has_provider = true
    }
  }

  assert {
    condition = (
      output.lake_url == "s3://flightlake-prod-replica-000000000003"
      && output.code_bucket == "flightlake-b-prod-code-000000000003"
    )
    error_message = "An environment in the other region has the replica as its lake."
  }
}
