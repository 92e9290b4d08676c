locals {
  # A warm worker serves a job only where it is exactly as large as what the job asks for: these are
  # the sizes of the profile "hour" in dags/config/spark.json, with their overhead of 10 %.
  warm_workers = var.warm_executors == 0 ? {} : {
    Driver   = { count = 1, cpu = "1 vCPU", memory = "4 GB" }
    Executor = { count = var.warm_executors, cpu = "2 vCPU", memory = "8 GB" }
  }
}

# Logs and queues are set by each job, not here: the provider's 5.100.0 has neither
# monitoring_configuration nor scheduler_configuration, and Airflow's links to a job's logs know
# only what the job itself was told.
resource "aws_emrserverless_application" "spark" {
  name          = var.name
  type          = "SPARK"
  release_label = var.release_label
  architecture  = var.architecture

  maximum_capacity {
    cpu    = "${var.max_vcpu} vCPU"
    memory = "${var.max_memory_gb} GB"
  }

  auto_start_configuration {
    enabled = true
  }

  auto_stop_configuration {
    enabled              = true
    idle_timeout_minutes = var.idle_minutes
  }

  network_configuration {
    subnet_ids         = var.subnet_ids
    security_group_ids = [var.security_group_id]
  }

  dynamic "initial_capacity" {
    for_each = local.warm_workers

    content {
      initial_capacity_type = initial_capacity.key

      initial_capacity_config {
        worker_count = initial_capacity.value.count

        worker_configuration {
          cpu    = initial_capacity.value.cpu
          memory = initial_capacity.value.memory
        }
      }
    }
  }
}
