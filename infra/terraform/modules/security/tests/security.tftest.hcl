mock_provider "aws" {
  source = "../../tests/mocks"
}

mock_provider "aws" {
  alias  = "replica"
  source = "../../tests/mocks"
}

variables {
  name       = "flightlake-test"
  region     = "eu-central-1"
  account_id = "111111111111"
  buckets = {
    lake    = "test-lake"
    code    = "test-code"
    results = "test-results"
    logs    = "test-logs"
  }
  adopted_key_arn  = null
  has_replica      = false
  databases        = { gold = "t_gold", ops = "t_ops", ref = "t_ref", silver = "t_silver" }
  workgroup        = "test"
  environment_name = "test"
  application_arn  = "arn:aws:emr-serverless:eu-central-1:111111111111:/applications/test"
  topic_arn        = "arn:aws:sns:eu-central-1:111111111111:test"
  analyst_arns     = ["arn:aws:iam::111111111111:role/somebody"]
  can_be_destroyed = false
}

run "keys" {
  assert {
    condition     = aws_kms_key.data.enable_key_rotation && aws_kms_key.signals.enable_key_rotation
    error_message = "Keys are rotated."
  }

  assert {
    condition = alltrue([
      for key in [aws_kms_key.data, aws_kms_key.signals] : key.deletion_window_in_days == 30
    ])
    error_message = "A key that was deleted by mistake can be had back for 30 days."
  }

  assert {
    condition = alltrue([
      for s in concat(
        jsondecode(aws_kms_key.data.policy).Statement,
        jsondecode(aws_kms_key.signals.policy).Statement,
      ) :
      s.Principal != "*" && alltrue([for a in s.Action : !strcontains(a, "*")])
    ])
    error_message = "Keys are no one's but the account's and the named services', by named actions."
  }

  # An alias needs the right on the key too, not only on the alias.
  assert {
    condition = alltrue([
      for key in [aws_kms_key.data, aws_kms_key.signals] : length(setsubtract(
        [
          "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:EnableKeyRotation",
          "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags",
          "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
          "kms:UpdateAlias", "kms:UpdateKeyDescription",
        ],
        flatten([
          for s in jsondecode(key.policy).Statement : s.Action if s.Sid == "TheAccountDecides"
        ]),
      )) == 0
    ])
    error_message = "Who applies may make, name, look at, change and remove keys."
  }

  assert {
    condition = alltrue([
      for s in concat(
        jsondecode(aws_kms_key.data.policy).Statement,
        jsondecode(aws_kms_key.signals.policy).Statement,
      ) :
      try(s.Condition, null) != null if try(s.Principal.Service, null) != null
    ])
    error_message = "A service uses a key only for this account."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_kms_key.data.policy).Statement :
      !contains(flatten([try(s.Principal.Service, [])]), "budgets.amazonaws.com")
    ])
    error_message = "Who publishes alarms cannot decrypt the data."
  }

  assert {
    condition     = aws_secretsmanager_secret.opensky.kms_key_id == aws_kms_key.data.arn
    error_message = "The connection's secret has our key."
  }

  assert {
    condition     = aws_secretsmanager_secret.opensky.recovery_window_in_days == 30
    error_message = "A secret that was deleted by mistake can be had back for 30 days."
  }
}

run "what_can_be_destroyed" {
  variables {
    can_be_destroyed = true
  }

  assert {
    condition     = aws_secretsmanager_secret.opensky.recovery_window_in_days == 0
    error_message = "A secret that waits to be deleted would keep its name from the next one."
  }
}

run "no_replica" {
  assert {
    condition     = length(aws_kms_key.replica) == 0 && output.replica_key_arn == null
    error_message = "A key that nothing is encrypted with is not made."
  }
}

run "a_replica" {
  variables {
    has_replica = true
  }

  assert {
    condition = (
      aws_kms_key.replica[0].enable_key_rotation
      && aws_kms_key.replica[0].deletion_window_in_days == 30
    )
    error_message = "The replica's key is rotated, and can be had back for 30 days."
  }

  assert {
    condition = [
      for s in jsondecode(aws_kms_key.replica[0].policy).Statement : s.Principal
    ] == [{ AWS = "arn:aws:iam::111111111111:root" }]
    error_message = "No service uses the replica's key by itself."
  }
}

