# What each job reads, writes and removes in the lake. `writes` may be read too: Delta reads the log
# of a table that it writes to. A job writes the tables that the registry (contracts/tables.py) says
# it writes, and the tables of ref that its tables are made of, which are born with rows.
#
# No job that publishes may remove anything. It need not: replaceWhere removes rows in the log only,
# Delta on S3 commits without a rename, and S3A keeps the markers of its folders. What is left over,
# old files and old log entries, is removed by lake_maintenance alone.
#
# All but export_table write tables, and so the lease that lets one job at a time do so.
locals {
  lease = "leases/delta_writer/*"

  job_objects = {
    states_hourly = {
      reads = ["raw/states/*"]
      writes = [
        local.lease,
        "gold/airport_hourly/*",
        "gold/country_hourly/*",
        "gold/events/*",
        "gold/quarantine/*",
        "gold/traffic_density/*",
        "gold/traffic_hourly/*",
        "ops/api_credits/*",
        "ops/quality_results/*",
        "ops/run_ledger/*",
        "ops/table_runs/*",
        "ref/airports/*",
        "ref/countries/*",
        "ref/runways/*",
        "reports/index.html",
        "reports/states_hourly/*",
        "silver/quarantine/*",
        "silver/state_vectors/*",
        "silver/state_vectors_withheld/*",
      ]
      removes = []
    }

    flights_daily = {
      reads = [
        "costs/*",
        "ops/api_credits/*",
        "ops/run_ledger/*",
        "silver/*",
      ]
      writes = [
        local.lease,
        "gold/aircraft_type_daily/*",
        "gold/airline_daily/*",
        "gold/flights/*",
        "gold/quarantine/*",
        "gold/route_daily/*",
        "ops/job_costs/*",
        "ops/quality_results/*",
        "ops/table_runs/*",
        "ref/aircraft/*",
        "ref/airlines/*",
        "ref/airports/*",
        "ref/runways/*",
        "reports/flights_daily/*",
        "reports/index.html",
      ]
      removes = []
    }

    reference_refresh = {
      reads = [
        "ops/run_ledger/*",
        "raw/reference/*",
        "silver/state_vectors/*",
      ]
      writes = [
        local.lease,
        "ops/quality_results/*",
        "ops/table_runs/*",
        "ref/aircraft/*",
        "ref/airlines/*",
        "ref/airports/*",
        "ref/countries/*",
        "ref/runways/*",
        "reports/index.html",
        "reports/reference_refresh/*",
      ]
      removes = []
    }

    # An export that is made again removes its files of before.
    export_table = {
      reads   = local.layers
      writes  = ["exports/*"]
      removes = ["exports/*"]
    }

    # It says what would change before it changes anything, and writes down what it did.
    restore_table = {
      reads   = ["restores/*"]
      writes  = concat(local.layers, [local.lease, "restores/*"])
      removes = []
    }

    # OPTIMIZE, VACUUM and the clean-up of logs; nothing of raw/.
    lake_maintenance = {
      reads   = []
      writes  = concat(local.layers, [local.lease, "reports/lake_maintenance/*"])
      removes = local.layers
    }
  }
}
