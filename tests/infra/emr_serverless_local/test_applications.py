from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError


def _error(info) -> tuple[str, int]:
    answer = info.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_an_application_is_created_started_stopped_and_deleted(emr, tools):
    application = emr.application(name="lake", tags={"team": "data"})
    get = lambda: emr.client.get_application(applicationId=application)["application"]  # noqa: E731
    created = get()
    assert created["state"] == "CREATED"
    assert created["name"] == "lake"
    assert created["releaseLabel"] == "emr-spark-8.1.0"
    assert created["createdAt"].tzinfo is not None
    assert created["autoStartConfiguration"] == {"enabled": True}

    emr.client.start_application(applicationId=application)
    assert get()["state"] in {"STARTING", "STARTED"}
    tools.until(lambda: get()["state"] == "STARTED", "STARTED")
    with pytest.raises(ClientError) as refused:
        emr.client.delete_application(applicationId=application)
    assert _error(refused) == ("ValidationException", 400)

    emr.client.stop_application(applicationId=application)
    tools.until(lambda: get()["state"] == "STOPPED", "STOPPED")
    emr.client.delete_application(applicationId=application)
    assert get()["state"] == "TERMINATED"
    with pytest.raises(ClientError) as refused:
        emr.start(application, "true")
    assert _error(refused) == ("ValidationException", 400)


def test_applications_are_listed_by_state_in_pages(emr):
    ids = {emr.application() for _ in range(5)}
    pages = emr.client.get_paginator("list_applications").paginate(
        states=["CREATED"], PaginationConfig={"PageSize": 2}
    )
    seen = [[each["id"] for each in page["applications"]] for page in pages]
    assert [len(page) for page in seen] == [2, 2, 1]
    assert {each for page in seen for each in page} == ids
    assert emr.client.list_applications(states=["STARTED"])["applications"] == []


def test_an_application_is_updated_only_while_it_is_not_started(emr, tools):
    application = emr.application()
    changed = emr.client.update_application(
        applicationId=application, maximumCapacity={"cpu": "8 vCPU", "memory": "32 GB"}
    )["application"]
    assert changed["maximumCapacity"] == {"cpu": "8 vCPU", "memory": "32 GB"}
    emr.client.start_application(applicationId=application)
    with pytest.raises(ClientError) as refused:
        emr.client.update_application(applicationId=application, architecture="ARM64")
    assert _error(refused) == ("ValidationException", 400)


def test_an_application_with_open_runs_is_not_stopped(emr):
    application = emr.application()
    run = emr.start(application, "sleep 60")
    emr.reaches(application, run, "RUNNING")
    with pytest.raises(ClientError) as refused:
        emr.client.stop_application(applicationId=application)
    assert _error(refused) == ("ValidationException", 400)


def test_an_idle_application_stops_by_itself_and_a_job_run_starts_it_again(
    serve, fake_settings, tools
):
    emr = serve(fake_settings(seconds_per_minute=0.3))
    application = emr.application(autoStopConfiguration={"enabled": True, "idleTimeoutMinutes": 1})
    emr.client.start_application(applicationId=application)
    state = lambda: emr.client.get_application(applicationId=application)["application"]["state"]  # noqa: E731
    tools.until(lambda: state() == "STOPPED", "STOPPED by idleness")
    emr.reaches(application, emr.start(application, "true"), "SUCCESS")


def test_no_job_run_starts_an_application_without_auto_start(emr):
    application = emr.application(autoStartConfiguration={"enabled": False})
    with pytest.raises(ClientError) as refused:
        emr.start(application, "true")
    assert _error(refused) == ("ValidationException", 400)
    assert emr.client.list_job_runs(applicationId=application)["jobRuns"] == []


def test_initial_capacity_over_the_maximum_exceeds_the_quota(emr):
    application = emr.application(
        maximumCapacity={"cpu": "4 vCPU", "memory": "16 GB"},
        initialCapacity={
            "DRIVER": {
                "workerCount": 2,
                "workerConfiguration": {"cpu": "4 vCPU", "memory": "8 GB"},
            }
        },
    )
    with pytest.raises(ClientError) as refused:
        emr.client.start_application(applicationId=application)
    assert _error(refused) == ("ServiceQuotaExceededException", 402)


@pytest.mark.parametrize("label", ["emr-spark-8.1.0", "emr-7.13.0"])
def test_release_labels_of_both_lines_are_taken(emr, label):
    made = emr.client.create_application(releaseLabel=label, type="Spark")
    assert made["applicationId"]


@pytest.mark.parametrize(
    "members",
    [
        {"releaseLabel": "emr-spark-8"},
        {"releaseLabel": "spark-4.1.1"},
        {"type": "HIVE"},
        {"schedulerConfiguration": {"queueTimeoutMinutes": 5}},
        {"schedulerConfiguration": {"maxConcurrentRuns": 0}},
    ],
)
def test_an_application_the_service_would_not_make_is_refused(emr, members):
    with pytest.raises(ClientError) as refused:
        emr.client.create_application(
            **({"releaseLabel": "emr-spark-8.1.0", "type": "SPARK"} | members)
        )
    assert _error(refused) == ("ValidationException", 400)
    assert emr.client.list_applications()["applications"] == []


def test_tags_of_applications_and_runs_are_kept_changed_and_removed(emr):
    application = emr.application(tags={"a": "1"})
    run = emr.start(application, "true", tags={"hour": "05"})
    arns = [
        emr.client.get_application(applicationId=application)["application"]["arn"],
        emr.run(application, run)["arn"],
    ]
    for arn in arns:
        emr.client.tag_resource(resourceArn=arn, tags={"b": "2", "c": "3"})
        emr.client.untag_resource(resourceArn=arn, tagKeys=["b"])
    read = [emr.client.list_tags_for_resource(resourceArn=arn)["tags"] for arn in arns]
    assert read == [{"a": "1", "c": "3"}, {"hour": "05", "c": "3"}]
    with pytest.raises(ClientError) as missing:
        emr.client.list_tags_for_resource(resourceArn=arns[0].replace(application, "0" * 16))
    assert _error(missing) == ("ResourceNotFoundException", 404)


def test_one_token_makes_one_application_even_when_asked_for_at_once(emr):
    def create(_: int) -> str:
        return emr.application(clientToken="token-1", name="same")

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(create, range(8)))
    assert len(ids) == 1
    with pytest.raises(ClientError) as conflict:
        emr.application(clientToken="token-1", name="other")
    assert _error(conflict) == ("ConflictException", 409)
