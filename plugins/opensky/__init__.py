"""The OpenSky Network for Airflow: client, connection type, and the poll that lands its answers.

Only ``hook`` imports Airflow; everything else runs anywhere.
"""
