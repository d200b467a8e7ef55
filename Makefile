# Two commands a user needs: `make demo` and `make test`. Only Python 3.11+ and make are assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help demo test check fuzz kill-test docs answers clean bench jena

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/kb: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[documents]'
	@touch $@

$(VENV)/dev: pyproject.toml $(BIN)/kb
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(BIN)/kb  ## build the five letters of seeds/, ask one question, validate
	$(BIN)/kb build seeds
	$(BIN)/kb query demands-over-time
	$(BIN)/kb validate

check: $(VENV)/dev  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check  ## ruff, mypy and the tests
	$(BIN)/pytest --numprocesses auto --dist loadfile

fuzz: $(VENV)/dev  ## any bytes give a letter or a clear error: looked for, for FUZZ_SECONDS (70)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=3.0' || true
	$(BIN)/python fuzz/letters.py --seconds $(or $(FUZZ_SECONDS),70)

JENA := 5.2.0
.cache/jena/jena-fuseki-server-$(JENA).jar:
	mvn -q dependency:copy -Dartifact=org.apache.jena:jena-fuseki-server:$(JENA) -DoutputDirectory=$(CURDIR)/.cache/jena

.cache/jena/apache-jena-$(JENA):
	mvn -q dependency:copy -Dartifact=org.apache.jena:apache-jena:$(JENA):tar.gz -DoutputDirectory=$(CURDIR)/.cache/jena
	tar -xzf $@.tar.gz -C .cache/jena

jena: .cache/jena/jena-fuseki-server-$(JENA).jar .cache/jena/apache-jena-$(JENA)  ## fetch Apache Jena, a peer in tests and benchmarks (needs Java and Maven)

kill-test: $(VENV)/dev  ## kill builds 100 times, and more random edits than in `make test`
	KB_KILLS=100 KB_EXAMPLES=100 $(BIN)/pytest tests/test_build.py -k "killed or incremental"

LETTERS ?= 1000
bench: $(VENV)/dev  ## every figure beside its peers, on LETTERS letters (1000): benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks --letters $(LETTERS) --jena .cache/jena/apache-jena-$(JENA) \
		--fuseki .cache/jena/jena-fuseki-server-$(JENA).jar

docs: $(VENV)/dev  ## make the pages that are made from other files
	$(BIN)/python -m kb.ontology_page > docs/ontology.html

answers: $(VENV)/dev  ## write tests/answers/ anew: read what changed before you commit it
	WRITE_ANSWERS=1 $(BIN)/pytest tests/test_queries.py

clean:  ## remove what can be made again
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