run "an_adopted_lake" {
  variables {
    adopted_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/replica"
  }

  assert {
    condition = alltrue([
      for policy in concat(
        [for p in aws_iam_role_policy.job : p.policy],
        [aws_iam_role_policy.mwaa["environment"].policy],
      ) :
      anytrue([
        for s in jsondecode(policy).Statement :
        contains(flatten([s.Action]), "kms:Decrypt")
        && contains(flatten([s.Resource]), var.adopted_key_arn)
      ])
    ])
    error_message = "What the lake held before can be read: Airflow and jobs may use its key."
  }
}

run "jobs" {
  assert {
    condition = toset(keys(aws_iam_role.job)) == toset([
      "states_hourly", "flights_daily", "reference_refresh", "export_table",
      "restore_table", "lake_maintenance",
    ])
    error_message = "Every step has a role of its own."
  }

  assert {
    condition = alltrue([
      for role in aws_iam_role.job : alltrue([
        for s in jsondecode(role.assume_role_policy).Statement :
        s.Principal == { Service = "emr-serverless.amazonaws.com" }
        && s.Condition.ArnLike["aws:SourceArn"] == var.application_arn
        && s.Condition.StringEquals["aws:SourceAccount"] == var.account_id
      ])
    ])
    error_message = "Only our application runs jobs with these roles."
  }

  assert {
    condition = alltrue([
      for step in ["states_hourly", "flights_daily", "reference_refresh"] :
      !strcontains(aws_iam_role_policy.job[step].policy, "s3:Delete")
    ])
    error_message = "What publishes removes nothing."
  }

  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.job["lake_maintenance"].policy).Statement :
      s.Resource if contains(flatten([s.Action]), "s3:DeleteObject")
      ])) == toset([
      for layer in ["gold", "ops", "ref", "silver"] : "arn:aws:s3:::test-lake/${layer}/*"
    ])
    error_message = "VACUUM removes from tables and nowhere else."
  }

  assert {
    condition = flatten([
      for s in jsondecode(aws_iam_role_policy.job["export_table"].policy).Statement :
      s.Resource if contains(flatten([s.Action]), "s3:DeleteObject")
    ]) == ["arn:aws:s3:::test-lake/exports/*"]
    error_message = "An export removes its own files at most."
  }

  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.job : [
        for s in jsondecode(policy.policy).Statement : [
          for r in flatten([s.Resource]) : !strcontains(r, "/raw/")
        ] if contains(flatten([s.Action]), "s3:PutObject")
      ]
    ]))
    error_message = "No job writes raw/."
  }

  assert {
    condition = alltrue([
      for r in flatten([
        for s in jsondecode(aws_iam_role_policy.job["flights_daily"].policy).Statement :
        s.Resource if contains(flatten([s.Action]), "s3:PutObject")
      ]) : !strcontains(r, "/silver/")
    ])
    error_message = "The daily job reads silver and does not write it."
  }
}

run "airflow" {
  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.mwaa["spark"].policy).Statement :
      [s.Resource, s.Condition] if s.Action == "ec2:CreateNetworkInterface"
      ] == [[
        "arn:aws:ec2:eu-central-1:111111111111:network-interface/*",
        { StringEquals = { "aws:CalledViaLast" = "ops.emr-serverless.amazonaws.com" } },
    ]]
    error_message = "The application that Airflow starts joins the network, and through it alone."
  }

  assert {
    condition = flatten([
      for s in jsondecode(aws_iam_role_policy.mwaa["without-resources"].policy).Statement :
      keys(s.Condition) if contains(flatten([s.Action]), "s3:GetAccountPublicAccessBlock")
    ]) == ["StringEqualsIfExists"]
    error_message = "Where AWS does not say whose the resource is, nothing is refused for it."
  }

  assert {
    condition = sum([
      for policy in aws_iam_role_policy.mwaa : length(policy.policy)
    ]) <= 10240
    error_message = "IAM takes 10,240 characters of inline policies a role."
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.mwaa["spark"].policy).Statement :
      s.Condition.StringEquals["iam:PassedToService"] if s.Action == "iam:PassRole"
    ] == ["emr-serverless.amazonaws.com"]
    error_message = "Airflow hands roles to EMR Serverless and to nobody else."
  }

  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.mwaa["spark"].policy).Statement :
      s.Resource if s.Action == "iam:PassRole"
    ])) == toset([for role in aws_iam_role.job : role.arn])
    error_message = "Airflow hands out roles of jobs and no others."
  }

  assert {
    condition = flatten([
      for policy in aws_iam_role_policy.mwaa : [
        for s in jsondecode(policy.policy).Statement :
        s.Resource if strcontains(jsonencode(s.Action), "s3:Delete")
      ]
    ]) == ["arn:aws:s3:::test-lake/gaps/*"]
    error_message = "Airflow removes gaps that were filled and nothing else."
  }

  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.mwaa["lake"].policy).Statement :
      s.Resource if contains(flatten([s.Action]), "s3:PutObject")
      ])) == toset([
      for path in [
        "alerts/*", "costs/*", "gaps/*", "raw/*", "reports/health.*", "reports/lake_repair.json",
      ] :
      "arn:aws:s3:::test-lake/${path}"
    ])
    error_message = "Airflow writes answers, gaps and costs; tables are written by jobs."
  }

  assert {
    condition = alltrue([
      for name, p in aws_iam_role_policy.mwaa : alltrue([
        for s in jsondecode(p.policy).Statement : s.Resource != "*"
      ]) if name != "without-resources"
    ])
    error_message = "Everything that has a resource names it."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.mwaa["without-resources"].policy).Statement :
      length(s.Condition) > 0
    ])
    error_message = "What has no resource has a condition."
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.mwaa["alerts-and-secrets"].policy).Statement :
      s.Resource if s.Action == "secretsmanager:GetSecretValue"
    ] == ["arn:aws:secretsmanager:eu-central-1:111111111111:secret:flightlake-test/connections/*"]
    error_message = "Airflow reads the secrets of its connections and no others."
  }
}

