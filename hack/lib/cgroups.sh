# Each instance has one cgroup, under which all its daemons and pods live: what is left over can be found and ended by it. Source me.
# shellcheck shell=bash

# Every mounted hierarchy: one with cgroup v2, several with v1, and with both at once the container runtime uses all of them.
hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/self/mounts | sort -u; }

# The hierarchy whose membership is taken as the record of which process belongs to which instance.
tracking_root() {
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then echo /sys/fs/cgroup; else echo /sys/fs/cgroup/freezer; fi
}

make_cgroups() {
  local h
  for h in $(hierarchies); do
    mkdir -p "$h/$CGROUP/daemons" || return 1
    # cpuset groups begin empty, and nothing may enter before they have processors and memory.
    if [ -f "$h/$CGROUP/cpuset.mems" ] && [ -f "$h/cpuset.mems" ]; then
      copy_cpuset "$h" "$h/$CGROUP" && copy_cpuset "$h/$CGROUP" "$h/$CGROUP/daemons"
    fi
  done
}

copy_cpuset() { cat "$1/cpuset.cpus" >"$2/cpuset.cpus" && cat "$1/cpuset.mems" >"$2/cpuset.mems"; }

# enter_cgroup PID: moves a process, and with it all that it will start.
enter_cgroup() { local h; for h in $(hierarchies); do echo "$1" >"$h/$CGROUP/daemons/cgroup.procs" || return 1; done; }

cgroup_members() {
  local d; d=$(tracking_root)/$CGROUP
  [ ! -d "$d" ] || find "$d" -name cgroup.procs -exec cat {} + 2>/dev/null
}

kill_cgroup_members() {
  local p left
  for _ in $(seq 200); do
    left=$(cgroup_members | grep -vx 0 || true)
    [ -n "$left" ] || return 0
    for p in $left; do kill -KILL "$p" 2>/dev/null || true; done
    sleep 0.1
  done
  warn "these processes of $NAME do not end: $(echo $left)"
  return 1
}

remove_cgroups() {
  local h left
  for _ in $(seq 100); do
    left=''
    for h in $(hierarchies); do
      [ -d "$h/$CGROUP" ] || continue
      find "$h/$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null || true
      [ ! -d "$h/$CGROUP" ] || left="$left $h/$CGROUP"
    done
    [ -n "$left" ] || return 0
    sleep 0.1
  done
  warn "these cgroups cannot be removed:$left"
  return 1
}
