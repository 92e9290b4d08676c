# Flightlake's commands; `make` alone prints them. Everything needs `setup`, which ends at once
# where there is nothing to do.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo up down status logs replay land query spark-sql export restore cost package \
	deploy docs guide test infra-test lint format bench-day bench-log flights-tracks flights-accuracy \
	flights-check mwaa-check mwaa-envs lock clean audit compose-env nightly checkov

PYTHON := .venv/bin/python
LOCAL := $(PYTHON) -m flightlake_local
RELEASES := $(PYTHON) -m flightlake_release
LAKE_OPTION = $(if $(LAKE),--lake $(LAKE))
OWN_CODE := dags jobs plugins infra tests

# What a person typed reaches the program as it is, whatever quotes and dollars it holds.
export QUERY_SQL := $(value SQL)
export QUERY_FORMAT := $(value FORMAT)
export REPLAY_FROM := $(value FROM)
export LAND_LAKE := $(value LAKE)
export EXPORT_TABLE := $(value TABLE)
export EXPORT_FROM := $(value FROM)
export EXPORT_TO := $(value TO)
export EXPORT_AREA := $(value AREA)
export EXPORT_COLUMNS := $(value COLUMNS)
export EXPORT_FORMAT := $(value FORMAT)
export DEPLOY_ENV := $(value ENV)
export DEPLOY_RELEASE := $(value RELEASE)
export DEPLOY_DRY_RUN := $(value DRY_RUN)
export DEPLOY_FORWARD := $(value FORWARD)
export RESTORE_TABLE := $(value TABLE)
export RESTORE_VERSION := $(value VERSION)
export RESTORE_AT := $(value AT)
export RESTORE_ACCEPT := $(value ACCEPT)
export COST_ENV := $(value ENV)
unexport SQL FORMAT FROM TABLE TO AREA COLUMNS VERSION AT ACCEPT ENV RELEASE DRY_RUN FORWARD
MAKEOVERRIDES :=

help: ## print this help
	@echo 'Flightlake: a flight-data lakehouse that runs unchanged on a laptop and on AWS.'
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
		sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-16s %s\n' "$$name" "$$text"; done
	@echo
	@echo 'Ports and the like are settings: make up FLIGHTLAKE_LOCAL_AIRFLOW_PORT=8090'

setup: ## make .venv and fetch the jars, where that is not done
	@sh infra/local/setup.sh

demo: setup ## everything, live, with two past hours processed (LAKE=s3: on an S3 server)
	@$(LOCAL) demo $(LAKE_OPTION)

up: setup ## start what does not run (LAKE=s3: with the lake on an S3 server)
	@$(LOCAL) up $(LAKE_OPTION)

down: ## stop all that was started here, and only that
	@if [ -x $(PYTHON) ] && [ -d .flightlake/run ]; then $(LOCAL) down; else echo 'Nothing runs.'; fi

status: setup ## tell what runs
	@$(LOCAL) status

logs: setup ## follow what the services say (SERVICE=scheduler: one of them)
	@$(LOCAL) logs $(SERVICE)

replay: setup ## land recorded answers and process their hours: FROM=<file or folder>
	@$(LOCAL) replay

land: setup ## land recorded answers in a lake elsewhere: FROM=<file or folder> LAKE=s3://<bucket>
	@$(LOCAL) land

query: setup ## ask the tables, with no JVM: SQL="…", FORMAT=table|csv|json
	@$(LOCAL) query

spark-sql: setup ## open Spark SQL with the same names (SQL="…": run that)
	@$(LOCAL) spark-sql

export: setup ## rows as files: TABLE= FROM= TO= AREA= COLUMNS= FORMAT=csv|jsonl|parquet|…
	@$(LOCAL) export

restore: setup ## a table's earlier rows: TABLE= VERSION=<number> or AT=<UTC>, then ACCEPT=yes
	@$(LOCAL) restore

cost: setup ## what an environment on AWS costs a month: ENV=dev|staging|prod
	@$(LOCAL) cost

package: setup ## build the release of this commit, all that AWS gets, in .flightlake/release
	@$(RELEASES) package

deploy: setup ## make an environment run a release: ENV=<name> RELEASE=<commit> DRY_RUN=1
	@$(RELEASES) deploy

docs: setup ## write the tables, lists of SQL and costs of docs/ anew
	@$(LOCAL) docs

guide: setup ## write docs/analyst-guide.md anew: questions, SQL and answers
	@$(LOCAL) guide

bench-day: setup ## time a simulated day through silver and gold (AIRCRAFT=11500 HOURS=24)
	@$(PYTHON) -m flightlake_measure.day

bench-log: setup ## time commits, a restore and maintenance on a table of years (FILES=290000)
	@$(PYTHON) -m flightlake_measure.old_table

flights-tracks: setup ## measure flights on real tracks (TRACKS=<folder>; BY=sql: by the SQL)
	@$(PYTHON) -m flightlake_measure.flights_tracks

flights-accuracy: setup ## measure flights against a simulated sky's truth (AIRCRAFT=150)
	@$(PYTHON) -m flightlake_measure.flights_accuracy

flights-check: setup ## hold the flights of bench-day's day against the same rules in SQL
	@$(PYTHON) -m flightlake_measure.flights_check

test: setup mwaa-envs ## run the tests (ARGS="-k name": some of them)
	@$(PYTHON) -m pytest -n 2 -m 'not nightly' $(ARGS)

nightly: setup checkov ## run what takes minutes: kills, S3, a lake made again, Terraform's tests
	@$(PYTHON) -m pytest -n 2 -m nightly $(ARGS)

infra-test: setup checkov ## hold the Terraform code against its rules (STRICT=1: skip nothing)
	@$(PYTHON) infra/terraform/check.py $(if $(STRICT)$(CI),--strict)

lint: setup ## check style and types
	@.venv/bin/ruff check $(OWN_CODE)
	@.venv/bin/ruff format --check $(OWN_CODE)
	@.venv/bin/mypy dags jobs plugins infra

format: setup ## bring the code into shape
	@.venv/bin/ruff check --fix $(OWN_CODE)
	@.venv/bin/ruff format $(OWN_CODE)

audit: setup ## look for weaknesses, secrets and careless workflows (STRICT=1: skip nothing)
	@$(PYTHON) infra/local/audit.py $(if $(STRICT),--strict)

compose-env: setup ## make .env for docker-compose.yaml, where there is none
	@$(LOCAL) compose-env

mwaa-check: setup ## would this release install and import on MWAA? (STRICT=1: skip nothing)
	@$(PYTHON) infra/local/mwaa_check.py $(if $(STRICT)$(CI),--strict)

checkov: setup ## install what scans the Terraform code, where it is not there yet
	@$(PYTHON) infra/local/checkov.py

mwaa-envs: setup ## make the environments of MWAA's Airflow versions, to import the DAGs in
	@$(PYTHON) infra/local/mwaa_envs.py

lock: setup ## resolve requirements.lock anew, and from it what the Spark jobs get
	@.tools/uv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --group jobs --group local --group dev \
		-c infra/mwaa/constraints-3.2.1.txt pyproject.toml -o requirements.lock
	@.tools/uv/bin/uv pip compile --python-version 3.11 \
		--python-platform x86_64-manylinux_2_34 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' --group jobs -c requirements.lock \
		$(foreach name,pyspark py4j delta-spark,--no-emit-package $(name)) \
		-o infra/emr/requirements.txt

clean: down ## stop everything and remove its state, .flightlake/
	@rm -rf .flightlake
