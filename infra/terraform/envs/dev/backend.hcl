# Where the state of dev is: docs/deploy.md says how the bucket is made. REPLACE-ME is the account.
bucket       = "flightlake-dev-state-REPLACE-ME"
key          = "flightlake/dev/terraform.tfstate"
region       = "eu-central-1"
encrypt      = true
use_lockfile = true
