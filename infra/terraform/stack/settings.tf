locals {
  releases_url = module.delivery.releases_url

  # What is not here has the default of dags/flightlake_dags/settings.py.
  settings = {
    FLIGHTLAKE_ALERTS             = "sns:${module.observability.topic_arn}"
    FLIGHTLAKE_ATHENA_PREFIX      = local.database_prefix
    FLIGHTLAKE_ATHENA_WORKGROUP   = module.catalog.workgroup
    FLIGHTLAKE_EMR_APPLICATION_ID = module.emr_serverless.application_id
    FLIGHTLAKE_EMR_JOB_ROLE_ARNS  = jsonencode(module.security.job_role_arns)
    FLIGHTLAKE_METRICS            = "cloudwatch"
    FLIGHTLAKE_LAKE_URL           = "s3://${local.buckets.lake}"
    FLIGHTLAKE_LOG_FORMAT         = "json"
    # Far above a day's usual: jobs that hang all day cost 60 times that, and still no fortune.
    FLIGHTLAKE_MAX_COST_A_DAY_USD = tostring(var.limits.cost_usd)
    FLIGHTLAKE_POLL_SECONDS       = tostring(var.poll.seconds)
    # The DAGs say which release they are of: they submit its code and the packages of its jobs.
    FLIGHTLAKE_RELEASES_URL = trimsuffix(local.releases_url, "/")
    FLIGHTLAKE_RUNBOOKS_URL = "https://github.com/${var.github.repository}/blob/main/docs/runbooks"
  }
}
