# How the demo talks: numbered steps, each with what is expected of it. Source me after lib/common.sh.
# shellcheck shell=bash

STEP=0
if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD='' PLAIN=''; fi

# step EXPECTED WHAT: announces the next step. EXPECTED is what it usually takes on a machine with 2 cores.
step() {
  STEP=$((STEP + 1))
  say "${BOLD}step $STEP: $2${PLAIN} (about $1)"
}

interrupted() {
  trap - INT TERM
  echo >&2
  say "interrupted; what is up stays up, and 'make demo-down' removes it"
  exit 130
}

utc_now() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
random_seed() { od -An -N3 -tu4 /dev/urandom | tr -d ' '; }
