# Where the state of staging is: docs/deploy.md says how the bucket is made. REPLACE-ME is the account.
bucket       = "flightlake-staging-state-REPLACE-ME"
key          = "flightlake/staging/terraform.tfstate"
region       = "eu-central-1"
encrypt      = true
use_lockfile = true
