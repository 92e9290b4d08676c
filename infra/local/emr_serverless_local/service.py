"""The operations of the API: rules and records. Processes are the runner's business.

Each public method is one operation, named as boto3 names it; it takes the checked input members
and returns the output members. All raise ServiceError for what the service refuses.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

from emr_serverless_local import views
from emr_serverless_local.errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from emr_serverless_local.records import FINAL, Application, Attempt, Cancellation, JobRun, new_id
from emr_serverless_local.resources import workers_of
from emr_serverless_local.rules import check_application, check_run, exceeds_initial_capacity
from emr_serverless_local.settings import Settings
from emr_serverless_local.store import Store, fingerprint
from emr_serverless_local.submit import requested_properties

DEFAULT_PAGE = 50
_ARN = re.compile(r"arn:[^:]+:emr-serverless:[^:]*:\d{12}:/applications/(\w+)(?:/jobruns/(\w+))?")

Item = TypeVar("Item")
Parameters = dict[str, Any]


class Service:
    """EMR Serverless over a store; ``wake_runner`` is called when there is something to do."""

    def __init__(
        self, store: Store, settings: Settings, wake_runner: Callable[[], None], base_url: str
    ) -> None:
        self._store = store
        self._settings = settings
        self._wake_runner = wake_runner
        self._base_url = base_url

    def create_application(self, parameters: Parameters) -> dict[str, Any]:
        """Create an application, or return the one that this client token has made."""
        check_application(parameters)

        def create() -> str:
            now_s = time.time()
            application_id = new_id()
            self._store.save_application(
                Application(
                    id=application_id,
                    arn=self._arn(f"/applications/{application_id}"),
                    request=_without(parameters, "clientToken", "tags"),
                    tags=parameters.get("tags", {}),
                    created_at_s=now_s,
                    updated_at_s=now_s,
                    last_active_at_s=now_s,
                )
            )
            return application_id

        with self._store.transaction():
            application = self._application(self._once("CreateApplication", parameters, create))
        return {
            "applicationId": application.id,
            "arn": application.arn,
            "name": application.request.get("name"),
        }

    def get_application(self, parameters: Parameters) -> dict[str, Any]:
        """Return one application."""
        application = self._application(parameters["applicationId"])
        return {"application": views.application_view(application)}

    def list_applications(self, parameters: Parameters) -> dict[str, Any]:
        """Return a page of applications, the newest first."""
        states = parameters.get("states")
        chosen = [each for each in self._store.applications() if not states or each.state in states]
        page, token = _page(chosen, parameters)
        return {"applications": [views.application_summary(each) for each in page], **token}

    def update_application(self, parameters: Parameters) -> dict[str, Any]:
        """Change an application that is not started."""
        with self._store.transaction():
            application = self._application(parameters["applicationId"])
            _require(application, {"CREATED", "STOPPED"}, "updated")
            changed = application.request | _without(parameters, "applicationId", "clientToken")
            check_application(changed)
            application.request = changed
            application.move_to(application.state, time.time())
            self._store.save_application(application)
        return {"application": views.application_view(application)}

    def start_application(self, parameters: Parameters) -> dict[str, Any]:
        """Start an application; nothing happens when it is started already."""
        with self._store.transaction():
            application = self._application(parameters["applicationId"])
            if exceeds_initial_capacity(application.request):
                raise ServiceQuotaExceededException(
                    "The initialCapacity exceeds the maximumCapacity of the application."
                )
            _require(application, {"CREATED", "STOPPED", "STARTING", "STARTED"}, "started")
            self._begin_start(application)
        return {}

    def stop_application(self, parameters: Parameters) -> dict[str, Any]:
        """Stop an application that has no open job run."""
        with self._store.transaction():
            application = self._application(parameters["applicationId"])
            if application.state in {"STOPPING", "STOPPED"}:
                return {}
            _require(application, {"STARTED", "STARTING", "CREATED"}, "stopped")
            if any(run.application_id == application.id for run in self._store.open_runs()):
                raise ValidationException(
                    f"Application {application.id} has job runs that are not finished; cancel "
                    "them or wait for them before stopping the application."
                )
            application.move_to("STOPPING", time.time())
            self._store.save_application(application)
        self._wake_runner()
        return {}

    def delete_application(self, parameters: Parameters) -> dict[str, Any]:
        """Delete an application that is not started; it stays visible as TERMINATED."""
        with self._store.transaction():
            application = self._application(parameters["applicationId"])
            _require(application, {"CREATED", "STOPPED"}, "deleted")
            application.move_to("TERMINATED", time.time())
            self._store.save_application(application)
        return {}

    def start_job_run(self, parameters: Parameters) -> dict[str, Any]:
        """Submit a job run, or return the one that this client token has made."""
        check_run(parameters)

        def create() -> str:
            application = self._application(parameters["applicationId"])
            self._make_ready(application)
            runtime_configuration = application.request.get("runtimeConfiguration", [])
            now_s = time.time()
            run_id = new_id()
            self._store.save_run(
                JobRun(
                    id=run_id,
                    application_id=application.id,
                    arn=self._arn(f"/applications/{application.id}/jobruns/{run_id}"),
                    release_label=application.request["releaseLabel"],
                    request=_without(parameters, "clientToken", "tags", "applicationId"),
                    runtime_configuration=runtime_configuration,
                    tags=parameters.get("tags", {}),
                    workers=workers_of(requested_properties(parameters, runtime_configuration)),
                    created_at_s=now_s,
                    attempts=[Attempt(number=1, created_at_s=now_s, updated_at_s=now_s)],
                )
            )
            return run_id

        scope = f"StartJobRun:{parameters['applicationId']}"
        with self._store.transaction():
            run = self._run(parameters["applicationId"], self._once(scope, parameters, create))
        self._wake_runner()
        return {"applicationId": run.application_id, "jobRunId": run.id, "arn": run.arn}

    def get_job_run(self, parameters: Parameters) -> dict[str, Any]:
        """Return a job run as of its latest, or the named, attempt."""
        run = self.run_of(parameters)
        attempt = attempt_of(run, parameters.get("attempt"))
        return {"jobRun": views.run_view(run, attempt, self._settings.account_id)}

    def list_job_runs(self, parameters: Parameters) -> dict[str, Any]:
        """Return a page of an application's job runs, the newest first."""
        states = parameters.get("states")
        mode = parameters.get("mode")
        after_s = parameters.get("createdAtAfter", float("-inf"))
        before_s = parameters.get("createdAtBefore", float("inf"))
        chosen = [
            run
            for run in self._store.runs_of(self._application(parameters["applicationId"]).id)
            if (not states or run.state in states)
            and (not mode or run.mode == mode)
            and after_s <= run.created_at_s <= before_s
        ]
        page, token = _page(chosen, parameters)
        account_id = self._settings.account_id
        return {"jobRuns": [views.run_summary(run, account_id) for run in page], **token}

    def list_job_run_attempts(self, parameters: Parameters) -> dict[str, Any]:
        """Return a page of a job run's attempts, the latest first."""
        run = self.run_of(parameters)
        page, token = _page(run.attempts[::-1], parameters)
        account_id = self._settings.account_id
        return {
            "jobRunAttempts": [views.attempt_summary(run, each, account_id) for each in page],
            **token,
        }

    def cancel_job_run(self, parameters: Parameters) -> dict[str, Any]:
        """Ask for the end of a job run; nothing happens when it has ended."""
        with self._store.transaction():
            run = self.run_of(parameters)
            if run.state not in FINAL and run.cancellation is None:
                grace_s = parameters.get(
                    "shutdownGracePeriodInSeconds", self._settings.kill_grace_s
                )
                run.cancellation = Cancellation(
                    reason="The job run was cancelled on request (CancelJobRun).",
                    requested_at_s=time.time(),
                    grace_s=grace_s,
                )
                if run.state in {"SCHEDULED", "RUNNING"}:
                    run.attempt.move_to("CANCELLING", time.time(), run.cancellation.reason)
                self._store.save_run(run)
        self._wake_runner()
        return {"applicationId": run.application_id, "jobRunId": run.id}

    def get_dashboard_for_job_run(self, parameters: Parameters) -> dict[str, Any]:
        """Return the address of the run's log page."""
        run = self.run_of(parameters)
        attempt = attempt_of(run, parameters.get("attempt"))
        path = f"/pages/{run.application_id}/{run.id}?attempt={attempt.number}"
        return {"url": f"{self._base_url}{path}"}

    def tag_resource(self, parameters: Parameters) -> dict[str, Any]:
        """Add or replace tags of an application or a job run."""
        self._change_tags(parameters, lambda tags: tags | parameters["tags"])
        return {}

    def untag_resource(self, parameters: Parameters) -> dict[str, Any]:
        """Remove tags of an application or a job run."""
        self._change_tags(parameters, lambda tags: _without(tags, *parameters["tagKeys"]))
        return {}

    def list_tags_for_resource(self, parameters: Parameters) -> dict[str, Any]:
        """Return the tags of an application or a job run."""
        return {"tags": self._resource(parameters["resourceArn"]).tags}

    def run_of(self, parameters: Parameters) -> JobRun:
        """Return the job run that the request names."""
        return self._run(parameters["applicationId"], parameters["jobRunId"])

    def _once(self, scope: str, parameters: Parameters, create: Callable[[], str]) -> str:
        """Return the id that the request's client token stands for, creating it at first sight.

        Called inside a transaction, so two like requests at one time create one resource.
        """
        digest = fingerprint(_without(parameters, "clientToken"))
        token = parameters["clientToken"]
        known = self._store.token(scope, token)
        if known is None:
            resource_id = create()
            self._store.save_token(scope, token, digest, resource_id)
            return resource_id
        known_digest, resource_id = known
        if known_digest != digest:
            raise ConflictException(
                f"The client token {token} was used before with other parameters, for "
                f"{resource_id}. Send the same parameters, or another token for another request."
            )
        return resource_id

    def _make_ready(self, application: Application) -> None:
        auto_start = application.request.get("autoStartConfiguration") or {}
        if application.state in {"STARTED", "STARTING"}:
            return
        if application.state == "TERMINATED" or not auto_start.get("enabled", True):
            raise ValidationException(
                f"Application {application.id} is {application.state}; job runs need a started "
                "application, or one with autoStartConfiguration enabled."
            )
        self._begin_start(application)

    def _begin_start(self, application: Application) -> None:
        if application.state not in {"STARTED", "STARTING"}:
            application.last_active_at_s = time.time()
            application.move_to("STARTING", time.time())
            self._store.save_application(application)
            self._wake_runner()

    def _change_tags(
        self, parameters: Parameters, change: Callable[[dict[str, str]], dict[str, str]]
    ) -> None:
        with self._store.transaction():
            resource = self._resource(parameters["resourceArn"])
            resource.tags = change(resource.tags)
            if isinstance(resource, JobRun):
                self._store.save_run(resource)
            else:
                self._store.save_application(resource)

    def _resource(self, arn: str) -> Application | JobRun:
        match = _ARN.fullmatch(arn)
        if not match:
            raise ResourceNotFoundException(f"There is no resource {arn}.")
        return self._run(match[1], match[2]) if match[2] else self._application(match[1])

    def _application(self, application_id: str) -> Application:
        application = self._store.application(application_id)
        if application is None:
            raise ResourceNotFoundException(f"Application {application_id} does not exist.")
        return application

    def _run(self, application_id: str, run_id: str) -> JobRun:
        run = self._store.run(run_id)
        if run is None or run.application_id != application_id:
            raise ResourceNotFoundException(
                f"Job run {run_id} does not exist in application {application_id}."
            )
        return run

    def _arn(self, path: str) -> str:
        return f"arn:aws:emr-serverless:{self._settings.region}:{self._settings.account_id}:{path}"


