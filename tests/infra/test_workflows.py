"""The workflows of GitHub: they call what a person calls, with as few rights as that needs."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import jsonschema
import pytest
import yaml
from flightlake_local.settings import ROOT
from flightlake_release.mwaa import MAX_LOOKS, POLL_S

FOLDER = ROOT / ".github/workflows"
BRINGS_TERRAFORM = "./.github/actions/terraform"


def load(name):
    # YAML 1.1 takes the key `on` for true.
    return yaml.load((FOLDER / name).read_text(), Loader=yaml.BaseLoader)  # noqa: S506


WORKFLOWS = {path.name: load(path.name) for path in sorted(FOLDER.iterdir())}
JOBS = [(name, job) for name, content in WORKFLOWS.items() for job in content["jobs"]]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
DELIVERS = {"dev": "dev", "staging": "staging", "prod": "prod", "back": "${{ inputs.environment }}"}

# What a job does besides a target of the Makefile: it brings what the target needs, and looks at
# what the target left.
BESIDES = {
    "mv .flightlake/release /tmp/first",
    "(cd /tmp/first && find . -type f -exec sha256sum {} + | sort) > /tmp/first.sha256",
    "(cd .flightlake/release && find . -type f -exec sha256sum {} + | sort) > /tmp/second.sha256",
    "diff /tmp/first.sha256 /tmp/second.sha256",
    '[[ "$RELEASE" =~ ^[0-9a-f]{40}$ ]]',
}


def commands(job):
    lines = "\n".join(step.get("run", "") for step in job.get("steps", [])).splitlines()
    return [line for line in lines if line]


def called():
    return sorted(
        {
            line.split()[1]
            for content in WORKFLOWS.values()
            for job in content["jobs"].values()
            for line in commands(job)
            if line.startswith("make ")
        }
    )


@pytest.fixture(params=JOBS, ids=lambda param: f"{param[0].removesuffix('.yaml')}-{param[1]}")
def job(request):
    name, job = request.param
    return WORKFLOWS[name]["jobs"][job]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_is_of_githubs_schema(name):
    vendored = files("check_jsonschema") / "builtin_schemas/vendor/github-workflows.json"
    content = yaml.safe_load((FOLDER / name).read_text())
    content["on"] = content.pop(True)
    jsonschema.validate(content, json.loads(vendored.read_text()))


@pytest.mark.parametrize("target", called())
def test_a_target_that_a_workflow_calls_is_in_the_makefile(target):
    assert target in TARGETS


def test_a_job_calls_targets_and_little_besides(job):
    for line in commands(job):
        assert line.startswith("make ") or line in BESIDES, line


def test_every_action_is_one_commit_with_its_version_beside_it():
    used = [
        line.split("uses:")[1].strip()
        for path in sorted((ROOT / ".github").rglob("*.y*ml"))
        for line in path.read_text().splitlines()
        if re.match(r"\s*(- )?uses:", line)
    ]
    actions = [line for line in used if not line.startswith("./")]
    assert actions
    for line in actions:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    # One commit an action: two would be a version that was forgotten.
    assert len({line.split("@")[0] for line in actions}) == len(set(actions))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_and_only_who_delivers_gets_an_identity(name):
    content = WORKFLOWS[name]
    assert content["permissions"] == {"contents": "read"}
    for title, job in content["jobs"].items():
        if name == "deploy.yaml" and title in DELIVERS:
            assert job["permissions"] == {"contents": "read", "id-token": "write"}
        else:
            assert "permissions" not in job


def test_there_is_no_stored_secret_and_no_key():
    text = "\n".join(path.read_text() for path in FOLDER.iterdir())
    assert "secrets." not in text
    assert "inherit" not in text
    assert not re.search(r"aws-(access-key-id|secret-access-key|session-token)", text)


def test_nothing_is_put_into_a_script_but_by_its_environment():
    for content in WORKFLOWS.values():
        for job in content["jobs"].values():
            assert [line for line in commands(job) if "${{" in line] == []


def test_no_token_is_left_in_a_clone(job):
    for step in job.get("steps", []):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"
            assert step["with"].keys() <= {"persist-credentials", "fetch-depth"}


def test_a_job_ends_in_time_on_a_runner_of_a_known_version(job):
    if "uses" in job:
        # Its jobs are those of a workflow of ours, which has its own limits.
        assert (ROOT / job["uses"]).exists()
        return
    assert 0 < int(job["timeout-minutes"]) <= 240
    assert job["runs-on"] == "ubuntu-24.04"


def test_ci_runs_for_every_change():
    ci = WORKFLOWS["ci.yaml"]
    assert set(ci["on"]) == {"push", "pull_request", "workflow_call"}
    assert ci["on"]["push"] == {"branches-ignore": ["main"]}
    # The push that it leaves out is the one that this begins with.
    assert WORKFLOWS["deploy.yaml"]["jobs"]["ci"]["uses"] == "./.github/workflows/ci.yaml"
    assert set(ci["jobs"]) == {"lint", "test", "infra-test", "package", "mwaa-check", "audit"}
    assert ci["concurrency"]["group"].startswith("ci-")
    assert commands(ci["jobs"]["package"]).count("make package") == 2


def test_each_environment_waits_for_the_one_before_it():
    deploy = WORKFLOWS["deploy.yaml"]
    assert set(deploy["on"]) == {"push", "workflow_dispatch"}
    assert deploy["on"]["push"] == {"branches": ["main"]}
    needs = {title: job.get("needs") for title, job in deploy["jobs"].items()}
    assert needs == {"ci": None, "dev": "ci", "staging": "dev", "prod": "staging", "back": None}


def steps_of(job):
    """A job's steps in the order in which they run: actions without their version, and commands."""
    return [step.get("uses", step.get("run", "")).split("@")[0] for step in job.get("steps", [])]


