# Tables and views are not Terraform's: catalog_register makes them out of the schemas.
resource "aws_glue_catalog_database" "layer" {
  for_each = var.databases

  name        = each.value
  description = "Flightlake's layer ${each.key}."
}
