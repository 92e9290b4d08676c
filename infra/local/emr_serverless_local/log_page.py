"""The page that GetDashboardForJobRun points to: state, details and the ends of both logs."""

from __future__ import annotations

from datetime import UTC, datetime

from jinja2 import Environment

from emr_serverless_local.attempt_files import AttemptFiles
from emr_serverless_local.logs import tail
from emr_serverless_local.records import FINAL, Attempt, JobRun

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

_TEMPLATE = Environment(autoescape=True).from_string("""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{{ attempt.state }} · {{ run.request.name or run.id }}</title>
{% if is_open %}<meta http-equiv="refresh" content="3">{% endif %}
<style>
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
         padding: 0 1rem; }
  dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
  pre { border: 1px solid #8888; border-radius: 6px; padding: .75rem; overflow: auto;
        max-height: 60vh; font-size: 12.5px; }
</style>
<h1>{{ run.request.name or "Job run" }} <small>{{ attempt.state }}</small></h1>
<p>{{ attempt.state_details }}</p>
<dl>
  <dt>Job run</dt><dd>{{ run.id }} of application {{ run.application_id }}</dd>
  <dt>Attempt</dt>
  <dd>{% for each in run.attempts %}<a href="?attempt={{ each.number }}">{{ each.number }}</a>
    {{ each.state }}{{ ", " if not loop.last }}{% endfor %}</dd>
  <dt>Started</dt><dd>{{ started or "not yet" }}</dd>
  <dt>Ended</dt><dd>{{ ended or "not yet" }}</dd>
  <dt>Logs on disk</dt><dd>{{ folder }}</dd>
</dl>
{% for name, text in logs.items() %}
<h2>{{ name }}</h2>
<pre>{{ text or "(empty)" }}</pre>
{% endfor %}
</html>
""")


def render(run: JobRun, attempt: Attempt, files: AttemptFiles) -> str:
    """Return the page as HTML; everything that comes from the job is escaped."""
    return _TEMPLATE.render(
        run=run,
        attempt=attempt,
        is_open=attempt.state not in FINAL,
        started=_utc(attempt.started_at_s),
        ended=_utc(attempt.ended_at_s),
        folder=files.folder,
        logs={"Driver stderr": tail(files.stderr), "Driver stdout": tail(files.stdout)},
    )


def _utc(moment_s: float | None) -> str | None:
    if moment_s is None:
        return None
    return datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