def test_each_job_that_needs_terraform_brings_it():
    needing = {"test", "nightly", "infra-test"}
    found = set()
    for content in WORKFLOWS.values():
        for job in content["jobs"].values():
            if targets := {c.split()[1] for c in commands(job) if c.startswith("make ")} & needing:
                assert BRINGS_TERRAFORM in steps_of(job)[:-1]
                found |= targets
    assert found == needing


def test_terraform_is_brought_with_the_provider_where_the_checks_look_for_it():
    action = yaml.safe_load((ROOT / BRINGS_TERRAFORM / "action.yml").read_text())
    setup, init = action["runs"]["steps"]
    assert setup["uses"].startswith("hashicorp/setup-terraform@")
    told, where = init["run"].splitlines()[1], init["env"]["TF_DATA_DIR"]
    assert told == f'echo TF_PLUGIN_DIR={where}/providers >> "$GITHUB_ENV"'


def test_no_check_of_ci_is_green_for_nothing():
    lines = [line for job in WORKFLOWS["ci.yaml"]["jobs"].values() for line in commands(job)]
    for target in ("audit", "infra-test", "mwaa-check"):
        assert f"make {target} STRICT=1" in lines


@pytest.mark.parametrize("title", DELIVERS)
def test_a_deployment_speaks_before_its_job_ends_and_its_identity_lasts(title):
    job = WORKFLOWS["deploy.yaml"]["jobs"][title]
    [identity] = [step for step in job["steps"] if "role-to-assume" in step.get("with", {})]
    ends_after_s = 60 * int(job["timeout-minutes"])
    # Ten minutes for what is set up, built and copied before and after.
    assert MAX_LOOKS * POLL_S + 600 < ends_after_s < int(identity["with"]["role-duration-seconds"])


@pytest.mark.parametrize(("title", "environment"), DELIVERS.items())
def test_a_delivery_goes_forward_only_and_the_way_back_does_not(title, environment):
    job = WORKFLOWS["deploy.yaml"]["jobs"][title]
    is_forward = title != "back"
    assert ("FORWARD=1" in commands(job)[-1]) == is_forward
    # Its command asks the history, which a clone of one commit does not have.
    assert (job["steps"][0]["with"].get("fetch-depth") == "0") == is_forward


@pytest.mark.parametrize(("title", "environment"), DELIVERS.items())
def test_a_delivery_is_of_one_environment_and_only_the_way_back_cuts_one_off(title, environment):
    job = WORKFLOWS["deploy.yaml"]["jobs"][title]
    event = "workflow_dispatch" if title == "back" else "push"
    assert job["environment"] == environment
    cuts_off = "true" if title == "back" else "false"
    assert job["concurrency"] == {"group": f"deploy-{environment}", "cancel-in-progress": cuts_off}
    assert f"github.event_name == '{event}'" in job["if"]
    # What is built is built before there is an identity to steal.
    assert steps_of(job)[-2] == "aws-actions/configure-aws-credentials"
    assert commands(job)[-1].startswith("make deploy ENV=")


def test_the_way_back_takes_an_environment_and_the_id_of_a_release():
    inputs = WORKFLOWS["deploy.yaml"]["on"]["workflow_dispatch"]["inputs"]
    assert inputs["environment"]["options"] == ["dev", "staging", "prod"]
    assert inputs["release"]["required"] == "true"


def test_the_night_has_the_long_checks():
    nightly = WORKFLOWS["nightly.yaml"]
    assert set(nightly["on"]) == {"schedule", "workflow_dispatch"}
    lines = [line for job in nightly["jobs"].values() for line in commands(job)]
    for target in ("nightly", "flights-accuracy", "bench-day", "flights-check", "demo", "audit"):
        assert any(line.split()[1] == target for line in lines), target
