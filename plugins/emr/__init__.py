"""Spark steps on EMR Serverless: one task instance, one job, whatever happens in between."""
