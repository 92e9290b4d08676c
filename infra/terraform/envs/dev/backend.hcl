# Where the state is: docs/deploy.md says how its bucket is made. REPLACE-ME: the account.
bucket       = "flightlake-dev-state-REPLACE-ME"
key          = "flightlake/dev/terraform.tfstate"
region       = "eu-central-1"
encrypt      = true
use_lockfile = true
