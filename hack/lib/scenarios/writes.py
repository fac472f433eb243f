"""What was written by who is graded, by the API server's own record."""
import threading

import audit


class Record:
    """Reads the audit log, one reader at a time."""

    def __init__(self, path, user, since):
        self.writes = audit.SpecWrites(path, user, since) if path else None
        self.lock = threading.Lock()

    def of(self, namespace):
        """(time, resource, name) of each write to a namespace that changed a spec or ended a pod; None where there is no log."""
        found = self.all()
        return None if found is None else [(time, resource, name) for time, where, resource, name in found if where == namespace]

    def elsewhere(self, namespaces):
        """Each write that belongs to no run: to other namespaces, or to the cluster."""
        return [f"{where}/{resource}/{name}" for _, where, resource, name in self.all() or [] if where not in namespaces]

    def all(self):
        if self.writes is None:
            return None
        with self.lock:
            return self.writes.all()
