"""Check that an entry is among those a checkpoint stands for, with Python's standard library alone.

    python3 check_proof.py PROOF ENTRY

PROOF is what `equipoise checkpoint --prove N` wrote; ENTRY has the bytes of the entry, as
`git cat-file commit` prints them. Written from RFC 9162, 2.1.3.2, and c2sp.org/tlog-proof; it shares no
line with the program. Whether the service signed the checkpoint, `ssh-keygen` says.
"""

import base64
import hashlib
import sys
from pathlib import Path


def digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def main() -> int:
    proof, _, note = Path(sys.argv[1]).read_text(encoding="utf-8").partition("\n\n")
    head, index, *path = proof.split("\n")
    origin, size, root, *_ = note.split("\n")
    number, last = int(index.removeprefix("index ")), int(size) - 1
    here = digest(b"\x00", digest(Path(sys.argv[2]).read_bytes()))
    at, good = number, head == "c2sp.org/tlog-proof@v1" and 0 <= number <= last
    for line in path:
        other = base64.b64decode(line, validate=True)
        good = good and last > 0
        if at % 2 or at == last:
            here = digest(b"\x01", other, here)
            while at and not at % 2:
                at, last = at // 2, last // 2
        else:
            here = digest(b"\x01", here, other)
        at, last = at // 2, last // 2
    if not good or last or base64.b64encode(here).decode() != root:
        print("The proof does not fit.")
        return 1
    print(f"This is entry {number + 1} of the {size} that the checkpoint of {origin} stands for.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
