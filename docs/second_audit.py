"""Read a register, or the evidence pack of a case, and say whether it passes, or where it fails.

    python3 docs/second_audit.py REGISTER.git|PACK.zip [--pin FINGERPRINT] [--checkpoint FILE]
        [--openings FILE]

A second implementation, so that nobody need trust the first: it was written from register.md and
acts.md, the two pages beside it, and shares no line with the program. It needs Python's standard
library, `git` (2.36 or later) as a store of bytes, and `ssh-keygen` to verify signatures.

What it leaves open is said at its end: whether a paper is its text and a text what its assessment becomes,
what the checks of a draft would find, whether the dates of an act follow one another, and, but for three
settings, the repository's own configuration. It is no part of the program and nothing imports it.

What is read may have been written by anybody. Nothing of it is run; what is larger than anything in a
register is not read; where a link, a pipe or a device stands in the repository no file is opened at all,
since git would wait for it; and what was not foreseen here is a finding, `E_PARSE`, like any other.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOI, LEGAL, SIGN_OFF = "foi-officer", "legal-reviewer", "sign-off-officer"
ADMIN, AUDITOR, SERVICE = "administrator", "auditor", "service"
RECEIVED, DRAFTING, PUBLISHING, PUBLISHED, SENT = "received", "drafting", "publication", "published", "sent"
DECIDES = {"legal-review": LEGAL, "balancing": SIGN_OFF}
"""The gates, and whose they are."""
REASONED = {
    *("correct-receipt", "step-aside", "read-request", "override", "return", "take-back", "correct"),
    *("reopen", "withdraw-draft", "complied", "correct-day"),
}
DONE_BY = {  # acts.md; for a document's act the stage it needs and the one it leads to
    "open": ({SERVICE}, "intake: open {case}"),
    "correct-receipt": ({FOI}, "receipt: correct that of {case}"),
    "confirm-receipt": ({SIGN_OFF}, "receipt: confirm that of {case}"),
    "assign": ({FOI, LEGAL, SIGN_OFF}, "assigning: assign {case} to {person}"),
    "step-aside": ({FOI, LEGAL, SIGN_OFF}, "assigning: step aside from {case}"),
    "read-request": ({FOI, LEGAL, SIGN_OFF, AUDITOR}, "reading: open the request of {case}"),
    "ask-clarification": ({FOI}, "clarification: ask about {case}"),
    "clarified": ({FOI}, "clarification: take the answer to {case}"),
    "fees-notice": ({FOI}, "fees: give notice on {case}"),
    "fee-paid": ({FOI}, "fees: take the fee for {case}"),
    "extend": ({FOI}, "extension: take more time for {case}"),
    "day-specified": ({FOI}, "clock: take the day specified for {case}"),
    "evidence": ({FOI, LEGAL}, "evidence: keep it in {case}"),
    "consult": ({FOI}, "consultation: ask about {case}"),
    "consulted": ({FOI}, "consultation: take the answer to {case}"),
    "records": ({FOI}, "records: schedule those of {case}"),
    "draft": ({SERVICE, FOI}, "drafting: draft {what} version {version}"),
    "override": ({SIGN_OFF}, "drafting: override {finding} in {what} version {version}"),
    "submit": ({FOI}, "drafting: submit {what} version {version}"),
    "approve": (set(), "{gate}: approve {what} version {version}"),
    "return": (set(), "{gate}: return {what} version {version}"),
    "take-back": ({FOI, SIGN_OFF}, "drafting: take back {what} version {version}"),
    "publish": ({SERVICE}, "publication: publish {what} version {version}"),
    "sent": ({FOI}, "sending: record {what} version {version} as sent"),
    "correct": ({FOI}, "drafting: correct {what} version {version}"),
    "close": ({FOI}, "closing: close {case} as {ground}"),
    "reopen": ({SIGN_OFF}, "drafting: reopen {what} version {version}"),
    "withdraw-draft": ({FOI}, "drafting: withdraw the draft of {what} version {version}"),
    "log": ({FOI}, "log: enter {case} as {entry}"),
    "review-asked": ({FOI}, "review: take the request for one of {case}"),
    "review-decided": ({FOI, SIGN_OFF}, "review: decide that of {case}"),
    "correct-day": ({SIGN_OFF}, "days: put right that of act {act} of {case}"),
    "complained": ({FOI}, "complaint: take that about {case}"),
    "notice": ({FOI}, "complaint: take the decision notice on {case}"),
    "complaint-closed": ({FOI}, "complaint: end that about {case}"),
    "information-notice": ({FOI}, "complaint: take the information notice on {case}"),
    "complied": ({FOI}, "complaint: comply in {case}"),
    "appealed": ({FOI}, "appeal: take that on {case}"),
    "decided": ({FOI}, "appeal: take the decision on {case}"),
    "erase": ({ADMIN}, "erasure: propose that of {case}"),
    "confirm-erasure": ({ADMIN}, "erasure: erase {case}"),
}
FACTS = {
    "open": {"received", "recipient", "regime"},
    "submit": {"gates"},
    "sent": {"on", "by"},
    "correct-day": {"was", "on", "act"},
}
"""What must be stated, and, of these acts, what may be besides."""
OPTIONAL = {
    "open": {"attachments"},
    "submit": {"rules", "findings", "made-with"},
    "sent": {"due", "message", "records"},
    "correct-day": {"due"},
}
NO_FACTS = {
    "draft",
    "return",
    "take-back",
    "correct",
    "reopen",
    "step-aside",
    "read-request",
    "confirm-erasure",
}
DOCUMENTS = {
    *("test", "response", "clarification", "fees", "extension", "cost", "vexatious", "transfer", "review"),
    "schedule",
}
SENDS = {
    "ask-clarification": "clarification",
    "fees-notice": "fees",
    "extend": "extension",
    "review-decided": "review",
}
DATED = {"sent", "clarified", "fee-paid", "review-asked", *SENDS}
"""Acts of which the day can be put right, `on`."""
MOVES = {  # of a document: from which stages, and to which
    "draft": ({RECEIVED, DRAFTING}, DRAFTING),
    "override": ({DRAFTING}, DRAFTING),
    "take-back": ({PUBLISHING}, DRAFTING),
    "publish": ({PUBLISHING}, PUBLISHED),
    "sent": ({PUBLISHED}, SENT),
    "correct": ({PUBLISHED, SENT}, DRAFTING),
    "reopen": ({SENT, "closed"}, DRAFTING),
    **{act: ({PUBLISHED}, SENT) for act in SENDS},
}
POLICY_ACTS = {  # the sentence of the entry, and what the act changes: a file, or a key within one
    "found": ("policy: found the register", ""),
    "add-officer": ("policy: authorise {person}", "roster.json"),
    "revoke-officer": ("policy: revoke {person}", "roster.json"),
    "add-holiday": ("policy: add the bank holiday {date}", "calendar.json"),
    "remove-holiday": ("policy: remove the bank holiday {date}", "calendar.json"),
    "add-closure": (
        "policy: state that there is no session from {first} to {last}",
        "calendar.json closures",
    ),
    "remove-closure": (
        "policy: take back that there is no session from {first} on",
        "calendar.json closures",
    ),
    "change-theme": ("policy: change how papers look", "theme.json"),
    "change-letters": ("policy: change what letters say of the authority", "rules.json letters"),
    "change-desk": ("policy: change where passkeys sign", "rules.json desk"),
    "change-attested": ("policy: change what a sign-in attests", "rules.json attested"),
    "change-body": ("policy: change the kind of authority to {body}", "rules.json body"),
    "change-retention": ("policy: keep cases for {months} months", "rules.json retention"),
    "change-approvals": ("policy: let the {document} need the approvals {approvals}", "rules.json gates"),
    "change-pattern": ("policy: change how references are made", "rules.json reference-pattern"),
    "change-reminders": ("policy: remind people {days} working days before", "rules.json chase-within"),
    "change-authority": ("policy: change the name of the authority", "roster.json authority"),
    "change-threshold": (
        "policy: set how many administrators a change takes to {administrators}",
        "rules.json threshold",
    ),
    "change-recovery": ("policy: change the recovery key", "rules.json recovery"),
    "adopt-edition": ("policy: adopt edition {edition} of the procedure", "rules.json edition"),
    "resume": ("policy: let the register be written again", ""),
    "suspect-key": ("policy: suspect a key of {person} since entry {since}", "roster.json"),
    "change-service-key": ("policy: change the key of the service", "roster.json"),
    "recover": ("policy: name {person} an administrator by the recovery key", "roster.json"),
}
STATED = {
    "body": "body",
    "retention": "months",
    "threshold": "administrators",
    "edition": "edition",
    "reference-pattern": "pattern",
    "chase-within": "days",
    "authority": "authority",
}
"""A value of the policy, and the fact that states it."""
POLICY_FILES = ("calendar.json", "roster.json", "rules.json", "theme.json")
FIELDS = {
    *("act", "actor", "case", "details", "document", "files", "format", "gate", "key", "number", "policy"),
    *("previous", "reason", "register", "role", "time", "version"),
}
TRAILERS = ("Sequence", "Case", "Act", "Statement", "Previous-Entry", "Case-Previous", "Policy")
APPROVALS = {"full": "legal-review balancing", "two-person": "balancing", "one-person": "none"}
EDITIONS = (1, 2, 3)
RULES = {1: 1, 2: 2, 3: 2}
"""By edition, the lowest version of the checks; there is none above the highest."""
MADE_WITH = re.compile(
    "equipoise=V renderer=H templates=H wording=H( [a-z][a-z0-9-]{0,39}=V){0,8}".replace(
        "V", "[0-9A-Za-z.+!-]{1,40}"
    ).replace("H", "[0-9a-f]{64}")
)
UNSEEN = re.compile(
    "["
    "\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb"
    "\ufffe-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15))
    + "]"
)
DAY = 24 * 60 * 60
OWN_KEY = {  # what no sign-in attests, whatever the policy says; nor anything that is done to the policy
    *("approve", "return", "override", "take-back", "reopen", "close", "confirm-receipt", "review-decided"),
    *("erase", "confirm-erasure", "open", "publish", "correct-day"),
}
WORD = r"[A-Za-z0-9._:/+-]{1,100}"
ATTESTED = re.compile(
    r"issuer=(https?://[!-~]{1,200}) account=([0-9a-f]{64}) at=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) "
    rf"amr=((?:{WORD}(?:,{WORD}){{0,7}})?) acr=(?:{WORD})?"
)
FRESH, AHEAD = 15 * 60, 60
"""Seconds before the act, and after it, at which somebody may have signed in."""
REFERENCE = re.compile(r"[A-Za-z0-9](?!.*(\.\.|//))[A-Za-z0-9_./-]{0,39}(?<![/.])")
ORIGIN = re.compile(r"(https://[a-z0-9.-]+|http://localhost)(:[0-9]{1,5})?")
PLAIN, FOLDER = "100644", "40000"
LARGEST = {"commit": 1 << 16, "tree": 1 << 23, "blob": 1 << 27}
"""Bytes of an object; and below, of a file beside the objects, of all in a pack, and files of a folder."""
LARGEST_FILE, LARGEST_PACK, MOST_FILES = 1 << 24, 1 << 29, 200_000
TOLD = 100
"""Findings of one code that are told one by one."""
UNFORESEEN = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, AssertionError),
    *(OSError, MemoryError, RuntimeError, StopIteration, struct.error, zipfile.BadZipFile, zlib.error),
)
"""What Python says of data that is out of form in a way that nobody thought of."""


class FailError(Exception):
    """Something is not as the page says: a code of register.md, and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code, self.sentence = code, sentence


