# Starting daemons and ending exactly those: a process is known by its id and its start time. Source me.
# shellcheck shell=bash

# start_time PID: clock ticks since boot; tells a process from a later one with the same id. None for one that ended and was not collected yet.
start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  case $1 in Z | X) return 1 ;; esac
  echo "${20}"
}

# launch NAME CMD...: a daemon in a session of its own, in the instance's cgroup, recorded before it runs.
launch() {
  local name=$1; shift
  (
    enter_cgroup "$BASHPID"
    record "$name" "$BASHPID"
    TMPDIR=$STATE/tmp exec setsid "$@"
  ) >"$DAEMON_LOGS/$name.log" 2>&1 </dev/null &
  disown
}

record() { echo "$2 $(start_time "$2")" >"$PIDS/$1"; }

# recorded NAME: prints the id if that very process still runs.
recorded() {
  local pid since
  read -r pid since 2>/dev/null <"$PIDS/$1" || return 1
  [ -n "$since" ] && [ "$(start_time "$pid")" = "$since" ] && echo "$pid"
}

# end NAME: kills a recorded process and waits until it is gone. The state goes with it, so there is nothing to save.
end() {
  local pid
  pid=$(recorded "$1") || return 0
  kill -KILL "$pid" 2>/dev/null || true
  wait_for 10 "the end of $1" not_running "$1" || true
}

not_running() { ! recorded "$1"; }

end_recorded() { local f; for f in "$PIDS"/*; do [ ! -f "$f" ] || end "$(basename "$f")"; done; }
