# The lake that people rely on.
environment = "prod"
owner       = "data-engineering"
cost_center = "REPLACE-ME"

# REPLACE-ME: the number of your account. Nothing is changed in any other.
account_id = "000000000003"
region     = "eu-central-1"

network = {
  cidr_block         = "10.22.0.0/16"
  availability_zones = ["eu-central-1a", "eu-central-1b"]
  has_nat            = true
}

storage = {
  replica_region = "eu-west-1"

  lifecycle_days = {
    raw_infrequent_access = 30
    raw_glacier           = 90
    noncurrent            = 30
    job_logs              = 30
    results               = 14
    access_logs           = 365
  }
}

log_retention_days = 90

# Room for the hourly job, the daily job and an export at once.
spark = {
  max_vcpu      = 24
  max_memory_gb = 96
}

airflow = {
  environment_class = "mw1.medium"
  min_workers       = 1
  max_workers       = 3
}

poll = {
  seconds = 90
}

athena_max_scanned_gb = 200

alert_emails = ["REPLACE-ME@example.org"]

limits = {
  cost_usd = 2
}

# No brake: late data are worse here than a bill, and the alarms ring long before.
budget = {
  limit_usd = 1500
  has_brake = false
}

github = {
  repository = "REPLACE-ME/flightlake"
}