def attempt_of(run: JobRun, number: int | None) -> Attempt:
    """Return the latest attempt, or the named one; raise ResourceNotFoundException."""
    if number is None:
        return run.attempt
    if not 1 <= number <= len(run.attempts):
        raise ResourceNotFoundException(f"Job run {run.id} has no attempt {number}.")
    return run.attempts[number - 1]


def _require(application: Application, states: set[str], verb: str) -> None:
    if application.state not in states:
        raise ValidationException(
            f"Application {application.id} is {application.state}; it can be {verb} only when it "
            f"is {' or '.join(sorted(states))}."
        )


def _page(items: list[Item], parameters: Parameters) -> tuple[list[Item], dict[str, str]]:
    """Return one page and the ``nextToken`` member, if there is more."""
    start = _offset(parameters.get("nextToken"))
    end = start + parameters.get("maxResults", DEFAULT_PAGE)
    token = base64.urlsafe_b64encode(str(end).encode()).decode()
    return items[start:end], {"nextToken": token} if end < len(items) else {}


def _offset(token: str | None) -> int:
    try:
        return int(base64.urlsafe_b64decode(token)) if token else 0
    except (ValueError, binascii.Error) as error:
        raise ValidationException("The nextToken is not one that this service gave.") from error


def _without(members: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}
