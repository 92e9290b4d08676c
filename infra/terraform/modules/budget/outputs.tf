output "budget_names" {
  description = "The names of the budgets."
  value       = [for budget in aws_budgets_budget.this : budget.name]
}

output "brake_policy_arn" {
  description = "What stops new jobs; a person may attach it to the role of MWAA too."
  value       = aws_iam_policy.brake.arn
}
