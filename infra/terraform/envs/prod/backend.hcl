# Where the state of prod is: docs/deploy.md says how the bucket is made. REPLACE-ME is the account.
bucket       = "flightlake-prod-state-REPLACE-ME"
key          = "flightlake/prod/terraform.tfstate"
region       = "eu-central-1"
encrypt      = true
use_lockfile = true
