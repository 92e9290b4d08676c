mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name              = "flightlake-test"
  release_label     = "emr-spark-8.1.0"
  architecture      = "X86_64"
  max_vcpu          = 16
  max_memory_gb     = 64
  idle_minutes      = 5
  warm_executors    = 0
  subnet_ids        = ["subnet-a", "subnet-b"]
  security_group_id = "sg-a"
}

run "cold" {
  assert {
    condition = (
      aws_emrserverless_application.spark.type == "SPARK"
      && aws_emrserverless_application.spark.release_label == "emr-spark-8.1.0"
    )
    error_message = "It is the Spark that the tests run."
  }

  assert {
    condition = (
      aws_emrserverless_application.spark.maximum_capacity[0].cpu == "16 vCPU"
      && aws_emrserverless_application.spark.maximum_capacity[0].memory == "64 GB"
    )
    error_message = "What all jobs take together is capped."
  }

  assert {
    condition = (
      aws_emrserverless_application.spark.auto_start_configuration[0].enabled
      && aws_emrserverless_application.spark.auto_stop_configuration[0].enabled
      && aws_emrserverless_application.spark.auto_stop_configuration[0].idle_timeout_minutes == 5
    )
    error_message = "It starts with a job and stops without one."
  }

  assert {
    condition     = length(aws_emrserverless_application.spark.initial_capacity) == 0
    error_message = "No worker is paid for that nobody uses."
  }

  assert {
    condition = (
      aws_emrserverless_application.spark.network_configuration[0].subnet_ids
      == toset(["subnet-a", "subnet-b"])
    )
    error_message = "Jobs run in the private subnets."
  }
}

run "warm" {
  variables {
    warm_executors = 2
  }

  assert {
    condition = (
      toset([
        for c in aws_emrserverless_application.spark.initial_capacity : c.initial_capacity_type
      ]) == toset(["Driver", "Executor"])
    )
    error_message = "A driver and executors are kept ready."
  }
}

run "no_cap_is_refused" {
  command = plan

  variables {
    max_vcpu = 1000
  }

  expect_failures = [var.max_vcpu]
}

run "another_engine_is_refused" {
  command = plan

  variables {
    release_label = "emr-7.13.0"
  }

  expect_failures = [var.release_label]
}
