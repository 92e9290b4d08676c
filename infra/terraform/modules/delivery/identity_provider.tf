locals {
  github = "token.actions.githubusercontent.com"
  # The same in every account, so one that is there need not be looked for.
  provider_arn = "arn:aws:iam::${var.account_id}:oidc-provider/${local.github}"
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github.has_provider ? 0 : 1

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}
