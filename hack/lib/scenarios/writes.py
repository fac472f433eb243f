"""What was written by who is graded, by the API server's own record."""
import threading

import audit


class Record:
    """Reads the audit log, one reader at a time."""

    def __init__(self, path, user, since):
        self.path, self.user, self.since = path, user, since
        self.lock = threading.Lock()

    def of(self, namespace):
        """(time, resource, name) of each write to a namespace that changed a spec or ended a pod; None where there is no log."""
        if not self.path:
            return None
        with self.lock:
            return [(time, resource, name) for time, where, resource, name in audit.timed_spec_writes(self.path, self.user, self.since) if where == namespace]