run "analysts" {
  assert {
    condition = [
      for s in jsondecode(aws_iam_role.analyst[0].assume_role_policy).Statement : s.Principal
    ] == [{ AWS = ["arn:aws:iam::111111111111:role/somebody"] }]
    error_message = "Only who is named becomes analyst."
  }

  assert {
    condition = flatten([
      for s in jsondecode(aws_iam_role_policy.analyst[0].policy).Statement :
      s.Resource if strcontains(jsonencode(s.Action), "s3:Put")
    ]) == ["arn:aws:s3:::test-results/*"]
    error_message = "Analysts write results of queries and no other object."
  }

  assert {
    condition = alltrue([
      for action in flatten([
        for s in jsondecode(aws_iam_role_policy.analyst[0].policy).Statement : s.Action
      ]) : !can(regex(":(Create|Update|Delete)", action))
    ])
    error_message = "Analysts change no table."
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.analyst[0].policy).Statement :
      [s.Resource, toset(s.Action)] if s.Sid == "BrowseTheCatalog"
      ] == [["arn:aws:athena:eu-central-1:111111111111:datacatalog/AwsDataCatalog", toset([
        "athena:GetDataCatalog", "athena:GetDatabase", "athena:GetTableMetadata",
        "athena:ListDatabases", "athena:ListTableMetadata",
    ])]]
    error_message = "Athena's console shows databases and tables."
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.analyst[0].policy).Statement :
      [s.Resource, toset(s.Action)] if s.Sid == "LookBackAtQueries"
      ] == [["arn:aws:athena:eu-central-1:111111111111:workgroup/test", toset([
        "athena:BatchGetQueryExecution", "athena:GetQueryResultsStream",
        "athena:ListQueryExecutions",
    ])]]
    error_message = "Athena's console shows the queries of the workgroup and their results."
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.analyst[0].policy).Statement :
      [toset(s.Action), s.Condition] if s.Resource == "*"
      ] == [[
        toset(["athena:ListDataCatalogs", "athena:ListEngineVersions", "athena:ListWorkGroups"]),
        { StringEquals = { "aws:RequestedRegion" = "eu-central-1" } },
    ]]
    error_message = "What has no resource is listed, of this region."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.mwaa["catalog"].policy, "athena:List")
    error_message = "Airflow has no use for a console."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.analyst[0].policy, "test-lake/raw")
    error_message = "Analysts read tables, not raw answers."
  }
}

run "nobody_named" {
  variables {
    analyst_arns = []
  }

  assert {
    condition     = length(aws_iam_role.analyst) == 0 && output.analyst_role_arn == null
    error_message = "A role that nobody may take is not made."
  }
}

run "everybody_is_refused" {
  command = plan

  variables {
    analyst_arns = ["arn:aws:iam::*:root"]
  }

  expect_failures = [var.analyst_arns]
}
