locals {
  github = "token.actions.githubusercontent.com"
  # The same in every account, so one that is there need not be looked for.
  provider_arn = "arn:aws:iam::${var.account_id}:oidc-provider/${local.github}"

  # A name can be given up and taken by somebody else; a number cannot.
  names = split("/", var.github.repository)
  subject = var.github.owner_id == null ? var.github.repository : join("/", [
    "${local.names[0]}@${var.github.owner_id}",
    "${local.names[1]}@${var.github.repository_id}",
  ])
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github.has_provider ? 0 : 1

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}
