# Prod's twin, in smaller: the last place where a release can fail without anybody's loss.
environment = "staging"
owner       = "data-engineering"
cost_center = "REPLACE-ME"

# REPLACE-ME: the number of your account. Nothing is changed in any other.
account_id = "000000000002"
region     = "eu-central-1"

network = {
  cidr_block         = "10.21.0.0/16"
  availability_zones = ["eu-central-1a", "eu-central-1b"]
  has_nat            = true
}

storage = {
  replica_region = "eu-west-1"

  lifecycle_days = {
    raw_infrequent_access = 30
    raw_glacier           = 90
    noncurrent            = 14
    job_logs              = 14
    results               = 7
    access_logs           = 90
  }
}

log_retention_days = 30

spark = {
  max_vcpu      = 16
  max_memory_gb = 64
}

airflow = {
  environment_class = "mw1.small"
  min_workers       = 1
  max_workers       = 2
}

poll = {
  seconds = 90
}

athena_max_scanned_gb = 50

alert_emails = ["REPLACE-ME@example.org"]

limits = {
  cost_usd = 2
}

budget = {
  limit_usd = 900
  has_brake = true
}

github = {
  repository = "REPLACE-ME/flightlake"
}
