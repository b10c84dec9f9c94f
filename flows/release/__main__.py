"""The process of its own in which one file is looked through: ``apart.py`` starts it."""

import json
import resource
import sys

from flows.release.apart import MOST_MEMORY, MOST_SECONDS
from flows.release.kinds import look

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    head = json.loads(sys.stdin.buffer.readline())
    found = look(head["name"], sys.stdin.buffer.read(), frozenset(head["own"]))
    json.dump([{"code": f.code, "place": f.place, "sentence": f.sentence} for f in found], sys.stdout)
