"""A local EMR Serverless: its REST API on loopback, its jobs as real ``spark-submit`` processes."""
