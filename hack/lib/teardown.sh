# Removing everything an instance has made, whatever state it is in. Source me.
# shellcheck shell=bash

tear_down() {
  local rc=0
  end_recorded_but_me
  if [ -n "$INDEX" ]; then
    kill_cgroup_members || rc=1
    remove_link || rc=1
  fi
  unmount_all || rc=1
  [ -z "$INDEX" ] || remove_cgroups || rc=1
  [ $rc = 0 ] || { warn "something of '$NAME' is left; run 'hack/cluster down --name $NAME' again"; return 1; }
  case $STATE in "$CACHE"/clusters/?*) rm -rf --one-file-system "$STATE" ;; esac
}

end_recorded_but_me() {
  local f
  for f in "$PIDS"/*; do
    [ -f "$f" ] || continue
    [ "$(recorded "$(basename "$f")")" = $$ ] || end "$(basename "$f")"
  done
}

# An `up` that hangs or was suspended holds the lock: it goes first.
stop_unfinished_up() {
  local pid
  pid=$(recorded up) || return 0
  [ "$pid" != $$ ] || return 0
  say "stopping the unfinished 'up' of '$NAME'"
  end up
}

# The kernel removes the link with the node's network namespace, a moment after its last process.
remove_link() {
  [ "$FLAVOR" = node ] || return 0
  [ ! -e "/sys/class/net/$LINK" ] || ip link del "$LINK" 2>/dev/null || true
  wait_for 10 "the removal of the link $LINK" test ! -e "/sys/class/net/$LINK"
}

# All mounts are made in namespaces of the instance; this is for what another program may have carried out of them.
unmount_all() {
  local m left
  left=$(awk -v d="$STATE/" 'index($2, d) == 1 {print $2}' /proc/self/mounts | sort -r)
  for m in $left; do umount -l "$m" || return 1; done
}