def failed_by(error: BaseException) -> FailError:
    """Return as a finding what went wrong."""
    return error if isinstance(error, FailError) else FailError("E_PARSE", "It is not in the form it is in.")


def need(true: object, code: str, sentence: str) -> None:
    if not true:
        raise FailError(code, sentence)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Objects:
    """The objects of a repository, each hashed when it is read.

    git runs in a repository of its own, made here, and is given no more of the one that is looked at
    than its folder of objects: so no configuration, hook, graft or replacement is taken up.
    """

    def __init__(self, folder: Path | None = None, pack: bytes = b"") -> None:
        self._own = tempfile.TemporaryDirectory()
        self._env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_DIR": self._own.name,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }
        self._run("init", "--quiet", "--bare", self._own.name)
        if folder:
            self._env["GIT_OBJECT_DIRECTORY"] = str(folder)
        else:
            try:
                self._run("unpack-objects", "-q", given=pack)
            except FailError:
                self._own.cleanup()
                raise
        self._git: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._own.cleanup()

    def read(self, id_: str, kind: str) -> bytes:
        need(re.fullmatch("[0-9a-f]{40}", id_), "E_PARSE", "An object has a name that is none.")
        found = self._asked(id_)
        need(found, "E_MISSING", f"The {kind} {id_} is not there.")
        there, data = found or ("", b"")
        name = hashlib.sha1(b"%s %d\0%s" % (there.encode(), len(data), data), usedforsecurity=False)
        need(name.hexdigest() == id_ and there == kind, "E_OBJECT", f"{id_} is not the {kind} it should be.")
        return data

    def has(self, id_: str) -> bool:
        return self._info(id_) is not None

    def _asked(self, id_: str) -> tuple[str, bytes] | None:
        told = self._info(id_)
        if told is None:
            return None
        kind, size = told
        need(size <= LARGEST.get(kind, 0), "E_OBJECT", f"The {kind} {id_} is larger than any in a register.")
        head, git = self._say(f"contents {id_}").split(), self._git
        data = git.stdout.read(size + 1) if head and git and git.stdout else b""
        if len(data) != size + 1:
            self._stop()  # git gives up on an object that is damaged
            raise FailError("E_OBJECT", f"The object {id_} is damaged.")
        return kind, data[:-1]

    def _info(self, id_: str) -> tuple[str, int] | None:
        """Return kind and size of an object, None where it is missing; nothing is unpacked for it."""
        head = self._say(f"info {id_}").split()
        if head and head[-1] == b"missing":
            return None
        if len(head) != 3:
            self._stop()
            raise FailError("E_OBJECT", f"The object {id_} is damaged.")
        return head[1].decode(), int(head[2])

    def _say(self, command: str) -> bytes:
        """Return the first line of what git answers to a command."""
        if not self._git:
            self._git = subprocess.Popen(
                ["git", "cat-file", "--batch-command"],
                env=self._env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        git = self._git
        assert git.stdin
        assert git.stdout
        try:
            git.stdin.write(f"{command}\n".encode())
            git.stdin.flush()
            return git.stdout.readline()
        except BrokenPipeError:
            return b""

    def _run(self, *arguments: str, given: bytes = b"") -> None:
        done = subprocess.run(
            ["git", *arguments], env=self._env, input=given, capture_output=True, check=False
        )
        need(done.returncode == 0, "E_OBJECT", "The pack of objects cannot be read.")

    def _stop(self) -> None:
        if self._git:
            assert self._git.stdin
            assert self._git.stdout
            with suppress(BrokenPipeError):
                self._git.stdin.close()
            self._git.stdout.close()
            self._git.wait()
            self._git = None


# Keys and signatures


def text(data: bytes, at: int) -> tuple[bytes, int]:
    """Return a string of SSH's wire format (RFC 4251, section 5), and where the next begins."""
    need(at + 4 <= len(data), "E_SIGNATURE", "A signature is cut short.")
    end = at + 4 + struct.unpack_from(">I", data, at)[0]
    need(end <= len(data), "E_SIGNATURE", "A signature is cut short.")
    return data[at + 4 : end], end


P25519, D25519 = 2**255 - 19, -121665 * pow(121666, -1, 2**255 - 19) % (2**255 - 19)
P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B256 = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def sound_ed25519(written: bytes) -> bool:
    """Whether 32 bytes are a point of Edwards25519, written in the one way, not of small order (RFC 8032)."""
    y = int.from_bytes(written, "little") & (2**255 - 1)
    p = P25519
    if len(written) != 32 or y >= p:
        return False
    u, v = (y * y - 1) % p, (D25519 * y * y + 1) % p
    x = u * pow(v, 3, p) * pow(u * pow(v, 7, p), (p - 5) // 8, p) % p
    if (v * x * x - u) % p:
        x = x * pow(2, (p - 1) // 4, p) % p
    if (v * x * x - u) % p or (x == 0 and written[31] >> 7):
        return False
    for _ in range(3):  # eight times a point of small order is the neutral one
        k = D25519 * x * x * y * y % p
        x, y = 2 * x * y * pow(1 + k, -1, p) % p, (y * y + x * x) * pow(1 - k, -1, p) % p
    return x != 0


def sound_p256(written: bytes) -> bool:
    """Whether 65 bytes are a point of P-256, not compressed (SEC 1, 2.3.4)."""
    x, y = int.from_bytes(written[1:33], "big"), int.from_bytes(written[33:], "big")
    fits = (y * y - x**3 + 3 * x - B256) % P256 == 0
    return len(written) == 65 and written[0] == 4 and x < P256 and y < P256 and fits


def sound(public: str) -> bool:
    """Whether a key is of a kind that may be listed, and proves something."""
    kind, _, rest = public.partition(" ")
    try:
        blob = base64.b64decode(rest, validate=True)
        named, at = text(blob, 0)
        parts = []
        while at < len(blob):
            part, at = text(blob, at)
            parts.append(part)
    except (ValueError, FailError):
        return False
    if named.decode("ascii", "replace") != kind or public != f"{kind} {base64.b64encode(blob).decode()}":
        return False
    match kind, parts:
        case "ssh-ed25519", [point]:
            return sound_ed25519(point)
        case "sk-ssh-ed25519@openssh.com", [point, application]:
            return sound_ed25519(point) and application.startswith(b"ssh:")
        case "sk-ecdsa-sha2-nistp256@openssh.com", [b"nistp256", point, _]:
            return sound_p256(point)
        case _:
            return False


def point(public: str) -> bytes:
    """Return the point of a sound key, which is the same however the key is written."""
    blob = base64.b64decode(public.split()[1])
    kind, at = text(blob, 0)
    if b"ecdsa" in kind:
        _, at = text(blob, at)
    return text(blob, at)[0]


@dataclass(frozen=True)
class Signature:
    """An SSHSIG taken apart (OpenSSH's PROTOCOL.sshsig)."""

    armoured: str
    public: str
    namespace: str
    form: str
    rest: bytes


def parse_signature(armoured: str) -> Signature:
    inner = armoured.removeprefix("-----BEGIN SSH SIGNATURE-----\n").removesuffix(
        "-----END SSH SIGNATURE-----\n"
    )
    try:
        blob = base64.b64decode(inner.replace("\n", ""), validate=True)
    except ValueError:
        raise FailError("E_SIGNATURE", "A signature is not in OpenSSH's form.") from None
    lines = re.findall(".{1,70}", base64.b64encode(blob).decode())
    again = "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])
    need(again == armoured and blob[:10] == b"SSHSIG\0\0\0\1", "E_SIGNATURE", "A signature is out of form.")
    key, at = text(blob, 10)
    namespace, at = text(blob, at)
    reserved, at = text(blob, at)
    hashed, at = text(blob, at)
    inner_blob, at = text(blob, at)
    form, beyond = text(inner_blob, 0)
    fit = at == len(blob) and not reserved and hashed == b"sha512"
    need(fit, "E_SIGNATURE", "A signature is out of form.")
    kind = text(key, 0)[0].decode("ascii", "replace")
    public = f"{kind} {base64.b64encode(key).decode()}"
    return Signature(
        armoured,
        public,
        namespace.decode("ascii", "replace"),
        form.decode("ascii", "replace"),
        inner_blob[beyond:],
    )


@cache
def keygen(public: str, namespace: str, armoured: str, data: bytes) -> bool:
    """Whether OpenSSH says that the signature is good."""
    with tempfile.TemporaryDirectory() as folder:
        allowed, signed = Path(folder) / "allowed", Path(folder) / "sig"
        allowed.write_text(f"somebody {public}\n")
        signed.write_text(armoured)
        command = ["ssh-keygen", "-Y", "verify", "-n", namespace, "-I", "somebody"]
        command += ["-f", str(allowed), "-s", str(signed)]
        return subprocess.run(command, input=data, capture_output=True, check=False).returncode == 0


def verify(found: Signature, data: bytes, namespace: str, origins: list[str]) -> None:
    need(sound(found.public), "E_SIGNATURE", "The signature is by a key that proves nothing.")
    need(found.namespace == namespace, "E_SIGNATURE", "The signature was made for another use.")
    if found.form == "webauthn-sk-ecdsa-sha2-nistp256@openssh.com":
        passkey(found, origins)
    else:
        need(
            found.form == found.public.split()[0],
            "E_SIGNATURE",
            "The signature is of another kind than its key.",
        )
    if found.form.startswith("sk-"):
        flags = found.rest[-5]
        need(flags & 1, "E_SIGNATURE", "The security key was not touched.")
        security_key = b"ssh:" in base64.b64decode(found.public.split()[1])
        need(security_key, "E_SIGNATURE", "A passkey signed as a security key does.")
    good = keygen(found.public, namespace, found.armoured, data)
    need(good, "E_SIGNATURE", "The signature does not fit.")


def passkey(found: Signature, origins: list[str]) -> None:
    """Check what ``ssh-keygen`` leaves open of a passkey's signature."""
    ecdsa, at = text(found.rest, 0)
    flags, at = found.rest[at], at + 5
    origin, at = text(found.rest, at)
    said, at = text(found.rest, at)
    _, half = text(ecdsa, 0)
    s = int.from_bytes(text(ecdsa, half)[0], "big")
    application = base64.b64decode(found.public.split()[1])
    host = re.sub(r"^https?://|:\d+$", "", origin.decode())
    try:
        client = json.loads(said)
    except ValueError:
        raise FailError("E_SIGNATURE", "The browser's data are no JSON.") from None
    need(flags & 1 and flags & 4, "E_SIGNATURE", "The passkey was used with nobody verified.")
    need(
        origin.decode() in origins,
        "E_SIGNATURE",
        "The passkey was used on a page that is no desk of this policy.",
    )
    need(client.get("origin") == origin.decode(), "E_SIGNATURE", "The browser names another page.")
    need(
        application.endswith(struct.pack(">I", len(host)) + host.encode()),
        "E_SIGNATURE",
        "Another host's passkey.",
    )
    framed = client.get("crossOrigin", False) is not False or "topOrigin" in client
    need(not framed, "E_SIGNATURE", "The page stood within another's.")
    need(s <= N256 // 2, "E_SIGNATURE", "The signature has the higher of the two values of s.")


# The JSON of a register


def unjson(data: bytes, code: str) -> Any:
    try:
        value = json.loads(data)
        again = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    except (ValueError, RecursionError):
        raise FailError(code, "It is not JSON.") from None
    nfc = unicodedata.is_normalized("NFC", data.decode())
    need(again == data and nfc, code, "It is not in the one form of JSON.")
    need(plain(value), code, "It is not in the one form of JSON.")
    return value


def plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(plain, value.values()))
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or (isinstance(value, (str, int)) and not isinstance(value, bool))


@dataclass(frozen=True)
class Policy:
    """The four files of a policy."""

    files: dict[str, Any]

    @property
    def version(self) -> int:
        return int(self.files["roster.json"]["version"])

    @property
    def people(self) -> dict[str, dict[str, Any]]:
        return {person["id"]: person for person in self.files["roster.json"]["people"]}

    @property
    def rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = self.files["rules.json"]
        return rules

    def owner(self, public: str) -> str | None:
        return next((name for name, person in self.people.items() if public in person["keys"]), None)


def parse_policy(files: dict[str, bytes], register: str) -> Policy:
    try:
        return read_policy(files, register)
    except UNFORESEEN:
        raise FailError("E_POLICY", "The policy is out of form.") from None


def read_policy(files: dict[str, bytes], register: str) -> Policy:
    policy = Policy({name: unjson(files[name], "E_POLICY") for name in POLICY_FILES})
    need(all(isinstance(file, dict) for file in policy.files.values()), "E_POLICY", "A file is no object.")
    try:
        versions = {file["version"] for file in policy.files.values()}
        formats = {file["format"] for file in policy.files.values()}
        people, keys = policy.people, [key for person in policy.people.values() for key in person["keys"]]
        twice = any(len(person["keys"]) != len(set(person["keys"])) for person in people.values())
        fit = (
            len(versions) == 1
            and formats == {1}
            and policy.files["roster.json"]["register"] == register
            and list(people) == sorted(people)
            and len(people) == len(policy.files["roster.json"]["people"])
            and not twice
        )
    except (KeyError, TypeError):
        raise FailError("E_POLICY", "The policy is out of form.") from None
    need(fit, "E_POLICY", "The policy is out of form.")
    need(all(map(sound, keys)), "E_WEAK_KEY", "The policy lists a key that proves nothing.")
    need(
        policy.rules.get("edition") in EDITIONS, "E_POLICY", "The policy names an edition that nobody knows."
    )
    seen(policy.files, policy.rules["edition"], "E_POLICY")
    sign = [p for p in people.values() if p["keys"] and ADMIN in p["roles"]]
    threshold = policy.rules.get("threshold")
    enough = threshold == 1 or (threshold == 2 and len(sign) >= 2)
    need(enough, "E_POLICY", "A change of the policy takes more administrators than there are.")
    gates = policy.rules.get("gates", {})
    few = "one-person" in {gates.get("test"), gates.get("response")} or not gates.keys() <= DOCUMENTS
    need("test" in gates and not few, "E_POLICY", "The rules let one person decide, or name no document.")
    desk = policy.rules.get("desk", [])
    need(all(isinstance(origin, str) and ORIGIN.fullmatch(origin) for origin in desk), "E_POLICY", "No desk.")
    if "recovery" in policy.rules:
        check_recovery(policy.rules["recovery"], keys)
    return policy


def check_recovery(said: Any, keys: list[str]) -> None:
    """Check the key that names an administrator where no other is left."""
    try:
        fit = said.keys() == {"key", "needed", "shares"} and 2 <= said["needed"] <= said["shares"] <= 16
        fit = fit and said["key"].startswith("ssh-ed25519 ")
    except (AttributeError, TypeError):
        fit = False
    need(fit, "E_POLICY", "The recovery key is out of form.")
    need(sound(said["key"]), "E_WEAK_KEY", "The recovery key proves nothing.")
    need(point(said["key"]) not in map(point, keys), "E_POLICY", "The recovery key is somebody's own.")


def signer_of(
    said: dict[str, Any], facts: dict[str, str], written: str, *, first: str, purpose: str, desk: list[str]
) -> str:
    """Return the key that signed a change of the policy beside its statement, as a fact of it says."""
    same = {name: said[name] for name in ("act", "files", "format", "policy", "reason", "register")}
    agreed = {**same, "details": facts, "proposed-by": first}
    data = json.dumps(agreed, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    lines = "\n".join(written[at : at + 70] for at in range(0, len(written), 70))
    found = parse_signature(f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n")
    verify(found, data, f"equipoise-{purpose}-v1", desk)
    return found.public


def check_attesting(policy: Policy) -> None:
    """Check what a change of the policy says of acts that a sign-in may attest."""
    said = policy.rules.get("attested")
    if said is None:
        return
    try:
        kinds, accounts, issuer = said["kinds"], said["accounts"], said["issuer"]
        fit = (
            said.keys() == {"accounts", "issuer", "kinds"}
            and kinds
            and kinds == sorted({*kinds} & DONE_BY.keys() - OWN_KEY)
            and accounts
            and accounts.keys() <= policy.people.keys() - {SERVICE}
            and all(re.fullmatch("[0-9a-f]{64}", account) for account in accounts.values())
            and len({*accounts.values()}) == len(accounts)
            and re.fullmatch("https?://[!-~]{1,200}", issuer)
        )
    except (TypeError, KeyError, AttributeError):
        fit = False
    need(fit, "E_POLICY", "The policy lets a sign-in attest what none may, or nobody's account.")


def attested(said: dict[str, Any], policy: Policy) -> None:
    """Check that the policy lets this sign-in attest this act."""
    if said["attested"] is None:
        return
    rules, found = policy.rules.get("attested"), ATTESTED.fullmatch(said["attested"])
    need(said["act"] in DONE_BY.keys() - OWN_KEY, "E_ATTESTED", "What takes one's own key was attested.")
    need(rules and said["act"] in rules["kinds"], "E_ATTESTED", "The policy lets no sign-in attest the act.")
    if not (rules and found):
        return
    need(found[1] == rules["issuer"], "E_ATTESTED", "Another provider attested it than the policy names.")
    account = rules["accounts"].get(said["actor"])
    need(found[2] == account, "E_ATTESTED", "The account that signed in is not the actor's by the policy.")
    moments = (datetime.fromisoformat(text).timestamp() for text in (said["time"], found[3]))
    need(-AHEAD <= next(moments) - next(moments) <= FRESH, "E_ATTESTED", "The sign-in was not just before.")
    decides = said["act"] == "submit" and said["details"].get("gates") == "none"
    need(not decides, "E_ATTESTED", "Whoever submits what needs no approval decides on it.")


# An entry


@dataclass(frozen=True)
class Entry:
    """A commit taken apart."""

    id: str
    raw: bytes
    payload: bytes
    armoured: str | None
    tree: str
    parent: str | None
    author: str
    authored: int
    domain: str
    committed: int
    subject: str
    said: dict[str, str]


PERSON = re.compile(r"([a-z0-9.-]+) <\1@([0-9a-f]{32})> ([0-9]+) \+0000")


def parse_entry(id_: str, raw: bytes) -> Entry:
    try:
        head, _, message = raw.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise FailError("E_PARSE", "The entry is not UTF-8.") from None
    fields: list[tuple[str, list[str]]] = []
    for line in head.split("\n"):
        if line.startswith(" ") and fields:
            fields[-1][1].append(line[1:])
        else:
            name, _, value = line.partition(" ")
            fields.append((name, [value]))
    names = [name for name, _ in fields]
    need(names.count("parent") <= 1, "E_PARENTS", "The entry has two parents.")
    known = [name for name in ("tree", "parent", "author", "committer", "gpgsig") if name in names]
    need(names == known, "E_HEADERS", "The entry has a header that no entry has, or two of a kind.")
    need("tree" in names, "E_PARSE", "The commit is not in the form of an entry.")
    one = {name: "\n".join(lines) for name, lines in fields}
    author, committer = (PERSON.fullmatch(one.get(name, "")) for name in ("author", "committer"))
    match = re.fullmatch(r"([^\n]+)\n\n" + "".join(rf"{name}: ([^\n]+)\n" for name in TRAILERS), message)
    if not (author and committer and match and committer[1] == SERVICE and author[2] == committer[2]):
        raise FailError("E_PARSE", "The commit is not in the form of an entry.")
    armoured = one.get("gpgsig")
    signed = re.sub(rb"\ngpgsig [^\n]*(\n [^\n]*)*", b"", raw, count=1) if armoured else raw
    return Entry(
        id=id_,
        raw=raw,
        payload=signed,
        armoured=f"{armoured.rstrip()}\n" if armoured else None,
        tree=one["tree"],
        parent=one.get("parent"),
        author=author[1],
        authored=int(author[3]),
        domain=author[2],
        committed=int(committer[3]),
        subject=match[1],
        said=dict(zip(TRAILERS, match.groups()[1:], strict=True)),
    )


# The procedure


@dataclass
class Document:
    """Where one document of a case stands."""

    stage: str = RECEIVED
    version: int = 0
    returned: int = 0
    gates: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    """What the newest approval was made on."""
    overrode: set[str] = field(default_factory=set)
    overridden: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    """Who wrote the summary of what was asked while writing this document."""
    stood: str = RECEIVED
    """Where it stood before a correction or a reopening was begun."""


@dataclass
class Chain:
    """A folder as its last entry left it."""

    folder: str
    number: int = 0
    last: dict[str, str] | None = None
    entry: str | None = None
    tree: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    """Path to the name that git has for its content."""
    documents: dict[str, Document] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    closed: bool = False
    erasing: str | None = None
    days: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By number of an act of DATED, the day it stated, as it was put right last, and who recorded it."""

    def document(self, name: str) -> Document:
        return self.documents.setdefault(name, Document())


def slug(case: str) -> str:
    return case.replace("/", "-")


def decided_on(name: str) -> set[str]:
    files = {"test/assessment.yaml", "test/document.md"} if name == "test" else {f"{name}/document.md"}
    return files | {"request.md"}


def may_write(said: dict[str, Any]) -> set[str]:
    """Return what an act may change in its case's folder, by acts.md."""
    act, name, case = said["act"], said["document"], slug(said["case"])
    if act == "open":
        return {"request.md", "request.age", "test/assessment.yaml", "sealed/0001-open.age"}
    if act in {"draft", "withdraw-draft"}:
        return decided_on(name) if name == "test" else {f"{name}/document.md"}
    if act == "publish":
        paper = f"{case}-{name}" if name != "test" else case
        return {f"{name}/{paper}.pdf", f"{name}/{paper}.json", f"{name}/{case}.pdf", f"{name}/{case}.json"}
    return {f"sealed/{said['number']:04}-{act}.age"}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def seen(value: Any, edition: int, code: str) -> None:
    """Check that a text has no character that nobody sees."""
    need(edition < 2 or not any(map(UNSEEN.search, texts(value))), code, "A text has a character unseen.")


def is_sealed(data: bytes) -> bool:
    """Tell whether a file has the form of age, version 1, for one X25519 key and nobody else."""
    found = re.match(
        rb"age-encryption\.org/v1\n"
        rb"((?:-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+)"
        rb"--- [A-Za-z0-9+/]{43}\n",
        data[: 1 << 16],
    )
    named = re.findall(rb"(?m)^-> (\S+)", found[1]) if found else []
    to = [name for name in named if not name.endswith(b"-grease")]
    return bool(found and to == [b"X25519"] and len(data) - found.end() >= 32)


def check_request(said: dict[str, Any], written: str) -> None:
    """Check that the request in clear is of this case, and at the opening of its day and Act."""
    named = re.match(r"Reference: ([^\n]+)\n", written)
    same = named and slug(named[1]).lower() == slug(said["case"]).lower()
    need(same, "E_CONTENT", "The request is of another case, or none.")
    form = re.fullmatch(
        r"Reference: [^\n]+\nAuthority: [^\n]+\nReceived: (\d{4}-\d\d-\d\d)\nSubject: [^\n]+\n"
        r"(?:Regime: ([^\n]+)\n)?\n.+\n",
        written,
        re.DOTALL,
    )
    if form and said["act"] == "open":
        stated = (said["details"]["received"], said["details"]["regime"])
        need((form[1], form[2] or "foia") == stated, "E_CONTENT", "The request is of another day or Act.")


def judge(
    chain: Chain, said: dict[str, Any], policy: Policy, listed: dict[str, str], changed: set[str]
) -> None:
    """Check one act on a case against the procedure, and let the case move on."""
    act, actor, name = said["act"], said["actor"], said["document"]
    if act == "publish" and name:
        for path, digest in chain.document(name).read.items():
            need(listed.get(path) == digest, "E_STALE_APPROVAL", f"{path} is not what was approved.")
    attested(said, policy)
    seen([said["reason"], said["details"]], policy.rules["edition"], "E_ACT")
    facts = set(said["details"])
    if act == "approve":
        need(facts == decided_on(name), "E_ACT", "An approval names other files than those decided on.")
    elif act in FACTS or act in NO_FACTS:
        must = FACTS.get(act, set())
        need(
            must <= facts <= must | OPTIONAL.get(act, set()),
            "E_ACT",
            "Other facts are stated than the act has.",
        )
    need(changed <= may_write(said), "E_ACT", "The act changes a file that it may not change.")
    lacks = act == "draft" and not decided_on(name) - {"request.md"} <= listed.keys()
    need(not lacks, "E_ACT", "A draft lacks a file of its document.")
    reasoned = act not in REASONED or (said["reason"] or "").strip()
    need(reasoned, "E_REASON" if act in {"return", "override"} else "E_ACT", "A reason is needed.")
    needed = {DECIDES.get(said["gate"], "")} if act in {"approve", "return"} else DONE_BY[act][0]
    need(
        said["role"] in needed,
        "E_ROLE" if act in {"approve", "return"} and said["gate"] else "E_ACT",
        "Wrong role.",
    )
    need((act in {"approve", "return"}) == bool(said["gate"]), "E_ACT", "A gate is named where none belongs.")
    if act == "open":
        need(said["details"]["regime"] == "foia", "E_ACT", "The Act is not one that is known.")
        latest = (datetime.fromisoformat(said["time"]) + timedelta(hours=1)).date().isoformat()
        possible = "2005-01-01" <= said["details"]["received"] <= latest
        need(policy.rules["edition"] < 2 or possible, "E_ACT", "It cannot have been received on that day.")
        day = f"cases/{said['details']['received'].replace('-', '/')}/"
        need(chain.folder.startswith(day), "E_PATH", "The folder is not by the day of receipt.")
        return
    take_day(chain, said)
    stages = [document.stage for document in chain.documents.values()]
    if act in {"erase", "confirm-erasure"}:
        over = chain.closed or all(stage == SENT for stage in stages)
        need(over, "E_STAGE", "The case is not over.")
        two = act == "erase" or chain.erasing not in {None, actor}
        need(two, "E_SOD", "One administrator proposed and confirmed the erasure.")
        chain.erasing = actor if act == "erase" else None
    if name is None:
        if act == "close":
            need(not chain.closed and PUBLISHED not in stages, "E_STAGE", "The case cannot be closed.")
            chain.closed = True
        return
    document = chain.document(name)
    step(chain, document, said, policy, listed)
    if act == "draft" and "request.md" in changed:
        document.asked.add(actor)


def take_day(chain: Chain, said: dict[str, Any]) -> None:
    """Take the day that an act states, or another for the one that an act stated, by somebody else."""
    act, facts = said["act"], said["details"]
    if act in DATED:
        chain.days[str(said["number"])] = facts.get("on", ""), said["actor"]
    if act != "correct-day":
        return
    day, recorded = chain.days.get(facts["act"], ("", ""))
    need(day == facts["was"] != facts["on"], "E_ACT", "The act has another day than the one put right.")
    need(said["actor"] != recorded, "E_SOD", "Who recorded a day put it right.")
    chain.days[facts["act"]] = facts["on"], recorded


def step(
    chain: Chain, document: Document, said: dict[str, Any], policy: Policy, listed: dict[str, str]
) -> None:
    """Move one document of a case on."""
    act, name = said["act"], said["document"]
    need(not chain.closed or act == "reopen", "E_STAGE", "The case is closed.")
    need(act not in SENDS or name == SENDS[act], "E_ACT", "The act is of another document.")
    expected = document.version + (act == "draft")
    need(said["version"] == expected, "E_REPLAY_VERSION", "The statement was made for another version.")
    needed, then = MOVES.get(act, ({document.stage}, document.stage))
    need(document.stage in needed or chain.closed, "E_STAGE", f"The document is in {document.stage}.")
    if act == "submit":
        submitted(document, said, policy)
    elif act in {"approve", "return"}:
        decided(chain, document, said, policy, listed)
    elif act == "override":
        overridden(chain, document, said)
    else:
        moved(chain, document, said, then)


def moved(chain: Chain, document: Document, said: dict[str, Any], then: str) -> None:
    """Let a document come to a stage by an act that decides nothing."""
    act, actor = said["act"], said["actor"]
    if act in {"draft", "take-back"}:
        document.approved = []
    if act == "draft":
        document.version += 1
        document.writers.add(actor)
        document.overrode, document.overridden = set(), set()
    if act == "publish":
        document.writers, document.asked = set(), set()
    if act in {"correct", "reopen"}:
        document.stood, chain.closed = ("closed" if chain.closed else document.stage), False
    if act == "withdraw-draft":
        then = document.stood
        chain.closed = then == "closed"
    document.stage = then


def overridden(chain: Chain, document: Document, said: dict[str, Any]) -> None:
    need(said["actor"] not in writers_of(chain, document), "E_SOD", "A writer overrode a finding.")
    document.overrode.add(said["actor"])
    document.overridden.add(f"{said['details'].get('finding')} {said['details'].get('place', '')}".strip())


def decided(
    chain: Chain, document: Document, said: dict[str, Any], policy: Policy, listed: dict[str, str]
) -> None:
    """Let a person pass a version at a gate, or return it."""
    actor, approves = said["actor"], said["act"] == "approve"
    at = document.gates[len(document.approved)] if document.stage == "deciding" else document.stage
    need(at == said["gate"], "E_STAGE", f"The document is at {at}.")
    need(actor not in writers_of(chain, document), "E_SOD", "A writer decided.")
    need(actor not in document.approved, "E_SOD", "One person decided twice.")
    overrode = policy.rules["edition"] >= 2 and actor in document.overrode and approves
    need(not overrode, "E_SOD", "Whoever overrode a finding decided on it.")
    if not approves:
        document.returned += 1
        document.stage, document.approved = DRAFTING, []
        return
    for path, digest in said["details"].items():
        need(listed.get(path) == digest, "E_STALE_APPROVAL", f"{path} is not what was approved.")
    document.approved.append(actor)
    document.read = said["details"]
    if len(document.approved) == len(document.gates):
        document.stage = PUBLISHING


def submitted(document: Document, said: dict[str, Any], policy: Policy) -> None:
    name, facts = said["document"], said["details"]
    need(document.stage == DRAFTING, "E_STAGE", f"The document is in {document.stage}.")
    asked = policy.rules["gates"].get(name)
    if asked:
        need(facts["gates"] == APPROVALS.get(asked), "E_ACT", "Other approvals than the rules ask for.")
    need(set(facts["gates"].split()) <= {*DECIDES, "none"}, "E_ACT", "There is no such approval.")
    rules = facts.get("rules", "")
    if name == "test":
        least = RULES[policy.rules["edition"]]
        fit = re.fullmatch("[0-9]{1,3}", rules) and least <= int(rules) <= max(RULES.values())
        need(fit, "E_CHECKS", "The submission names no rules of the checks, or others than are known.")
    else:
        need(not rules and "findings" not in facts, "E_CHECKS", "Rules are run on the test alone.")
    made_with, needed = facts.get("made-with"), name == "test" and policy.rules["edition"] >= 3
    need((made_with is not None) == needed, "E_ACT", "What made the text is not said, or where it is not.")
    need(made_with is None or MADE_WITH.fullmatch(made_with), "E_ACT", "What made the text is out of form.")
    for line in filter(None, facts.get("findings", "").split("\n")):
        code, weight, *place = line.split(" ", 2)
        told = " ".join([code, *place])
        need(weight != "block" or told in document.overridden, "E_CHECKS", "A finding stops this submission.")
    edition = policy.rules["edition"]
    need(
        edition < 2 or said["actor"] not in document.overrode,
        "E_SOD",
        "Whoever overrode a finding submitted.",
    )
    document.writers.add(said["actor"])
    document.gates = [gate for gate in facts["gates"].split() if gate != "none"]
    document.stage, document.approved = ("deciding" if document.gates else PUBLISHING), []


def writers_of(chain: Chain, document: Document) -> set[str]:
    """Return who wrote a document, or the summary that is decided on with it."""
    return document.writers.union(*(other.asked for other in chain.documents.values()))


# The whole


class Audit:
    """One reading of a register, from its first entry to its last."""

    def __init__(self, objects: Objects, *, only: str | None = None, now: float | None = None) -> None:
        self.objects = objects
        self.now = time.time() if now is None else now
        self.only = only
        """Of a pack: the case whose objects are there, beside those of the policy."""
        self.findings: list[tuple[int, str, str]] = []
        self.chains: dict[str, Chain] = {"policy": Chain("policy")}
        self.policies: list[Policy] = []
        self.owners: dict[str, str] = {}
        self.suspected: set[str] = set()
        self.references: dict[str, str] = {}
        self.recipients: dict[str, str] = {}
        self.register = ""
        self.heads: list[str] = []
        self.roots: dict[tuple[int, int], bytes] = {}
        self.gone_on: list[str] = []
        self.told: list[str] = []
        """The findings in spite of which the entry that is read lets the register go on."""
        self.drafts: dict[str, str] = {}
        """What each draft wrote: the name of the act and the path, to git's name of the content."""

    def read(self, tip: str) -> None:
        line: list[tuple[str, bytes]] = []
        next_: str | None = tip
        while next_:
            try:
                raw = self.objects.read(next_, "commit")
            except (FailError, *UNFORESEEN) as error:
                found = failed_by(error)
                self.findings.append((0, found.code, found.sentence))
                return
            line.append((next_, raw))
            parent = re.search(rb"^parent ([0-9a-f]{40})$", raw.partition(b"\n\n")[0], re.MULTILINE)
            next_ = parent[1].decode() if parent else None
        before: Entry | None = None
        for number, (id_, raw) in enumerate(reversed(line), start=1):
            self.heads.append(sha256(raw))
            try:
                entry = parse_entry(id_, raw)
            except (FailError, *UNFORESEEN) as error:
                found = failed_by(error)
                self.findings.append((number, found.code, found.sentence))
                before = None
                continue
            try:
                self._entry(number, entry, before)
            except FailError as found:
                self.findings.append((number, found.code, found.sentence))
            before = entry
        if before and before.committed > self.now:
            self.findings.append((len(line), "E_CLOCK", "The newest entry is dated in the future."))
        if before:
            self._standing(before, len(line))

    def _entry(self, number: int, entry: Entry, before: Entry | None) -> None:
        """Check an entry; of what fails the first is told, and the case moves on all the same."""
        failed: list[FailError] = []
        self.gone_on = []
        self._tried(failed, lambda: self._in_line(number, entry))
        if self.only and entry.said["Case"] not in {self.only, "policy"}:
            self._tried(failed, lambda: self._by_service(entry, self.policies[-1] if self.policies else None))
            if entry.said["Act"] == "0001-open":
                self._tried(failed, lambda: self._known_once(entry.said["Case"]))
        else:
            self._tried(failed, lambda: self._act(entry, before, failed))
        self._tried(failed, lambda: self._not_earlier(number, entry, before))
        if failed:
            raise failed[0]

    @staticmethod
    def _tried(failed: list[FailError], check: Callable[[], None]) -> None:
        try:
            check()
        except (FailError, *UNFORESEEN) as found:
            failed.append(failed_by(found))

    def _act(self, entry: Entry, before: Entry | None, failed: list[FailError]) -> None:
        root = self._tree(entry.tree)
        parent = self._tree(before.tree) if before else {}
        odd = [name for name, (mode, _) in root.items() if name not in {"cases", "policy"} or mode != FOLDER]
        need(not odd, "E_TREE", "Something lies beside cases and policy.")
        folder = self._changed(root, parent)
        case = entry.said["Case"]
        opens = entry.said["Act"] == "0001-open"
        need(not opens or case not in self.chains, "E_DUPLICATE", "The case is open already.")
        if opens:
            self._opens(case, folder)
        chain = self.chains.get(case) or (Chain(folder) if opens else None)
        if chain is None:
            raise FailError("E_REPLAY_CASE", "The entry names a case that is not open.")
        need(folder == chain.folder, "E_TREE", "The entry changes something else than its own folder.")
        came = self._subtree(before.tree, folder) if before else None
        need(came == chain.tree, "E_TREE", "The folder was changed between the entries of its case.")
        files = self._files(self._subtree(entry.tree, folder) or "")
        earlier, chain.files, chain.tree = chain.files, files, self._subtree(entry.tree, folder)
        self.chains[case] = chain
        if case != "policy" and entry.said["Act"].endswith("-draft"):
            wrote = {p: files[p] for p in files if not p.startswith(("acts/", "sealed/"))}
            self.drafts |= {f"{entry.said['Act']}/{p}": id_ for p, id_ in wrote.items()}
        said = self._statement(entry, chain, files, earlier)
        policy = self._policy(said, files) if case == "policy" else self.policies[-1]
        judged = self.policies[-1] if self.policies else policy
        # Whom the recovery key names signs with the key that is listed then.
        lists = policy if said["act"] == "recover" else judged
        self._tried(failed, lambda: self._signed(entry, said, files, lists))
        self._tried(failed, lambda: self._by_service(entry, judged))
        changed = {p for p in files.keys() | earlier.keys() if files.get(p) != earlier.get(p)}
        if case == "policy":
            self._amended(said, policy)
        else:
            listed = {file["path"]: file["sha256"] for file in said["files"]}
            brought = {p for p in changed if not p.startswith("acts/")}
            judge(chain, said, judged, listed, brought)
            self._content(
                said, {p: files[p] for p in sorted(brought & files.keys())}, judged.rules["edition"]
            )
            if said["act"] == "publish":
                self._states(said, files)

    def _states(self, said: dict[str, Any], files: dict[str, str]) -> None:
        """Check that a paper states the root of the entries before it, by its manifest."""
        entries, name = said["details"].get("entries"), said["document"]
        fit = entries is None or re.fullmatch("[1-9][0-9]{0,11}", entries)
        need(fit, "E_ACT", "A number of entries is out of form.")
        size = int(entries or 0)
        need(size < len(self.heads), "E_STATED", "The paper states more entries than there were before it.")
        manifests = [path for path in files if path.startswith(f"{name}/") and path.endswith(".json")]
        try:
            told = json.loads(self._blob(files[manifests[0]])).get("checkpoint", "") if manifests else ""
        except (ValueError, AttributeError, RecursionError):
            told = ""
        due = f"equipoise/{self.register} {size} {self.root(size).hex()}" if size else ""
        need(told == due, "E_STATED", "The paper states a checkpoint that the register does not contain.")

    def root(self, size: int) -> bytes:
        """Return the root over the first entries; whole subtrees are hashed once."""
        return root(self.heads, 0, size, self.roots)

    def _content(self, said: dict[str, Any], brought: dict[str, str], edition: int) -> None:
        """Look into what an act brought, as far as that takes neither a key nor the program."""
        if said["act"] == "open":
            first = self.recipients.setdefault(said["details"]["recipient"], said["case"])
            need(first == said["case"], "E_CONTENT", "The request is sealed to the key of another case.")
        for path, id_ in brought.items():
            if path.endswith(".age"):
                there = not self.only or self.objects.has(id_)
                need(
                    not there or is_sealed(self._blob(id_)), "E_CONTENT", f"{path} is not sealed to one key."
                )
            elif path.endswith((".md", ".yaml", ".json")):
                try:
                    written = self._blob(id_).decode()
                except UnicodeDecodeError:
                    raise FailError("E_CONTENT", f"{path} is no text in UTF-8.") from None
                if path == "request.md":
                    check_request(said, written)
                if path == "test/assessment.yaml":  # as somebody's editor saved it
                    written = re.sub("\r*\n|\r", "\n", written.removeprefix("\ufeff")).replace("\t", " ")
                seen(written, edition, "E_CONTENT")

    def _in_line(self, number: int, entry: Entry) -> None:
        said = entry.said
        need(said["Sequence"] == str(number), "E_SEQ", "The sequence number is not the next.")
        link = f"sha256:{self.heads[-2]}" if number > 1 else "none"
        need(said["Previous-Entry"] == link, "E_PREVIOUS_ENTRY", "The entry names another before it.")
        need(0 <= entry.committed - entry.authored <= DAY, "E_CLOCK", "Act and entry lie too far apart.")

    def _not_earlier(self, number: int, entry: Entry, before: Entry | None) -> None:
        later = not before or entry.committed >= before.committed
        # A clock was ahead, and an administrator says so.
        ahead = before and before.committed - entry.committed > DAY
        said_so = ahead and f"E_CLOCK at entry {number - 1}" in self.gone_on
        need(later or said_so, "E_CLOCK", "The entry's time lies before that of the entry before it.")

    def _by_service(self, entry: Entry, policy: Policy | None) -> None:
        if policy is None:
            raise FailError("E_POLICY", "No policy is in force.")
        if entry.armoured is None:
            raise FailError("E_UNSIGNED", "The entry is not signed.")
        found = parse_signature(entry.armoured)
        owner = policy.owner(found.public)
        need(owner, "E_UNKNOWN_KEY", "The entry is signed by a key that is not the service's.")
        need(owner == SERVICE, "E_IDENTITY", "The entry is signed by a person.")
        need(found.form == "ssh-ed25519", "E_SIGNATURE", "The service signs with an Ed25519 key.")
        verify(found, entry.payload, "git", [])

    def _signed(self, entry: Entry, said: dict[str, Any], files: dict[str, str], policy: Policy) -> None:
        name = f"acts/{entry.said['Act']}.json"
        data, armoured = self._blob(files[name]), self._blob(files[f"{name}.sig"])
        found = parse_signature(armoured.decode("utf-8", "replace"))
        verify(found, data, "equipoise-act-v1", policy.rules.get("desk", []))
        owner, actor = policy.owner(found.public), said["actor"]
        once = found.public in self.owners
        need(owner or once, "E_UNKNOWN_KEY", "A key signed that was never on the list.")
        need(owner, "E_KEY_EXPIRED", "The key that signed was no longer on the list.")
        by = SERVICE if said["attested"] is not None else actor
        need(by in {actor, owner}, "E_KEY_CLASS", "A person signed what is stated to be attested.")
        need(owner != SERVICE or by == SERVICE, "E_ROLE", "The service's key signed for a person.")
        need(owner == by, "E_IDENTITY", "One person's key signed for another.")
        need(entry.author == actor, "E_IDENTITY", "The entry names another author.")
        roles = policy.people[actor]["roles"]
        may_not = "E_POLICY" if said["case"] == "policy" and actor != SERVICE else "E_ROLE"
        need(said["role"] in roles, may_not, "The actor lacked the role.")

    def _statement(
        self, entry: Entry, chain: Chain, files: dict[str, str], earlier: dict[str, str]
    ) -> dict[str, Any]:
        base = f"acts/{entry.said['Act']}.json"
        own = {base, f"{base}.sig"}
        records = {path: id_ for path, id_ in files.items() if path.startswith("acts/") and path not in own}
        kept = {path: id_ for path, id_ in earlier.items() if path.startswith("acts/")}
        need(own <= files.keys() and records == kept, "E_TREE", "The records of acts are not as they were.")
        data = self._blob(files[base])
        digest = sha256(data)
        need(entry.said["Statement"] == f"sha256:{digest}", "E_SHA256", "The statement is not the one named.")
        said: dict[str, Any] = unjson(data, "E_STATEMENT")
        self._form(said)
        said["attested"] = said["details"].pop("attested", None)
        self.register = self.register or said["register"]
        need(said["register"] == self.register, "E_REPLAY_REGISTER", "The statement is of another register.")
        need(
            entry.domain == said["register"],
            "E_ENTRY",
            "The entry is of another register than its statement.",
        )
        case = entry.said["Case"]
        need(said["case"] == case, "E_REPLAY_CASE", "The statement was made for another case.")
        on_case = case != "policy"
        need(said["act"] in (DONE_BY if on_case else POLICY_ACTS), "E_ACT", "That is no act on this.")
        self._listed(said, files)
        link = said["number"] == chain.number + 1 and said["previous"] == chain.last
        need(link, "E_PREVIOUS", "The statement does not follow the one before it.")
        chain.number, last = said["number"], self._blob(files[f"{base}.sig"])
        chain.last = {"signature": sha256(last), "statement": digest}
        came, chain.entry = chain.entry or "none", entry.id
        need(entry.said["Case-Previous"] == came, "E_ENTRY", "The entry names another as the case's last.")
        need(entry.said["Policy"] == str(said["policy"]), "E_ENTRY", "The entry names another policy.")
        label = f"{said['number']:04}-{said['act']}"
        need(entry.said["Act"] == label, "E_ENTRY", "The entry names another act.")
        need(entry.subject == sentence_of(said), "E_ENTRY", "The entry's sentence is not its statement's.")
        stamp = datetime.fromisoformat(said["time"]).timestamp()
        need(entry.authored == stamp, "E_ENTRY", "The entry gives another time than its statement.")
        now = self.policies[-1].version if self.policies else 0
        need(said["policy"] == now, "E_POLICY", "Another policy was in force.")
        self._key(said, chain)
        return said

    @staticmethod
    def _form(said: Any) -> None:
        fit = isinstance(said, dict) and said.keys() == FIELDS and said["format"] == 1
        need(fit, "E_STATEMENT", "The statement has other fields.")
        maybe = all(
            said[name] is None or isinstance(said[name], str) for name in ("document", "gate", "reason")
        )
        need(maybe and isinstance(said["act"], str), "E_STATEMENT", "The statement has a field out of form.")
        strings = all(
            isinstance(said[name], str) for name in ("act", "actor", "case", "key", "register", "role")
        )
        numbers = all(isinstance(said[name], int) for name in ("number", "policy", "version"))
        facts = isinstance(said["details"], dict) and all(
            isinstance(v, str) for v in said["details"].values()
        )
        when = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", str(said["time"]))
        try:
            datetime.fromisoformat(str(said["time"]))
        except ValueError:
            when = None
        known = said["act"] in DONE_BY or said["act"] in POLICY_ACTS
        fact = said["details"].get("attested") if facts else None
        sign_in = ATTESTED.fullmatch(fact) if fact is not None else None
        methods = sign_in[4].split(",") if sign_in else []
        facts = facts and (fact is None or (bool(sign_in) and methods == sorted({*methods})))
        fit = strings and numbers and facts and when and known and said["gate"] in {None, *DECIDES}
        need(fit, "E_STATEMENT", "The statement has a field out of form.")
        on_document = said["act"] in MOVES or said["act"] in {"submit", "approve", "return", "withdraw-draft"}
        need(said["document"] in {None, *DOCUMENTS}, "E_STATEMENT", "The document is none that a case has.")
        named = said["document"] is not None
        need(
            named == on_document or said["act"] in POLICY_ACTS, "E_STATEMENT", "The document is out of form."
        )

    def _listed(self, said: dict[str, Any], files: dict[str, str]) -> None:
        try:
            listed = {file["path"]: (file["sha256"], file["size"]) for file in said["files"]}
            ordered = [file["path"] for file in said["files"]] == sorted(listed)
        except (KeyError, TypeError):
            raise FailError("E_STATEMENT", "The list of files is out of form.") from None
        need(ordered, "E_STATEMENT", "The list of files is out of order.")
        there = {path for path in files if not path.startswith("acts/")}
        need(listed.keys() == there, "E_TREE", "The folder has other files than are listed.")
        for path, mark in listed.items():
            if self.only and not self.objects.has(files[path]) and path.endswith(".age"):
                continue  # what is sealed is in no pack
            data = self._blob(files[path])
            need(mark == (sha256(data), len(data)), "E_SHA256", f"{path} is not the file that is listed.")

    def _key(self, said: dict[str, Any], chain: Chain) -> None:
        act, name = said["act"], said["document"]
        code = "E_POLICY" if said["case"] == "policy" else "E_KEY"
        if name:
            place = f"v{said['version']}/r{chain.document(name).returned}"
        elif act == "open" or said["case"] == "policy":
            place = f"v{said['version']}/r0"
        else:
            place = f"n{chain.taken.get(act, 0)}"
        chain.taken[act] = chain.taken.get(act, 0) + 1
        parts = [act, slug(said["case"]), name, place, said["gate"], said["actor"]]
        key = "/".join(filter(None, parts))
        need(
            re.fullmatch(re.escape(key) + "(/[0-9a-f]{16})?", said["key"]),
            code,
            "The key is not the one due.",
        )

    def _known_once(self, case: str) -> None:
        again = slug(case).lower() in self.references
        self.references.setdefault(slug(case).lower(), case)
        need(not again, "E_DUPLICATE", "The case is open already.")

    def _opens(self, case: str, folder: str) -> None:
        fit = REFERENCE.fullmatch(case) and case != "policy"
        need(fit, "E_ACT", "The reference is none that an authority can give.")
        self._known_once(case)
        there = re.fullmatch(r"cases/\d{4}/\d\d/\d\d/(.+)", folder)
        need(there and there[1] == slug(case), "E_PATH", "The folder is not by the reference.")

    def _policy(self, said: dict[str, Any], files: dict[str, str]) -> Policy:
        there = {path for path in files if not path.startswith("acts/")}
        need(there == set(POLICY_FILES), "E_TREE", "The policy has other files.")
        policy = parse_policy({name: self._blob(files[name]) for name in there}, said["register"])
        before = self.policies[-1].version if self.policies else 0
        code = "E_POLICY_ROLLBACK" if policy.version <= before else "E_POLICY"
        need(policy.version == before + 1 == said["version"], code, "The policy's version is not the next.")
        return policy

    def _amended(self, said: dict[str, Any], policy: Policy) -> None:
        """Check that a change of the policy is what was signed for, and put it in force."""
        act = said["act"]
        need(said["role"] == ADMIN, "E_ROLE", "Only an administrator changes the policy.")
        attested(said, policy)
        if act == "change-attested":
            check_attesting(policy)
        need((act == "found") == (not self.policies), "E_POLICY", "The register is founded once.")
        need(
            act not in {"resume", "suspect-key", "change-service-key", "recover"}
            or (said["reason"] or "").strip(),
            "E_POLICY",
            "A reason is needed.",
        )
        if self.policies:
            there = act != "recover" or "recovery" in self.policies[-1].rules
            need(there, "E_RECOVERY", "Shares name an administrator, and there is no recovery key.")
            file, _, key = POLICY_ACTS[act][1].partition(" ")
            for name in POLICY_FILES:
                old, new = ({**p.files[name]} for p in (self.policies[-1], policy))
                for each in ("version", key) if name == file else ("version",):
                    old.pop(each, None)
                    new.pop(each, None)
                if name == "roster.json" == file:
                    about = SERVICE if act == "change-service-key" else said["details"].get("person")
                    for roster in (old, new):
                        roster["people"] = [p for p in roster["people"] if p["id"] != about]
                if name != file or key or name == "roster.json":
                    need(old == new, "E_POLICY", "The policy was changed in more than was signed for.")
            self._stated(said, self.policies[-1], policy)
            self._agreed(said, self.policies[-1], policy)
        judge = self.policies[-1] if self.policies else policy
        seen([said["reason"], said["details"]], judge.rules["edition"], "E_POLICY")
        if act == "resume":
            self.gone_on = said["details"].get("findings", "").split("; ")
        self._owned(said, policy)
        marks = {sha256(base64.b64decode(key.split()[1])): key for key in self.owners}
        listed = {key for person in policy.people.values() for key in person["keys"]}
        if act == "suspect-key":
            need(said["details"].get("key") in marks, "E_POLICY", "Nobody ever had that key.")
            self.suspected.add(marks[said["details"]["key"]])
        points = {point(key) for key in self.suspected}
        need(not points & {*map(point, listed)}, "E_POLICY", "A key that was made suspect is listed.")
        self.policies.append(policy)

    def _owned(self, said: dict[str, Any], policy: Policy) -> None:
        """Check that each person has keys, which are nobody else's and never were."""
        first = {point(public): name for public, name in self.owners.items()}
        for name, person in policy.people.items():
            about = said["act"] == "found" or name == said["details"].get("person")
            bare = about and said["act"] in {"found", "add-officer"} and not person["keys"]
            judge = (self.policies or [policy])[-1]
            need(not bare or judge.rules["edition"] == 1, "E_NO_KEY", "A person is listed without a key.")
            for public in person["keys"]:
                owner = first.setdefault(point(public), name)
                need(owner == name, "E_OWNER", "A key is or was another person's.")
                self.owners.setdefault(public, name)

    @staticmethod
    def _stated(said: dict[str, Any], before: Policy, policy: Policy) -> None:
        """Check that the policy says what the act states."""
        act, facts = said["act"], said["details"]
        file, _, key = POLICY_ACTS[act][1].partition(" ")
        fact = STATED.get(key)
        same = fact is None or str(policy.files[file].get(key)) == facts.get(fact)
        if act == "change-approvals":
            named = {facts.get("document"): facts.get("approvals")}
            same = policy.rules["gates"] == {**before.rules["gates"], **named}
        if act == "change-service-key":
            old, new = (each.people[SERVICE]["keys"] for each in (before, policy))
            marks = [sha256(base64.b64decode(public.split()[1])) for public in new]
            same = marks == [facts.get("key")] and old != new
        need(same, "E_POLICY", "The policy says something else than the act states.")
        risen = before.rules["edition"] < policy.rules["edition"] or act != "adopt-edition"
        need(risen, "E_POLICY", "An edition is followed by a later one only.")

    def _agreed(self, said: dict[str, Any], before: Policy, policy: Policy) -> None:
        """Check that another administrator agreed, where the policy before takes two."""
        if said["act"] == "recover":
            self._recovered(said, before, policy)
            return
        facts = {**said["details"]}
        first, written = facts.pop("proposed-by", None), facts.pop("consent", None)
        if before.rules["threshold"] == 1:
            need(first is None and written is None, "E_POLICY", "Nobody's consent is asked for.")
            return
        need(first and written, "E_CONSENT", "A change takes two administrators, and one signed it.")
        need(first != said["actor"], "E_CONSENT", "One person proposed and confirmed.")
        roles = before.people.get(first, {"roles": []})["roles"]
        need(ADMIN in roles, "E_CONSENT", "Whoever agreed is no administrator.")
        try:
            desk = before.rules.get("desk", [])
            public = signer_of(said, facts, written, first=first, purpose="consent", desk=desk)
        except FailError as fault:
            raise FailError("E_CONSENT", f"The consent is none: {fault.sentence}") from None
        need(before.owner(public) == first, "E_CONSENT", "Another's key signed the consent.")

    def _recovered(self, said: dict[str, Any], before: Policy, policy: Policy) -> None:
        """Check that the recovery key of the policy before named one new administrator."""
        facts, actor = {**said["details"]}, said["actor"]
        written = facts.pop("recovery", None)
        need(facts == {"person": actor}, "E_POLICY", "The act is about another than whoever took it.")
        need(written, "E_RECOVERY", "There is no signature of the recovery key.")
        roles = policy.people.get(actor, {}).get("roles")
        fit = actor not in before.people and roles == [ADMIN]
        need(fit, "E_RECOVERY", "Shares name an administrator who was on no list, and nothing else.")
        try:
            public = signer_of(said, facts, written, first=actor, purpose="recovery", desk=[])
        except FailError as fault:
            raise FailError("E_RECOVERY", f"Shares did not sign this: {fault.sentence}") from None
        need(
            public == before.rules["recovery"]["key"],
            "E_RECOVERY",
            "Another key than the recovery key named the administrator.",
        )
        self.told.append(f"The recovery key named {actor} an administrator, policy version {policy.version}.")

    def _standing(self, newest: Entry, number: int) -> None:
        """Check that every folder stands as its last entry left it."""
        try:
            for chain in self.chains.values():
                there = self._subtree(newest.tree, chain.folder)
                need(there == chain.tree, "E_TREE", f"{chain.folder} is not as its last entry left it.")
        except (FailError, *UNFORESEEN) as error:
            found = failed_by(error)
            if not self.findings:
                self.findings.append((number, found.code, found.sentence))

    # Trees

    def _blob(self, id_: str) -> bytes:
        return self.objects.read(id_, "blob")

    def _tree(self, id_: str) -> dict[str, tuple[str, str]]:
        data, nodes, at = self.objects.read(id_, "tree"), {}, 0
        while at < len(data):
            space, end = data.find(b" ", at), data.find(b"\0", at)
            need(at < space < end <= len(data) - 21, "E_TREE", "A folder is not in git's form.")
            name = data[space + 1 : end].decode("utf-8", "replace")
            good = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name) and name not in nodes
            need(good, "E_PATH", "A folder has a name that no file of a register has.")
            nodes[name] = (data[at:space].decode(), data[end + 1 : end + 21].hex())
            at = end + 21
        return nodes

    def _files(self, id_: str, prefix: str = "", depth: int = 0) -> dict[str, str]:
        files: dict[str, str] = {}
        nodes = self._tree(id_)
        need(nodes and depth < 2, "E_TREE", "A folder is empty, or lies too deep.")
        for name, (mode, node) in nodes.items():
            if mode == FOLDER:
                files |= self._files(node, f"{prefix}{name}/", depth + 1)
            else:
                need(mode == PLAIN, "E_TREE", "Something is no plain file.")
                files[prefix + name] = node
            need(len(files) <= MOST_FILES, "E_TREE", "A folder has more files than there can be.")
        return files

    def _subtree(self, root: str, folder: str) -> str | None:
        here: str | None = root
        for name in folder.split("/"):
            mode, here = self._tree(here).get(name, ("", None)) if here else ("", None)
            need(here is None or mode == FOLDER, "E_TREE", f"{folder} is no folder.")
        return here

    def _changed(self, new: dict[str, Any], old: dict[str, Any], prefix: str = "") -> str:
        """Return the one folder that differs: `policy`, or a case's at the fifth level."""
        names = [name for name in new.keys() | old.keys() if new.get(name) != old.get(name)]
        need(len(names) == 1 and names[0] in new, "E_TREE", "The entry changes more than its own folder.")
        (name,) = names
        path = prefix + name
        need(new[name][0] == FOLDER, "E_TREE", f"{path} is no folder.")
        if path == "policy" or path.count("/") == 4:
            return path
        there = self._tree(old[name][1]) if name in old else {}
        return self._changed(self._tree(new[name][1]), there, f"{path}/")


def sentence_of(said: dict[str, Any]) -> str:
    """Return the sentence of an entry, by acts.md."""
    sentence = POLICY_ACTS.get(said["act"], DONE_BY.get(said["act"], ("", "")))
    form = sentence[0] if said["act"] in POLICY_ACTS else sentence[1]
    name = said["document"]
    what = said["case"] if name in {None, "test"} else f"{said['case']} {name}"
    case = what if said["act"] == "sent" else said["case"]
    return str(form).format_map(
        {**said["details"], "what": what, "case": case, "version": said["version"], "gate": said["gate"]}
    )


def odd_below(path: Path) -> Iterator[str]:
    """Yield what in a folder is neither a file nor a folder: links, pipes, devices; nothing is opened."""
    waiting = [""]
    while waiting:
        here = waiting.pop()
        with os.scandir(path / here) as listed:
            for entry in listed:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{here}{entry.name}/")
                elif not entry.is_file(follow_symlinks=False):
                    yield f"{here}{entry.name}"


def small(path: Path) -> str | None:
    """Return the text of a file; an empty one where there is none, None where it is too large to be one."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    return data.decode("utf-8", "replace") if len(data) <= LARGEST_FILE else None


def shape(path: Path) -> list[tuple[int, str, str]]:
    """Return what of the repository's own files would mislead plain git."""
    misleading = {
        "info/grafts": "E_GRAFT",
        "shallow": "E_SHALLOW",
        "objects/info/alternates": "E_ALTERNATES",
        "objects/info/http-alternates": "E_ALTERNATES",
        "commondir": "E_CONFIG",
        ".git": "E_CONFIG",
        "info/attributes": "E_CONFIG",
    }
    found = [(0, code, f"{name} is there.") for name, code in misleading.items() if (path / name).exists()]
    refs = [str(ref.relative_to(path)) for ref in (path / "refs").rglob("*") if ref.is_file()]
    packed = small(path / "packed-refs")
    refs += re.findall(r"^[0-9a-f]{40} (\S+)$", packed or "", re.MULTILINE)
    if packed is None:
        found.append((0, "E_REF", "The list of packed refs is too large."))
    found += [
        (0, "E_REPLACE" if ref.startswith("refs/replace/") else "E_REF", f"{ref} is there.")
        for ref in {*refs} - {"refs/heads/main"}
    ]
    if small(path / "HEAD") != "ref: refs/heads/main\n":
        found.append((0, "E_REF", "HEAD leads elsewhere."))
    if (path / "main").exists():
        found.append((0, "E_REF", "A file beside HEAD has the branch's name."))
    hooks = (each.name for each in (path / "hooks").glob("*") if each.suffix != ".sample")
    found += [(0, "E_CONFIG", f"hooks/{name} is there.") for name in hooks]
    settings, named = small(path / "config"), r"^[ \t]*\[\s*(gpg|include|includeif|extensions)"
    if settings is None or re.search(named, settings, re.MULTILINE | re.IGNORECASE):
        found.append((0, "E_CONFIG", "The configuration has a setting that no register has."))
    return found


def tip_of(path: Path) -> str | None:
    loose, packed = path / "refs/heads/main", small(path / "packed-refs")
    if loose.is_file():
        return (small(loose) or "").strip() or None
    found = re.search(r"^([0-9a-f]{40}) refs/heads/main$", packed or "", re.MULTILINE)
    return found[1] if found else None


VAULT = re.compile("vault ([1-9][0-9]{0,11}) sha256:([0-9a-f]{64})")


def openings_of(path: Path, note: str | None) -> list[tuple[int, str, str]]:
    """Return what is wrong with the log of the vault's openings; the note is the service's."""
    try:
        log = path.read_bytes() if path.exists() else b""
    except OSError:
        return [(0, "E_OPENINGS", "The log of the vault's openings cannot be read.")]
    found, before, digests = [], None, [""]
    for number, line in enumerate(log.split(b"\n")[:-1], 1):
        try:
            follows = json.loads(line)["before"] == before
        except (ValueError, KeyError, TypeError, RecursionError):
            follows = False
        if not follows and not found:
            found.append((0, "E_OPENINGS", f"Opening {number} does not follow from the one before it."))
        before = sha256(line)
        digests.append(before)
    lines = (note or "").split("\n")
    known = VAULT.fullmatch(lines[4]) if len(lines) > 4 else None
    if known and digests[int(known[1]) : int(known[1]) + 1] != [known[2]]:
        said = f"The log had {known[1]} openings, and now another at that place, or none."
        found.append((int(lines[1]), "E_OPENINGS", said))
    return found


def checkpoint_of(audit: Audit, note: str) -> tuple[int, str, str] | None:
    """Return what is wrong with a checkpoint, if something is."""
    lines = note.split("\n")
    parted = lines.index("") if "" in lines else 0
    text, newest = "\n".join([*lines[:parted], ""]), lines[3] if parted > 3 else None
    try:
        number = parted in {3, 4, 5} and re.fullmatch("[1-9][0-9]{0,11}", lines[1])
        vault = parted < 5 or VAULT.fullmatch(lines[4])
        fit = number and vault and lines[0] == f"equipoise/{audit.register}"
        need(fit, "E_CHECKPOINT", "The checkpoint is out of form, or of another register.")
        found = parse_signature(by_openssh(lines) if newest else "\n".join(lines[4:]))
        service = audit.owners.get(found.public) == SERVICE
        need(service, "E_CHECKPOINT", "The checkpoint is not signed by the service.")
        verify(found, text.encode(), "equipoise-checkpoint-v1", [])
        if newest:
            point = base64.b64decode(found.public.split()[1])[-32:]
            has = {line[:2] for line in signature_lines(lines)}
            ids = (
                note_id(lines[0], b"\x01" + point),
                note_id(lines[0], b"\xffequipoise-checkpoint-v1" + point),
            )
            need(
                {(lines[0], each) for each in ids} <= has,
                "E_CHECKPOINT",
                "A signature of the note is missing.",
            )
    except (FailError, *UNFORESEEN) as failed:
        return 0, "E_CHECKPOINT", failed_by(failed).sentence
    size = int(lines[1])
    if size > len(audit.heads):
        return size, "E_ROLLBACK", "The checkpoint knows more entries than there are."
    head = audit.heads[size - 1]
    same = newest in {None, f"newest sha256:{head}"}
    if not same or base64.b64encode(audit.root(size) if newest else bytes.fromhex(head)).decode() != lines[2]:
        return size, "E_FORK", "The entries up to the checkpoint's place are others."
    return None


def signature_lines(lines: list[str]) -> list[tuple[str, bytes, bytes]]:
    """Return name, key id and signature of each line under a note."""
    parts = [line.split(" ") for line in lines[lines.index("") + 1 :] if line]
    need(all(len(part) == 3 and part[0] == "—" for part in parts), "E_CHECKPOINT", "A line is out of form.")
    try:
        data = [base64.b64decode(part[2], validate=True) for part in parts]
    except ValueError:
        raise FailError("E_CHECKPOINT", "A line is out of form.") from None
    return [(part[1], each[:4], each[4:]) for part, each in zip(parts, data, strict=True)]


def by_openssh(lines: list[str]) -> str:
    """Return the signature of a note that OpenSSH reads, in its form."""
    found = [signed for _, _, signed in signature_lines(lines) if signed.startswith(b"SSHSIG")]
    need(found, "E_CHECKPOINT", "OpenSSH's signature is missing.")
    written = base64.b64encode(found[0]).decode()
    cut = [written[at : at + 70] for at in range(0, len(written), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *cut, "-----END SSH SIGNATURE-----", ""])


def note_id(name: str, typed: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]


def root(leaves: list[str], start: int, end: int, known: dict[tuple[int, int], bytes]) -> bytes:
    """Return the root of the Merkle tree over some leaves (RFC 6962, 2.1), each in hex."""
    size = end - start
    if (start, end) in known:
        return known[start, end]
    if size == 1:
        return hashlib.sha256(b"\0" + bytes.fromhex(leaves[start])).digest()
    middle = start + (1 << (size - 1).bit_length() - 1)
    made = root(leaves, start, middle, known) + root(leaves, middle, end, known)
    hashed = hashlib.sha256(b"\1" + made).digest()
    if size & (size - 1) == 0:  # a whole subtree, which nothing that comes later changes
        known[start, end] = hashed
    return hashed


def run(
    path: Path,
    *,
    pin: str | None = None,
    checkpoint: str | None = None,
    now: datetime | None = None,
    told: list[str] | None = None,
    openings: Path | None = None,
) -> list[tuple[int, str, str]]:
    """Return the findings: the number of the entry or 0, the code, and a sentence.

    What passes, and a reader should know all the same, is added to ``told``.
    """
    told = [] if told is None else told
    try:
        if not path.is_dir():
            found = run_pack(path, pin, checkpoint, told)
        else:
            found = run_repository(path, pin, checkpoint, now, told)
        signed = not any(code == "E_CHECKPOINT" for _, code, _ in found)
        return found + (openings_of(openings, checkpoint if signed else None) if openings else [])
    except (FailError, *UNFORESEEN) as error:
        found = failed_by(error)
        return [(0, found.code, found.sentence)]


def run_repository(
    path: Path, pin: str | None, checkpoint: str | None, now: datetime | None, told: list[str]
) -> list[tuple[int, str, str]]:
    if odd := sorted(odd_below(path)):
        return [(0, "E_FILE", f"{name} is a link, a pipe or a device; no file was opened.") for name in odd]
    found = shape(path)
    tip = tip_of(path)
    if not tip:
        return [*found, (0, "E_REF", "There is no branch main.")]
    if any(code == "E_ALTERNATES" for _, code, _ in found):
        return found  # git would read what lies elsewhere
    with Objects(path / "objects") as objects:
        audit = Audit(objects, now=now.timestamp() if now else None)
        audit.read(tip)
        told += audit.told
        return found + audit.findings + from_outside(audit, pin, checkpoint)


def from_outside(audit: Audit, pin: str | None, checkpoint: str | None) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    first = audit.chains["policy"].files.get("acts/0001-found.json")
    if pin and first:
        founding = sha256(audit.objects.read(first, "blob"))
        if founding != pin:
            found.append((1, "E_PIN", "The register is another than the one pinned."))
    noted = checkpoint_of(audit, checkpoint) if checkpoint else None
    return [*found, noted] if noted else found


def run_pack(
    path: Path, pin: str | None, checkpoint: str | None, told: list[str]
) -> list[tuple[int, str, str]]:
    with zipfile.ZipFile(path) as pack:
        size = sum(each.file_size for each in pack.infolist())
        need(size <= LARGEST_PACK, "E_OBJECT", "The pack unpacks to more than any has.")
        files = {name: pack.read(name) for name in pack.namelist()}
    note = checkpoint or files.get("checkpoint", b"").decode() or None
    with Objects(pack=files["objects.pack"]) as objects:
        audit = Audit(objects, only=files["case"].decode().strip())
        audit.read(files["main"].decode().strip())
        told += audit.told
        return audit.findings + copies(audit, files) + from_outside(audit, pin, note)


def copies(audit: Audit, files: dict[str, bytes]) -> list[tuple[int, str, str]]:
    """Return what of the files to read is not as the register has it."""
    due = {f"files/{c.folder}/{path}": id_ for c in audit.chains.values() for path, id_ in c.files.items()}
    due |= {f"versions/{name}": id_ for name, id_ in audit.drafts.items()}
    due = {name: id_ for name, id_ in due.items() if not name.endswith(".age")}
    there = {name for name in files if name.startswith(("files/", "versions/"))}
    found = [(0, "E_TREE", f"{name} is in no register.") for name in sorted(there - due.keys())]
    for name, id_ in due.items():
        if audit.objects.has(id_) and files.get(name) != audit.objects.read(id_, "blob"):
            found.append((0, "E_SHA256", f"{name} is not what the register has."))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Read a register, or the evidence pack of a case, apart from the program."
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--pin")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--openings", type=Path)
    given = parser.parse_args()
    note = given.checkpoint.read_text(encoding="utf-8") if given.checkpoint else None
    told: list[str] = []
    found = run(given.path, pin=given.pin, checkpoint=note, told=told, openings=given.openings)
    for sentence in told:
        print(sentence)
    counts: dict[str, int] = {}
    for number, code, sentence in found:
        counts[code] = counts.get(code, 0) + 1
        if counts[code] <= TOLD:
            where = f"entry {number}" if number else "the register"
            print("".join(c if c.isprintable() else "?" for c in f"{where}: {code} {sentence}"))
    for code, count in counts.items():
        if count > TOLD:
            print(f"{code} at {count - TOLD} more")
    print("It fails." if found else "It passes.")
    print("Left open: whether each paper is its text, what checks of a draft find, and the order of dates.")
    return 4 if found else 0


if __name__ == "__main__":
    sys.exit(main())
