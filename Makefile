# What this repository can do. Every target is a script in hack/ that can be run by itself; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help build demo demo-down measure-demo scenarios test generate lint

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the command line at bin/chronosops
	@hack/build

demo: ## Ship a bad release to a real cluster and watch it heal (SEED=…, FAULT=…, CLUSTER=current IMAGE_REPO=…)
	@hack/demo

demo-down: ## Remove everything that `make demo` made
	@hack/demo down

measure-demo: ## Run many seeds and print times and writes with median and p95
	@hack/measure-demo

scenarios: ## Play every scenario on a real cluster and print what was done right, and what was needless
	@hack/scenarios

test: ## Run all tests: unit, API server, new Kubernetes, cluster
	@hack/test

generate: ## Generate the CRDs and the roles from the C# types
	@hack/generate

lint: ## Check the formatting
	@dotnet format --verify-no-changes
