# Shared by hack/cluster and hack/images: where the cache is, how progress is told, how to wait. Source me.
# shellcheck shell=bash

HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LIB=$HACK/lib
REPO=$(cd "$HACK/.." && pwd)
CACHE=${CHRONOSOPS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/chronosops}
CACHE=$(realpath -m -- "$CACHE")
LOGS=$CACHE/logs

# A kubeconfig or proxy of the caller must never leak into what these scripts ask of their own cluster.
export LC_ALL=C.UTF-8
unset KUBECONFIG

now() { local t=${EPOCHREALTIME/[.,]/}; echo "$((t / 1000))"; }
# One clock for a script and those that it calls.
export CHRONOSOPS_CLOCK=${CHRONOSOPS_CLOCK:-$(now)}
STARTED=$CHRONOSOPS_CLOCK
elapsed() { local ms=$(($(now) - STARTED)); printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }

say() { printf '[%8s] %s\n' "$(elapsed)" "$*" >&2; }
warn() { say "warning: $*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
usage_error() { printf 'error: %s (see --help)\n' "$*" >&2; exit 2; }

# tail_log FILE: the end of a log, marked as such, for the moment something failed.
tail_log() {
  [ -s "$1" ] || return 0
  echo "--- last lines of $1" >&2
  tail -n "${2:-15}" "$1" >&2
}

# logged LOG CMD...: runs CMD with its output in LOG; on failure shows the end of it.
logged() {
  local log=$1; shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || { local rc=$?; tail_log "$log"; return $rc; }
}

# long_step WHAT LOG PROGRAM...: like logged, tells every minute that it goes on. The program and all its children end when this
# script ends, however that happens: they live in a PID namespace whose first process the kernel kills with its parent.
long_step() {
  local what=$1 log=$2 pid start minutes=0; shift 2
  start=$(now)
  mkdir -p "$(dirname "$log")"
  setpriv --pdeathsig KILL -- unshare --pid --fork --kill-child=KILL --mount-proc -- "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 $pid 2>/dev/null; do
    sleep 0.5
    [ $((($(now) - start) / 60000)) -gt $minutes ] || continue
    minutes=$((minutes + 1)); say "still $what, $minutes min so far"
  done
  wait $pid || { tail_log "$log"; return 1; }
}

# wait_for SECONDS WHAT CMD...: polls until CMD succeeds; says what it waits for when that takes long.
# WATCHDOG is a command whose failure ends the wait at once: what is waited for can no longer come.
wait_for() {
  local limit=$1 what=$2 start told=0; shift 2
  start=$(now)
  until "$@" >/dev/null 2>&1; do
    local waited=$(($(now) - start))
    [ $waited -lt $((limit * 1000)) ] || { say "gave up waiting for $what after $limit s"; return 1; }
    if [ $((waited / 10000)) -gt $told ]; then told=$((waited / 10000)); say "still waiting for $what"; fi
    ${WATCHDOG:-true} || return 1
    sleep 0.1
  done
}

# with_lock FILE CMD...: one at a time on this machine. A bare name is a lock of the cache.
with_lock() {
  local file=$1 rc=0; shift
  case $file in /*) ;; *) file=$CACHE/locks/$file ;; esac
  mkdir -p "$(dirname "$file")"
  exec 9>"$file"
  flock -n 9 || { say "waiting for another run that holds $file"; flock 9; }
  # The lock belongs to this shell alone: a daemon started meanwhile must not inherit and keep it.
  "$@" 9>&- || rc=$?
  exec 9>&-
  return $rc
}

need_root() { [ "$(id -u)" = 0 ] || die "this needs root: it makes namespaces, mounts and cgroups, and installs Debian packages"; }
