mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "flightlake-test"
  region      = "eu-central-1"
  account_id  = "111111111111"
  code_bucket = "test-code"
  kms_key_arn = "arn:aws:kms:eu-central-1:111111111111:key/test"
  github = {
    repository   = "somebody/flightlake"
    environment  = "dev"
    has_provider = false
  }
}

run "trust" {
  assert {
    condition = [
      for s in jsondecode(aws_iam_role.deployer.assume_role_policy).Statement :
      s.Condition.StringEquals
      ] == [{
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = "repo:somebody/flightlake:environment:dev"
    }]
    error_message = "One environment of one repository delivers."
  }

  assert {
    condition = (
      aws_iam_openid_connect_provider.github[0].url
      == "https://token.actions.githubusercontent.com"
    )
    error_message = "GitHub says who its workflows are."
  }
}

run "rights" {
  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.deployer.policy).Statement :
      s.Resource if contains(flatten([s.Action]), "s3:PutObject")
      ])) == toset([
      for objects in ["releases/*", "dags/*", "plugins.zip", "requirements.txt"] :
      "arn:aws:s3:::test-code/${objects}"
    ])
    error_message = "What is delivered is code, and never the settings."
  }

  assert {
    condition = flatten([
      for s in jsondecode(aws_iam_role_policy.deployer.policy).Statement :
      s.Resource if contains(flatten([s.Action]), "s3:DeleteObject")
    ]) == ["arn:aws:s3:::test-code/dags/*"]
    error_message = "Releases stay."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.deployer.policy, "iam:")
    error_message = "Who delivers hands out no rights."
  }
}

run "provider_is_there" {
  variables {
    github = {
      repository   = "somebody/flightlake"
      environment  = "dev"
      has_provider = true
    }
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account has GitHub's provider once."
  }
}

run "a_repository_with_ids" {
  variables {
    github = {
      repository    = "somebody/flightlake"
      environment   = "dev"
      has_provider  = false
      owner_id      = 583231
      repository_id = 1296269
    }
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role.deployer.assume_role_policy).Statement :
      s.Condition.StringEquals["token.actions.githubusercontent.com:sub"]
    ] == ["repo:somebody@583231/flightlake@1296269:environment:dev"]
    error_message = "GitHub names a younger repository with its ids, and its owner with theirs."
  }
}

run "half_of_the_ids_is_refused" {
  command = plan

  variables {
    github = {
      repository   = "somebody/flightlake"
      environment  = "dev"
      has_provider = false
      owner_id     = 583231
    }
  }

  expect_failures = [var.github]
}

run "any_repository_is_refused" {
  command = plan

  variables {
    github = {
      repository   = "somebody/*"
      environment  = "dev"
      has_provider = false
    }
  }

  expect_failures = [var.github]
}
