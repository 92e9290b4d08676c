"""The OpenSky Network for Airflow: client, connection type, and the poll that lands its answers.

Only ``hook``, ``compat`` and ``provider`` know Airflow; everything else runs anywhere.
"""
