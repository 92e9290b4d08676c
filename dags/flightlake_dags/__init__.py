"""What the DAG files share: settings, the Spark step, the gate, alerts. Never Spark itself."""
