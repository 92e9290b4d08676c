mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                  = "flightlake-test"
  airflow_version       = "3.2.1"
  environment_class     = "mw1.small"
  workers               = { min = 1, max = 2 }
  webserver_access_mode = "PRIVATE_ONLY"
  code_bucket           = "test-code"
  plugins_version       = "v1"
  requirements_version  = "v2"
  settings = {
    FLIGHTLAKE_LAKE_URL = "s3://test-lake"
    FLIGHTLAKE_X        = "{\"a\":\"$b\"}"
  }
  connections_prefix = "flightlake-test/connections"
  role_arn           = "arn:aws:iam::111111111111:role/test"
  subnet_ids         = ["subnet-a", "subnet-b"]
  security_group_id  = "sg-a"
  kms_key_arn        = "arn:aws:kms:eu-central-1:111111111111:key/test"
  log_retention_days = 30
}

run "environment" {
  assert {
    condition = (
      aws_mwaa_environment.this.airflow_version == "3.2.1"
      && aws_mwaa_environment.this.environment_class == "mw1.small"
      && aws_mwaa_environment.this.min_workers == 1
      && aws_mwaa_environment.this.max_workers == 2
    )
    error_message = "Version and size are those that were asked for."
  }

  assert {
    condition     = aws_mwaa_environment.this.webserver_access_mode == "PRIVATE_ONLY"
    error_message = "Airflow's pages are not on the internet."
  }

  assert {
    condition     = aws_mwaa_environment.this.kms_key == var.kms_key_arn
    error_message = "Airflow's data have our key."
  }

  assert {
    condition = alltrue([
      for logs in [
        aws_mwaa_environment.this.logging_configuration[0].dag_processing_logs,
        aws_mwaa_environment.this.logging_configuration[0].scheduler_logs,
        aws_mwaa_environment.this.logging_configuration[0].task_logs,
        aws_mwaa_environment.this.logging_configuration[0].webserver_logs,
        aws_mwaa_environment.this.logging_configuration[0].worker_logs,
      ] : logs[0].enabled && logs[0].log_level == "INFO"
    ])
    error_message = "All five logs are on."
  }

  assert {
    condition = (
      aws_mwaa_environment.this.plugins_s3_object_version == "v1"
      && aws_mwaa_environment.this.requirements_s3_object_version == "v2"
      && aws_mwaa_environment.this.startup_script_s3_path == "startup.sh"
    )
    error_message = "The environment names the versions of its files."
  }

  assert {
    condition = jsondecode(
      aws_mwaa_environment.this.airflow_configuration_options["secrets.backend_kwargs"]
    ).connections_prefix == "flightlake-test/connections"
    error_message = "Connections come from Secrets Manager."
  }

  assert {
    condition = jsondecode(
      aws_mwaa_environment.this.airflow_configuration_options["secrets.backend_kwargs"]
    ).connections_lookup_pattern == "^(?!aws_default$).*$"
    error_message = "aws_default is the role of Airflow: no secret is looked for at every call."
  }

  assert {
    condition = endswith(
      aws_mwaa_environment.this.airflow_configuration_options["secrets.backend"],
      ".SecretsManagerBackend",
    )
    error_message = "Connections come from Secrets Manager."
  }

  assert {
    condition = (
      length(aws_cloudwatch_log_group.this) == 5
      && alltrue([
        for group in aws_cloudwatch_log_group.this :
        group.retention_in_days == 30 && group.kms_key_id == var.kms_key_arn
        && startswith(group.name, "airflow-flightlake-test-")
      ])
    )
    error_message = "Airflow's logs are encrypted and end."
  }
}

run "startup_script" {
  assert {
    condition = strcontains(
      aws_s3_object.startup.content, "export FLIGHTLAKE_LAKE_URL='s3://test-lake'\n"
    )
    error_message = "The script exports the settings."
  }

  assert {
    condition = strcontains(
      aws_s3_object.startup.content, "export FLIGHTLAKE_X='{\"a\":\"$b\"}'\n"
    )
    error_message = "The shell takes values as they are."
  }

  assert {
    condition     = startswith(aws_s3_object.startup.content, "#!/bin/sh\n")
    error_message = "It is a script."
  }
}

# The state says what the last run made, as it says after a delivery what the API was told.
run "an_apply_after_a_delivery" {
  variables {
    plugins_version      = null
    requirements_version = null
  }

  assert {
    condition     = aws_mwaa_environment.this.plugins_s3_path == "plugins.zip"
    error_message = "An apply does not take plugins away that were delivered."
  }

  assert {
    condition     = aws_mwaa_environment.this.requirements_s3_path == "requirements.txt"
    error_message = "An apply does not take requirements away that were delivered."
  }

  assert {
    condition = (
      aws_mwaa_environment.this.plugins_s3_object_version == "v1"
      && aws_mwaa_environment.this.requirements_s3_object_version == "v2"
    )
    error_message = "An apply puts no older version back."
  }
}

run "a_value_that_ends_its_quotes_is_refused" {
  command = plan

  variables {
    settings = { FLIGHTLAKE_X = "'; rm -rf /" }
  }

  expect_failures = [var.settings]
}

run "a_fleet_is_refused" {
  command = plan

  variables {
    workers = { min = 1, max = 25 }
  }

  expect_failures = [var.workers]
}
