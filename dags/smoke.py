"""# smoke: is everything in place that the other DAGs need

| | |
|---|---|
| reads | `RELEASE.json` beside the DAGs, what is installed, the lake's folders, the application |
| writes | nothing |
| beat | none: by hand, after every deployment and every change of the environment |
| settings | those of the other DAGs |

MWAA goes on without packages that it could not install, and takes up new DAGs at once but new
plugins only at the end of an update. So each task holds one thing against the release:

1. `packages`: the requirements import, in the versions that the release names.
2. `plugins`: the plugins folder holds the release's files, and Airflow can see the connection type.
3. `lake`: the lake can be listed.
4. `application`: the EMR Serverless application exists and has the right release of EMR.
5. `code`: `main.py`, `flightlake.zip` and the jobs' `env.tar.gz` of the release are there, and it
   was deployed last.

**Again is always safe.** What is red says what it expected and what it found. DAGs of a working
tree are of no release: `packages`, `plugins` and `code` skip.
"""

from __future__ import annotations

from airflow.sdk import dag, task
from flightlake_dags import release
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args


@dag(
    dag_id="smoke",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    # What is missing now is missing in a minute too.
    default_args={**default_args(), "retries": 1},
    tags=[Tag.FLIGHTLAKE, Tag.DEPLOYMENT],
)
def smoke() -> None:
    """The DAG; its page is this file's docstring."""

    @task
    def packages() -> None:
        release.require_packages(release.require_release().packages)

    @task
    def plugins() -> None:
        release.require_plugins(release.require_release().plugins)

    @task
    def lake() -> None:
        release.require_lake()

    @task
    def application() -> None:
        release.require_application()

    @task
    def code() -> None:
        release.require_code(release.require_release())

    packages()
    plugins()
    lake()
    application()
    code()


smoke()
