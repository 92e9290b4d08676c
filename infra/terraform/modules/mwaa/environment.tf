resource "aws_mwaa_environment" "this" {
  name               = var.name
  airflow_version    = var.airflow_version
  environment_class  = var.environment_class
  execution_role_arn = var.role_arn
  kms_key            = var.kms_key_arn

  min_workers = var.workers.min
  max_workers = var.workers.max

  webserver_access_mode = var.webserver_access_mode

  source_bucket_arn                = "arn:aws:s3:::${var.code_bucket}"
  dag_s3_path                      = "dags/"
  plugins_s3_path                  = var.plugins_version == null ? null : "plugins.zip"
  plugins_s3_object_version        = var.plugins_version
  requirements_s3_path             = var.requirements_version == null ? null : "requirements.txt"
  requirements_s3_object_version   = var.requirements_version
  startup_script_s3_path           = aws_s3_object.startup.key
  startup_script_s3_object_version = aws_s3_object.startup.version_id

  airflow_configuration_options = {
    "secrets.backend" = (
      "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
    )
    # Null: Flightlake keeps neither Airflow variables nor options there, so none is looked for. Nor
    # is aws_default, the role of Airflow: every call of AWS would ask for it first, and pay for it.
    "secrets.backend_kwargs" = jsonencode({
      connections_prefix         = var.connections_prefix
      connections_lookup_pattern = "^(?!aws_default$).*$"
      variables_prefix           = null
      config_prefix              = null
    })
  }

  logging_configuration {
    dag_processing_logs {
      enabled   = true
      log_level = "INFO"
    }

    scheduler_logs {
      enabled   = true
      log_level = "INFO"
    }

    task_logs {
      enabled   = true
      log_level = "INFO"
    }

    webserver_logs {
      enabled   = true
      log_level = "INFO"
    }

    worker_logs {
      enabled   = true
      log_level = "INFO"
    }
  }

  network_configuration {
    subnet_ids         = var.subnet_ids
    security_group_ids = [var.security_group_id]
  }

  lifecycle {
    # `make deploy` says through the API which files run, in which versions. An apply must put no
    # older ones back; and a path that is unset here, as it is until a version is named, would be
    # sent as an empty one. The startup script is Terraform's own, so it is not among them.
    ignore_changes = [
      plugins_s3_object_version,
      plugins_s3_path,
      requirements_s3_object_version,
      requirements_s3_path,
    ]
  }

  # A new environment takes half an hour, and changes that restart it nearly as long.
  timeouts {
    create = "120m"
    update = "120m"
  }

  depends_on = [aws_cloudwatch_log_group.this]
}
