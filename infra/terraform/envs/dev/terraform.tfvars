# A lake to try things on: small, soon forgotten, and with nothing in it that cannot be had again.
environment = "dev"
owner       = "data-engineering"
cost_center = "REPLACE-ME"

# REPLACE-ME: the number of your account. Nothing is changed in any other.
account_id = "000000000001"
region     = "eu-central-1"

can_be_destroyed = true

# The way out costs less than twelve endpoints in two zones, so dev has that alone.
network = {
  cidr_block         = "10.20.0.0/16"
  availability_zones = ["eu-central-1a", "eu-central-1b"]
  has_nat            = true
  interface_services = []
}

storage = {
  lifecycle_days = {
    raw_infrequent_access = 30
    raw_glacier           = 60
    noncurrent            = 7
    job_logs              = 7
    results               = 3
    access_logs           = 30
  }
}

log_retention_days = 14

spark = {
  max_vcpu      = 16
  max_memory_gb = 64
  idle_minutes  = 2
}

airflow = {
  environment_class = "mw1.small"
  min_workers       = 1
  max_workers       = 1
}

# OpenSky's anonymous 400 credits a day are a poll of the world every 15 minutes.
poll = {
  seconds = 900
}

athena_max_scanned_gb = 10

alert_emails = []

limits = {
  credits_left = 40
  cost_usd     = 1
}

budget = {
  limit_usd = 500
  has_brake = true
}

github = {
  repository = "REPLACE-ME/flightlake"
}
