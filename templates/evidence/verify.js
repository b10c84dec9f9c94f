"use strict";
// Verifies one case out of a register, from the objects in this page alone, and shows it.
//
// Written from docs/register.md and docs/acts.md; the codes are those of that page. Nothing is fetched and
// nothing is kept: the page's policy allows it neither. An object's name is worked out from its bytes, never
// taken from the page, so what is altered is an object that is missing where it belongs.

// The procedure, by docs/acts.md

const FOI = "foi-officer", LEGAL = "legal-reviewer", SIGN_OFF = "sign-off-officer";
const ADMIN = "administrator", AUDITOR = "auditor", SERVICE = "service";
const DECIDES = {"legal-review": LEGAL, "balancing": SIGN_OFF};
const APPROVALS = {"full": "legal-review balancing", "two-person": "balancing", "one-person": "none"};
const EDITIONS = [1, 2, 3], RULES = {1: 1, 2: 2, 3: 2};  // and by edition the lowest version of the checks
const MADE_WITH = new RegExp(`^${"equipoise=V renderer=H templates=H wording=H( [a-z][a-z0-9-]{0,39}=V){0,8}".replaceAll("V", "[0-9A-Za-z.+!-]{1,40}").replaceAll("H", "[0-9a-f]{64}")}$`);
const DOCUMENTS = ["test", "response", "clarification", "fees", "extension", "cost", "vexatious", "transfer", "review", "schedule"];
const SENDS = {"ask-clarification": "clarification", "fees-notice": "fees", "extend": "extension", "review-decided": "review"};
const MOVES = {
  "draft": [["received", "drafting"], "drafting"],
  "override": [["drafting"], "drafting"],
  "take-back": [["publication"], "drafting"],
  "publish": [["publication"], "published"],
  "sent": [["published"], "sent"],
  "correct": [["published", "sent"], "drafting"],
  "reopen": [["sent", "closed"], "drafting"],
  "ask-clarification": [["published"], "sent"],
  "fees-notice": [["published"], "sent"],
  "extend": [["published"], "sent"],
  "review-decided": [["published"], "sent"],
};
// Acts of which the day can be put right.
const DATED = new Set(["sent", "clarified", "fee-paid", "review-asked", ...Object.keys(SENDS)]);
const ON_DOCUMENT = new Set([...Object.keys(MOVES), "submit", "approve", "return", "withdraw-draft"]);
const REASONED = new Set(["correct-receipt", "step-aside", "read-request", "override", "return", "take-back", "correct", "reopen", "withdraw-draft", "complied", "correct-day"]);
const ACTS = {
  "open": [[SERVICE], "intake: open {case}"],
  "correct-receipt": [[FOI], "receipt: correct that of {case}"],
  "confirm-receipt": [[SIGN_OFF], "receipt: confirm that of {case}"],
  "assign": [[FOI, LEGAL, SIGN_OFF], "assigning: assign {case} to {person}"],
  "step-aside": [[FOI, LEGAL, SIGN_OFF], "assigning: step aside from {case}"],
  "read-request": [[FOI, LEGAL, SIGN_OFF, AUDITOR], "reading: open the request of {case}"],
  "ask-clarification": [[FOI], "clarification: ask about {case}"],
  "clarified": [[FOI], "clarification: take the answer to {case}"],
  "fees-notice": [[FOI], "fees: give notice on {case}"],
  "fee-paid": [[FOI], "fees: take the fee for {case}"],
  "extend": [[FOI], "extension: take more time for {case}"],
  "day-specified": [[FOI], "clock: take the day specified for {case}"],
  "evidence": [[FOI, LEGAL], "evidence: keep it in {case}"],
  "consult": [[FOI], "consultation: ask about {case}"],
  "consulted": [[FOI], "consultation: take the answer to {case}"],
  "records": [[FOI], "records: schedule those of {case}"],
  "draft": [[SERVICE, FOI], "drafting: draft {what} version {version}"],
  "override": [[SIGN_OFF], "drafting: override {finding} in {what} version {version}"],
  "submit": [[FOI], "drafting: submit {what} version {version}"],
  "approve": [[], "{gate}: approve {what} version {version}"],
  "return": [[], "{gate}: return {what} version {version}"],
  "take-back": [[FOI, SIGN_OFF], "drafting: take back {what} version {version}"],
  "publish": [[SERVICE], "publication: publish {what} version {version}"],
  "sent": [[FOI], "sending: record {what} version {version} as sent"],
  "correct": [[FOI], "drafting: correct {what} version {version}"],
  "close": [[FOI], "closing: close {case} as {ground}"],
  "reopen": [[SIGN_OFF], "drafting: reopen {what} version {version}"],
  "withdraw-draft": [[FOI], "drafting: withdraw the draft of {what} version {version}"],
  "log": [[FOI], "log: enter {case} as {entry}"],
  "review-asked": [[FOI], "review: take the request for one of {case}"],
  "review-decided": [[FOI, SIGN_OFF], "review: decide that of {case}"],
  "correct-day": [[SIGN_OFF], "days: put right that of act {act} of {case}"],
  "complained": [[FOI], "complaint: take that about {case}"],
  "notice": [[FOI], "complaint: take the decision notice on {case}"],
  "complaint-closed": [[FOI], "complaint: end that about {case}"],
  "information-notice": [[FOI], "complaint: take the information notice on {case}"],
  "complied": [[FOI], "complaint: comply in {case}"],
  "appealed": [[FOI], "appeal: take that on {case}"],
  "decided": [[FOI], "appeal: take the decision on {case}"],
  "erase": [[ADMIN], "erasure: propose that of {case}"],
  "confirm-erasure": [[ADMIN], "erasure: erase {case}"],
};
const POLICY_ACTS = {  // the sentence, the file that changes, and which key within it
  "found": ["policy: found the register", ""],
  "add-officer": ["policy: authorise {person}", "roster.json"],
  "revoke-officer": ["policy: revoke {person}", "roster.json"],
  "add-holiday": ["policy: add the bank holiday {date}", "calendar.json"],
  "remove-holiday": ["policy: remove the bank holiday {date}", "calendar.json"],
  "add-closure": ["policy: state that there is no session from {first} to {last}", "calendar.json", "closures"],
  "remove-closure": ["policy: take back that there is no session from {first} on", "calendar.json", "closures"],
  "change-theme": ["policy: change how papers look", "theme.json"],
  "change-letters": ["policy: change what letters say of the authority", "rules.json", "letters"],
  "change-desk": ["policy: change where passkeys sign", "rules.json", "desk"],
  "change-attested": ["policy: change what a sign-in attests", "rules.json", "attested"],
  "change-body": ["policy: change the kind of authority to {body}", "rules.json", "body"],
  "change-retention": ["policy: keep cases for {months} months", "rules.json", "retention"],
  "change-approvals": ["policy: let the {document} need the approvals {approvals}", "rules.json", "gates"],
  "change-pattern": ["policy: change how references are made", "rules.json", "reference-pattern"],
  "change-reminders": ["policy: remind people {days} working days before", "rules.json", "chase-within"],
  "change-authority": ["policy: change the name of the authority", "roster.json", "authority"],
  "change-threshold": ["policy: set how many administrators a change takes to {administrators}", "rules.json", "threshold"],
  "change-recovery": ["policy: change the recovery key", "rules.json", "recovery"],
  "adopt-edition": ["policy: adopt edition {edition} of the procedure", "rules.json", "edition"],
  "resume": ["policy: let the register be written again", ""],
  "suspect-key": ["policy: suspect a key of {person} since entry {since}", "roster.json"],
  "change-service-key": ["policy: change the key of the service", "roster.json"],
  "recover": ["policy: name {person} an administrator by the recovery key", "roster.json"],
};
const STATED = {
  body: "body", retention: "months", threshold: "administrators", edition: "edition",
  "reference-pattern": "pattern", "chase-within": "days", authority: "authority",
};
const POLICY_FILES = ["calendar.json", "roster.json", "rules.json", "theme.json"];
const FIELDS = ["act", "actor", "case", "details", "document", "files", "format", "gate", "key", "number", "policy", "previous", "reason", "register", "role", "time", "version"];
const DAY = 24 * 60 * 60;
// What no sign-in attests, whatever the policy says; nor anything that is done to the policy.
const OWN_KEY = new Set(["approve", "return", "override", "take-back", "reopen", "close", "confirm-receipt", "review-decided", "erase", "confirm-erasure", "open", "publish", "correct-day"]);
const ATTESTED = /^issuer=(https?:\/\/[!-~]{1,200}) account=([0-9a-f]{64}) at=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) amr=((?:[A-Za-z0-9._:\/+-]{1,100},?){0,8}) acr=(?:[A-Za-z0-9._:\/+-]{1,100})?$/;
const FRESH = 15 * 60, AHEAD = 60;  // seconds before the act, and after it, at which somebody may have signed in

// A pack may name an act, a person or a path as it likes: under a name that every object has, as "constructor",
// nothing is to be found that nobody put there. Once all is read they are back, for what helps people read.
const INHERITED = Object.getOwnPropertyDescriptors(Object.prototype);
for (const name of Object.keys(INHERITED)) delete Object.prototype[name];

// Small things

class Failed extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}
class Unable extends Error {}

function need(so, code, sentence) {
  if (!so) throw new Failed(code, sentence);
}

const strict = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});
const bytesOf = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g), (each) => parseInt(each, 16));
const latin = (bytes) => Array.from(bytes, (each) => String.fromCharCode(each)).join("");
const fromBase64 = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const toBase64 = (bytes) => btoa(latin(bytes));
const sameJson = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
const sha256 = async (bytes) => hex(await digest("SHA-256", bytes));
const slug = (reference) => reference.replaceAll("/", "-");

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function words(bytes, code) {
  try {
    return strict.decode(bytes);
  } catch {
    throw new Failed(code, "It is not UTF-8.");
  }
}

// The one form of JSON

function byCodePoint(one, other) {
  const [a, b] = [Array.from(one), Array.from(other)];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = a[at].codePointAt(0) - b[at].codePointAt(0);
    if (difference) return difference;
  }
  return a.length - b.length;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.keys(value).sort(byCodePoint).map((name) => [name, sorted(value[name])]);
}

// Keys are written in order by hand: JavaScript would put those that look like numbers first.
function canonical(value, indent = "") {
  const deeper = `${indent}  `;
  if (value === null || typeof value === "string" || Number.isSafeInteger(value)) return JSON.stringify(value);
  if (typeof value !== "object") throw new Failed("", "It has a value of a kind that no register has.");
  const open = Array.isArray(value) ? "[]" : "{}";
  const rows = Array.isArray(value)
    ? value.map((each) => canonical(each, deeper))
    : Object.keys(value).sort(byCodePoint).map((name) => `${JSON.stringify(name)}: ${canonical(value[name], deeper)}`);
  if (!rows.length) return open;
  return `${open[0]}\n${rows.map((row) => deeper + row).join(",\n")}\n${indent}${open[1]}`;
}

function unjson(bytes, code) {
  const text = words(bytes, code);
  try {
    const value = JSON.parse(text);
    // JSON.stringify escapes DEL and lone surrogates no otherwise than a register: neither occurs in one.
    need(text === `${canonical(value)}\n` && text === text.normalize("NFC"), code, "It is not in the one form of JSON.");
    return value;
  } catch {
    throw new Failed(code, "It is not in the one form of JSON.");
  }
}

// Keys: whether a point is sound (RFC 8032, section 5.1.3; SEC 1, section 2.3.4)

const P255 = 2n ** 255n - 19n;
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B256 = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const N256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const modulo = (value, p) => ((value % p) + p) % p;

function power(base, exponent, p) {
  let result = 1n;
  for (base = modulo(base, p); exponent; exponent >>= 1n, base = (base * base) % p) {
    if (exponent & 1n) result = (result * base) % p;
  }
  return result;
}
const D255 = modulo(-121665n * power(121666n, P255 - 2n, P255), P255);
const numberOf = (bytes) => BigInt(`0x${hex(bytes) || "0"}`);

function soundEd25519(written) {
  if (written.length !== 32) return false;
  const sign = written[31] >> 7, reversed = Uint8Array.from(written).reverse(), p = P255;
  reversed[0] &= 127;
  let y = numberOf(reversed);
  if (y >= p) return false;
  const u = modulo(y * y - 1n, p), v = modulo(D255 * y * y + 1n, p);
  let x = modulo(u * power(v, 3n, p) * power(u * power(v, 7n, p), (p - 5n) / 8n, p), p);
  if (modulo(v * x * x - u, p)) x = modulo(x * power(2n, (p - 1n) / 4n, p), p);
  if (modulo(v * x * x - u, p) || (!x && sign)) return false;
  for (let times = 0; times < 3; times++) {  // eight times a point of small order is the neutral one
    const k = modulo(D255 * x * x * y * y, p);
    [x, y] = [
      modulo(2n * x * y * power(1n + k, p - 2n, p), p),
      modulo((y * y + x * x) * power(1n - k, p - 2n, p), p),
    ];
  }
  return x !== 0n;
}

function soundP256(written) {
  if (written.length !== 65 || written[0] !== 4) return false;
  const x = numberOf(written.slice(1, 33)), y = numberOf(written.slice(33));
  return x < P256 && y < P256 && !modulo(y * y - x ** 3n + 3n * x - B256, P256);
}

// SSH's wire format (RFC 4251, section 5)

class Wire {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  take(size) {
    need(this.at + size <= this.bytes.length, "E_SIGNATURE", "A signature is cut short.");
    return this.bytes.slice(this.at, (this.at += size));
  }
  string() {
    return this.take(Number(numberOf(this.take(4))));
  }
  get over() {
    return this.at === this.bytes.length;
  }
}

function wired(bytes) {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, bytes.length);
  return joined(size, bytes);
}

function keyOf(listed) {
  const [kind, encoded, more] = listed.split(" ");
  need(encoded && more === undefined && toBase64(fromBase64(encoded)) === encoded, "E_SIGNATURE", "A key is out of form.");
  const wire = new Wire(fromBase64(encoded));
  need(latin(wire.string()) === kind, "E_SIGNATURE", "A key is out of form.");
  const curve = kind === "sk-ecdsa-sha2-nistp256@openssh.com" ? latin(wire.string()) : "";
  const point = wire.string();
  const application = kind.startsWith("sk-") ? words(wire.string(), "E_SIGNATURE") : "";
  need(wire.over, "E_SIGNATURE", "A key is out of form.");
  return {kind, curve, point, application};
}

// The point of a key, which is the same however the key is written.
const pointOf = (listed) => hex(keyOf(listed).point);

function sound(listed) {
  try {
    const key = keyOf(listed);
    switch (key.kind) {
      case "ssh-ed25519":
        return soundEd25519(key.point);
      case "sk-ssh-ed25519@openssh.com":
        return soundEd25519(key.point) && key.application.startsWith("ssh:");
      case "sk-ecdsa-sha2-nistp256@openssh.com":
        return key.curve === "nistp256" && soundP256(key.point);
      default:
        return false;
    }
  } catch {
    return false;
  }
}

// Signatures (OpenSSH's PROTOCOL.sshsig and PROTOCOL.u2f)

const WEBAUTHN = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";

function parseSignature(armoured) {
  const match = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n$/.exec(armoured);
  need(match, "E_SIGNATURE", "A signature is not in OpenSSH’s form.");
  let blob;
  try {
    blob = fromBase64(match[1].replaceAll("\n", ""));
  } catch {
    throw new Failed("E_SIGNATURE", "A signature is not in OpenSSH’s form.");
  }
  need((toBase64(blob).match(/.{1,70}/g) || []).join("\n") === match[1], "E_SIGNATURE", "A signature is out of form.");
  const wire = new Wire(blob);
  need(latin(wire.take(10)) === "SSHSIG\0\0\0\u0001", "E_SIGNATURE", "A signature is out of form.");
  const key = wire.string(), namespace = latin(wire.string()), reserved = wire.string(), hash = latin(wire.string());
  const inner = new Wire(wire.string());
  need(wire.over && !reserved.length && hash === "sha512", "E_SIGNATURE", "A signature is out of form.");
  const kind = latin(new Wire(key).string());
  return {public: `${kind} ${toBase64(key)}`, namespace, form: latin(inner.string()), inner};
}

async function verifySignature(found, data, namespace, origins) {
  need(sound(found.public), "E_SIGNATURE", "The signature is by a key that proves nothing.");
  need(found.namespace === namespace, "E_SIGNATURE", "The signature was made for another use.");
  const key = keyOf(found.public), inner = new Wire(found.inner.bytes.slice(found.inner.at));
  const block = joined(
    bytesOf("SSHSIG"), wired(bytesOf(namespace)), wired(new Uint8Array()), wired(bytesOf("sha512")),
    wired(await digest("SHA-512", data)),
  );
  const expected = key.kind === "sk-ecdsa-sha2-nistp256@openssh.com" && !key.application.startsWith("ssh:") ? WEBAUTHN : key.kind;
  need(found.form === expected, "E_SIGNATURE", "The signature is of another kind than its key.");
  const raw = inner.string();
  let signed = block;
  if (key.kind !== "ssh-ed25519") {
    const device = inner.take(5);
    need(device[0] & 1, "E_SIGNATURE", "The device was used with nobody present.");
    const said = found.form === WEBAUTHN ? passkey(inner, device[0], key, block, origins) : block;
    signed = joined(await digest("SHA-256", bytesOf(key.application)), device, await digest("SHA-256", said));
  }
  need(inner.over, "E_SIGNATURE", "A signature is out of form.");
  const ecdsa = key.kind === "sk-ecdsa-sha2-nistp256@openssh.com";
  const good = ecdsa
    ? await fits({name: "ECDSA", namedCurve: "P-256", hash: "SHA-256"}, key.point, halves(raw, found.form === WEBAUTHN), signed)
    : await fits({name: "Ed25519"}, key.point, raw, signed);
  need(good, "E_SIGNATURE", "The signature does not fit.");
}

async function fits(algorithm, point, raw, signed) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw", point, algorithm, false, ["verify"]);
  } catch (error) {
    throw new Unable(`this browser cannot verify ${algorithm.name} signatures`);
  }
  return crypto.subtle.verify(algorithm, key, raw, signed);
}

// Return r and s of an ECDSA signature side by side, 32 bytes each.
function halves(raw, lower) {
  const wire = new Wire(raw), numbers = [numberOf(wire.string()), numberOf(wire.string())];
  need(wire.over && numbers.every((each) => each > 0n && each < N256), "E_SIGNATURE", "A signature is out of form.");
  need(!lower || numbers[1] <= N256 / 2n, "E_SIGNATURE", "The signature has the higher of the two values of s.");
  return Uint8Array.from(numbers.map((each) => each.toString(16).padStart(64, "0")).join("").match(/../g), (each) => parseInt(each, 16));
}

// Check what was known when a passkey signed, and return what its device was asked to sign.
function passkey(inner, flags, key, block, origins) {
  need(flags & 4, "E_SIGNATURE", "The passkey was used with nobody verified.");
  const origin = words(inner.string(), "E_SIGNATURE"), said = inner.string(), extensions = inner.string();
  const text = words(said, "E_SIGNATURE");
  const challenge = toBase64(block).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const opens = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"`;
  need(text.startsWith(opens) && !extensions.length, "E_SIGNATURE", "The browser was asked to sign something else.");
  need(origins.includes(origin), "E_SIGNATURE", "The passkey was used on a page that is no desk of this policy.");
  need(new URL(origin).hostname === key.application, "E_SIGNATURE", "The passkey is another host’s.");
  let client;
  try {
    client = JSON.parse(text);
  } catch {
    throw new Failed("E_SIGNATURE", "The browser’s data are no JSON.");
  }
  const framed = (client.crossOrigin ?? false) !== false || "topOrigin" in client;
  need(!framed, "E_SIGNATURE", "The page stood within another site’s page.");
  return said;
}

// Objects and entries

class Objects {
  static async of(listed) {
    const there = new Objects();
    there.all = new Map();
    for (const [kind, encoded] of listed) {
      const content = fromBase64(encoded);
      const name = hex(await digest("SHA-1", joined(bytesOf(`${kind} ${content.length}\0`), content)));
      there.all.set(name, {kind, content});
    }
    return there;
  }
  has(id) {
    return this.all.has(id);
  }
  read(id, kind) {
    const found = this.all.get(id);
    need(found, "E_MISSING", `The ${{commit: "entry", tree: "folder", blob: "file"}[kind]} ${id} is not here, or was altered.`);
    need(found.kind === kind, "E_OBJECT", `${id} is no ${kind}.`);
    return found.content;
  }
  tree(id) {
    const data = this.read(id, "tree"), nodes = new Map();
    for (let at = 0; at < data.length;) {
      const space = data.indexOf(32, at), end = data.indexOf(0, space), name = latin(data.slice(space + 1, end));
      need(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) && !nodes.has(name), "E_PATH", "A folder has a name that no file of a register has.");
      nodes.set(name, {mode: latin(data.slice(at, space)), id: hex(data.slice(end + 1, end + 21))});
      at = end + 21;
    }
    return nodes;
  }
  files(id, prefix = "", depth = 0) {
    const nodes = this.tree(id), files = new Map();
    need(nodes.size && depth < 2, "E_TREE", "A folder is empty, or lies too deep.");
    for (const [name, node] of nodes) {
      if (node.mode === "40000") {
        this.files(node.id, `${prefix}${name}/`, depth + 1).forEach((below, path) => files.set(path, below));
      } else {
        need(node.mode === "100644", "E_TREE", "Something is no plain file.");
        files.set(prefix + name, node.id);
      }
    }
    return files;
  }
  below(root, folder) {
    let here = root;
    for (const name of folder.split("/")) {
      const node = this.tree(here).get(name);
      if (!node) return null;
      need(node.mode === "40000", "E_TREE", `${folder} is no folder.`);
      here = node.id;
    }
    return here;
  }
}

const TRAILERS = ["Sequence", "Case", "Act", "Statement", "Previous-Entry", "Case-Previous", "Policy"];

function parseEntry(id, raw) {
  const text = words(raw, "E_PARSE"), middle = text.indexOf("\n\n");
  const head = text.slice(0, middle), message = text.slice(middle + 2), fields = [];
  for (const line of head.split("\n")) {
    const space = line.indexOf(" ");
    if (line.startsWith(" ") && fields.length) fields.at(-1)[1] += `\n${line.slice(1)}`;
    else fields.push([line.slice(0, space), line.slice(space + 1)]);
  }
  const names = fields.map(([name]) => name), one = Object.fromEntries(fields);
  need(names.filter((name) => name === "parent").length <= 1, "E_PARENTS", "The entry has two parents.");
  const known = ["tree", "parent", "author", "committer", "gpgsig"].filter((name) => names.includes(name));
  need(sameJson(names, known), "E_HEADERS", "The entry has a header that no entry has, or two of a kind.");
  const person = /^([a-z0-9.-]+) <\1@([0-9a-f]{32})> ([0-9]+) \+0000$/;
  const author = person.exec(one.author || ""), committer = person.exec(one.committer || "");
  const form = new RegExp(`^([^\\n]+)\\n\\n${TRAILERS.map((name) => `${name}: ([^\\n]+)\\n`).join("")}$`);
  const match = form.exec(message);
  need(author && committer && match && committer[1] === SERVICE && author[2] === committer[2], "E_PARSE", "It is not in the form of an entry.");
  const armoured = one.gpgsig;
  return {
    id, raw, tree: one.tree, parent: one.parent || null, armoured: armoured ? `${armoured.trimEnd()}\n` : null,
    payload: bytesOf(armoured ? text.replace(/\ngpgsig [^\n]*(\n [^\n]*)*/, "") : text),
    author: author[1], authored: Number(author[3]), domain: author[2], committed: Number(committer[3]),
    subject: match[1], said: Object.fromEntries(TRAILERS.map((name, at) => [name, match[at + 2]])),
  };
}

function sentenceOf(said) {
  const form = said.case === "policy" ? POLICY_ACTS[said.act][0] : ACTS[said.act][1];
  const what = said.document === null || said.document === "test" ? said.case : `${said.case} ${said.document}`;
  const values = {...said.details, what, case: said.case, version: said.version, gate: said.gate};
  return form.replace(/\{([a-z]+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// The policy

function parsePolicy(read, register) {
  const files = Object.fromEntries(POLICY_FILES.map((name) => [name, unjson(read(name), "E_POLICY")]));
  const roster = files["roster.json"], rules = files["rules.json"];
  const people = Object.fromEntries((roster.people || []).map((person) => [person.id, person]));
  const keys = Object.values(people).flatMap((person) => person.keys);
  const fit = POLICY_FILES.every((name) => files[name].version === roster.version && files[name].format === 1)
    && roster.register === register && Object.keys(people).length === roster.people.length
    && Object.values(people).every((person) => new Set(person.keys).size === person.keys.length);
  need(fit, "E_POLICY", "The policy is out of form.");
  need(keys.every(sound), "E_WEAK_KEY", "The policy lists a key that proves nothing.");
  need(EDITIONS.includes(rules.edition), "E_POLICY", "The policy names an edition of the procedure that this page does not know.");
  seen(files, rules.edition, "E_POLICY");
  const {gates = {}} = rules;
  const few = [gates.test, gates.response].includes("one-person") || !Object.keys(gates).every((name) => DOCUMENTS.includes(name));
  need("test" in gates && !few, "E_POLICY", "The rules let one person decide, or name no document.");
  const sign = Object.values(people).filter((person) => person.keys.length && person.roles.includes(ADMIN)).length;
  need(rules.threshold === 1 || (rules.threshold === 2 && sign >= 2), "E_POLICY", "A change of the policy takes more administrators than there are.");
  const origin = /^(https:\/\/[a-z0-9.-]+|http:\/\/localhost)(:[0-9]{1,5})?$/;
  need((rules.desk || []).every((each) => origin.test(each)), "E_POLICY", "The policy lets passkeys sign where they may not.");
  if (rules.recovery !== undefined) checkRecovery(rules.recovery, keys);
  const owner = (key) => Object.values(people).find((person) => person.keys.includes(key))?.id;
  return {files, rules, people, version: roster.version, authority: roster.authority, owner};
}

// The key that names an administrator where no other is left.
function checkRecovery(said, keys) {
  const {key, needed, shares} = said || {}, numbers = [needed, shares].every(Number.isInteger);
  const fit = sameJson(Object.keys(said || {}).sort(), ["key", "needed", "shares"]) && numbers && needed >= 2 && needed <= shares && shares <= 16;
  need(fit && typeof key === "string" && key.startsWith("ssh-ed25519 "), "E_POLICY", "The recovery key is out of form.");
  need(sound(key), "E_WEAK_KEY", "The recovery key proves nothing.");
  need(!keys.map(pointOf).includes(pointOf(key)), "E_POLICY", "The recovery key is somebody’s own.");
}

// The procedure

const newDocument = () => ({
  stage: "received", version: 0, returned: 0, gates: [], approved: [], read: {}, overrode: new Set(),
  overridden: new Set(), writers: new Set(), asked: new Set(), stood: "received",
});
const decidedOn = (name) => (name === "test" ? ["request.md", "test/assessment.yaml", "test/document.md"] : [`${name}/document.md`, "request.md"].sort());

function mayWrite(said) {
  const {act, document: name} = said, reference = slug(said.case);
  if (act === "open") return ["request.md", "request.age", "test/assessment.yaml", "sealed/0001-open.age"];
  if (act === "draft" || act === "withdraw-draft") return name === "test" ? decidedOn(name) : [`${name}/document.md`];
  if (act === "publish") return [`${name}/${reference}.pdf`, `${name}/${reference}.json`];
  return [`sealed/${String(said.number).padStart(4, "0")}-${act}.age`];
}

function writersOf(chain, document) {
  return new Set([...document.writers, ...[...chain.documents.values()].flatMap((each) => [...each.asked])]);
}

// Characters that nobody sees, or that steer what shows them.
const UNSEEN = /[\u{0}-\u{9}\u{B}-\u{1F}\u{7F}-\u{9F}\u{AD}\u{34F}\u{61C}\u{115F}-\u{1160}\u{17B4}-\u{17B5}\u{180B}-\u{180F}\u{200B}-\u{200F}\u{2028}-\u{202E}\u{2060}-\u{206F}\u{3164}\u{D800}-\u{F8FF}\u{FDD0}-\u{FDEF}\u{FEFF}\u{FFA0}\u{FFF9}-\u{FFFB}\u{FFFE}-\u{FFFF}\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}\u{F0000}-\u{10FFFF}\u{1FFFE}-\u{1FFFF}\u{2FFFE}-\u{2FFFF}\u{3FFFE}-\u{3FFFF}\u{4FFFE}-\u{4FFFF}\u{5FFFE}-\u{5FFFF}\u{6FFFE}-\u{6FFFF}\u{7FFFE}-\u{7FFFF}\u{8FFFE}-\u{8FFFF}\u{9FFFE}-\u{9FFFF}\u{AFFFE}-\u{AFFFF}\u{BFFFE}-\u{BFFFF}\u{CFFFE}-\u{CFFFF}\u{DFFFE}-\u{DFFFF}\u{EFFFE}-\u{EFFFF}]/u;
const textsOf = (value) => (typeof value === "string" ? [value] : Object.values(value || {}).flatMap(textsOf));
const seen = (value, edition, code) => need(edition < 2 || !textsOf(value).some((each) => UNSEEN.test(each)), code, "A text has a character that nobody sees.");

// A change of the policy lets a sign-in attest what one may, of people who are on the list.
function checkAttesting(policy) {
  const said = policy.rules.attested;
  if (said === undefined) return;
  const {accounts = {}, issuer, kinds = []} = said, marks = Object.values(accounts);
  const open = Object.keys(ACTS).filter((act) => !OWN_KEY.has(act) && kinds.includes(act)).sort(byCodePoint);
  const fit = sameJson(Object.keys(said).sort(), ["accounts", "issuer", "kinds"]) && kinds.length && sameJson(kinds, open)
    && marks.length && new Set(marks).size === marks.length && marks.every((mark) => /^[0-9a-f]{64}$/.test(mark))
    && Object.keys(accounts).every((person) => person !== SERVICE && person in policy.people) && /^https?:\/\/[!-~]{1,200}$/.test(issuer);
  need(fit, "E_POLICY", "The policy lets a sign-in attest what none may, or nobody’s account.");
}

// The policy lets this sign-in attest this act.
function attested(said, policy) {
  if (said.attested === undefined) return;
  const rules = policy.rules.attested, [, issuer, account, at] = ATTESTED.exec(said.attested);
  need(said.act in ACTS && !OWN_KEY.has(said.act), "E_ATTESTED", "A sign-in attests what a person signs themselves.");
  need(rules && rules.kinds.includes(said.act), "E_ATTESTED", "The policy lets no sign-in attest the act.");
  need(issuer === rules.issuer, "E_ATTESTED", "Another provider attests it than the policy names.");
  need(account === rules.accounts[said.actor], "E_ATTESTED", "The account that signed in is not the actor’s by the policy.");
  const age = (Date.parse(said.time) - Date.parse(at)) / 1000;
  need(age >= -AHEAD && age <= FRESH, "E_ATTESTED", "The sign-in was not just before the act.");
  need(said.act !== "submit" || said.details.gates !== "none", "E_ATTESTED", "Whoever submits what needs no approval decides on it.");
}

function judge(chain, said, policy, listed, changed) {
  const {act, actor, document: name} = said, decides = act === "approve" || act === "return";
  const document = name === null ? null : chain.document(name);
  if (act === "publish") {
    for (const [path, mark] of Object.entries(document.read)) need(listed[path] === mark, "E_STALE_APPROVAL", `${path} is not what was approved.`);
  }
  if (act === "approve") need(sameJson(Object.keys(said.details).sort(), decidedOn(name)), "E_ACT", "An approval names other files than those decided on.");
  attested(said, policy);
  seen([said.reason, said.details], policy.rules.edition, "E_ACT");
  need(changed.every((path) => mayWrite(said).includes(path)), "E_ACT", "The act changes a file that it may not change.");
  need(act !== "draft" || decidedOn(name).every((path) => path === "request.md" || path in listed), "E_ACT", "A draft lacks a file of its document.");
  need(!REASONED.has(act) || (said.reason || "").trim(), act === "return" || act === "override" ? "E_REASON" : "E_ACT", "A reason is needed.");
  need(decides === Boolean(said.gate), "E_ACT", "A gate is named where none belongs, or none where one does.");
  need((decides ? [DECIDES[said.gate]] : ACTS[act][0]).includes(said.role), decides ? "E_ROLE" : "E_ACT", "The act needs another role.");
  if (act === "open") {
    need(said.details.regime === "foia" && /^\d{4}-\d\d-\d\d$/.test(said.details.received || ""), "E_ACT", "The opening lacks a fact.");
    const latest = new Date(Date.parse(said.time) + 3600000).toISOString().slice(0, 10), {received} = said.details;
    need(policy.rules.edition < 2 || ("2005-01-01" <= received && received <= latest), "E_ACT", "The request cannot have been received on that day.");
    need(chain.folder.startsWith(`cases/${said.details.received.replaceAll("-", "/")}/`), "E_PATH", "The folder is not by the day of receipt.");
    return;
  }
  if (DATED.has(act)) chain.days.set(String(said.number), {on: said.details.on, actor});
  if (act === "correct-day") {
    const {act: number, was, on} = said.details, day = chain.days.get(number);
    need(day && day.on === was && on !== was, "E_ACT", "The act has another day than the one put right.");
    need(day.actor !== actor, "E_SOD", "Who recorded a day put it right.");
    chain.days.set(number, {on, actor: day.actor});
  }
  const stages = [...chain.documents.values()].map((each) => each.stage);
  if (act === "erase" || act === "confirm-erasure") {
    need(chain.closed || stages.every((stage) => stage === "sent"), "E_STAGE", "The case is not over.");
    need(act === "erase" || (chain.erasing && chain.erasing !== actor), "E_SOD", "One administrator proposed and confirmed the erasure.");
    chain.erasing = act === "erase" ? actor : null;
  }
  if (act === "close") {
    need(!chain.closed && !stages.includes("published"), "E_STAGE", "The case cannot be closed.");
    chain.closed = true;
  }
  if (document) move(chain, document, said, policy, listed, changed);
}

function move(chain, document, said, policy, listed, changed) {
  const {act, actor, document: name} = said;
  need(!chain.closed || act === "reopen", "E_STAGE", "The case is closed.");
  need(!SENDS[act] || SENDS[act] === name, "E_ACT", "The act is of another document.");
  need(said.version === document.version + (act === "draft" ? 1 : 0), "E_REPLAY_VERSION", "The statement was made for another version.");
  const [needed, then] = MOVES[act] || [[document.stage], document.stage];
  need(needed.includes(document.stage) || chain.closed, "E_STAGE", `The ${name} was in ${document.stage}.`);
  if (act === "submit") return submit(document, said, policy);
  if (act === "approve" || act === "return") return decide(chain, document, said, policy, listed);
  if (act === "override") {
    need(!writersOf(chain, document).has(actor), "E_SOD", "A writer overrode a finding.");
    document.overrode.add(actor);
    document.overridden.add(`${said.details.finding} ${said.details.place || ""}`.trim());
    return;
  }
  if (act === "draft" || act === "take-back") document.approved = [];
  if (act === "draft") {
    document.version += 1;
    document.writers.add(actor);
    document.overrode = new Set();
    document.overridden = new Set();
    if (changed.includes("request.md")) document.asked.add(actor);
  }
  if (act === "publish") {
    document.writers = new Set();
    document.asked = new Set();
  }
  if (act === "correct" || act === "reopen") {
    document.stood = chain.closed ? "closed" : document.stage;
    chain.closed = false;
  }
  if (act === "withdraw-draft") chain.closed = document.stood === "closed";
  document.stage = act === "withdraw-draft" ? document.stood : then;
}

function submit(document, said, policy) {
  const facts = said.details, asked = policy.rules.gates[said.document], edition = policy.rules.edition;
  need(document.stage === "drafting", "E_STAGE", `The ${said.document} was in ${document.stage}.`);
  need(typeof facts.gates === "string", "E_ACT", "The submission does not say which approvals it needs.");
  need(!asked || facts.gates === APPROVALS[asked], "E_ACT", "Other approvals than the rules ask for.");
  need(facts.gates.split(" ").every((gate) => gate in DECIDES || gate === "none"), "E_ACT", "There is no such approval.");
  if (said.document === "test") {
    const rules = Number(facts.rules);
    need(/^[0-9]{1,3}$/.test(facts.rules || "") && rules >= RULES[edition] && rules <= Math.max(...Object.values(RULES)), "E_CHECKS", "The submission names no rules of the checks, or others than are known.");
  } else {
    need(!("rules" in facts) && !("findings" in facts), "E_CHECKS", "Rules are run on the test alone.");
  }
  const made = facts["made-with"];
  need((made !== undefined) === (said.document === "test" && edition >= 3), "E_ACT", "The submission does not say what made the text, or says so where it is not to.");
  need(made === undefined || MADE_WITH.test(made), "E_ACT", "What made the text is out of form.");
  for (const line of (facts.findings || "").split("\n").filter(Boolean)) {
    const [code, weight, ...place] = line.split(" ");
    need(weight !== "block" || document.overridden.has([code, ...place].join(" ")), "E_CHECKS", "A finding stops this submission.");
  }
  need(edition < 2 || !document.overrode.has(said.actor), "E_SOD", "Whoever overrode a finding submitted.");
  document.writers.add(said.actor);
  document.gates = facts.gates.split(" ").filter((gate) => gate !== "none");
  document.stage = document.gates.length ? "deciding" : "publication";
  document.approved = [];
}

function decide(chain, document, said, policy, listed) {
  const at = document.stage === "deciding" ? document.gates[document.approved.length] : document.stage;
  need(at === said.gate, "E_STAGE", `The ${said.document} was at ${at}.`);
  need(!writersOf(chain, document).has(said.actor), "E_SOD", "A writer decided on their own words.");
  need(!document.approved.includes(said.actor), "E_SOD", "One person decided twice.");
  if (said.act === "return") {
    document.returned += 1;
    document.stage = "drafting";
    document.approved = [];
    return;
  }
  need(policy.rules.edition < 2 || !document.overrode.has(said.actor), "E_SOD", "Whoever overrode a finding decided on it.");
  for (const [path, mark] of Object.entries(said.details)) need(listed[path] === mark, "E_STALE_APPROVAL", `${path} is not what was approved.`);
  document.approved.push(said.actor);
  document.read = said.details;
  if (document.approved.length === document.gates.length) document.stage = "publication";
}

// The whole

class Chain {
  constructor(folder) {
    Object.assign(this, {folder, number: 0, last: null, entry: null, tree: null, files: new Map()});
    Object.assign(this, {documents: new Map(), taken: {}, closed: false, erasing: null, days: new Map()});
  }
  document(name) {
    if (!this.documents.has(name)) this.documents.set(name, newDocument());
    return this.documents.get(name);
  }
}

class Reading {
  constructor(objects, data) {
    Object.assign(this, {objects, data, findings: [], heads: [], roots: new Map(), policies: [], owners: {}, suspected: new Set(), references: new Set(), register: "", rows: [], broken: [], versions: [], sealed: 0});
    this.chains = {policy: new Chain("policy")};
  }

  async all() {
    const line = [];
    for (let id = this.data.main; id;) {
      let raw;
      try {
        raw = this.objects.read(id, "commit");
      } catch (found) {
        this.add(0, found, `${line.length} entries before the newest`);
        return;
      }
      line.push([id, raw]);
      id = /^parent ([0-9a-f]{40})$/m.exec(latin(raw).split("\n\n")[0])?.[1];
    }
    let before = null;
    for (const [at, [id, raw]] of line.reverse().entries()) {
      this.heads.push(await sha256(raw));
      let entry = null;
      try {
        entry = parseEntry(id, raw);
        await this.entry(at + 1, entry, before);
      } catch (found) {
        this.add(at + 1, found);
        if (entry && !this.rows.some((row) => row.number === at + 1)) this.broken.push({number: at + 1, entry});
      }
      before = entry;
    }
    if (before) {
      if (before.committed > Date.now() / 1000) this.add(line.length, new Failed("E_CLOCK", "The newest entry is dated in the future."));
      this.standing(before, line.length);
    }
    await this.checkpoint();
  }

  add(number, found, where = "") {
    if (found instanceof Unable) throw found;
    // What the page's maker did not foresee in altered data fails as well.
    const code = found instanceof Failed ? found.code : "E_PARSE";
    this.findings.push({number, code, sentence: found instanceof Failed ? found.message : "It is not in the register’s form.", where});
  }

  async entry(number, entry, before) {
    const failed = [], tried = async (check) => {
      try {
        await check();
      } catch (found) {
        if (found instanceof Unable) throw found;
        failed.push(found);
      }
    };
    this.goneOn = [];
    await tried(() => this.inLine(number, entry));
    const named = entry.said.Case;
    if (named === this.data.case || named === "policy") await tried(() => this.act(number, entry, before, tried));
    else {
      await tried(() => this.byService(entry, this.policies.at(-1)));
      if (entry.said.Act === "0001-open") await tried(() => this.knownOnce(named));
    }
    await tried(() => this.notEarlier(number, entry, before));
    if (failed.length) throw failed[0];
  }

  knownOnce(reference) {
    const again = this.references.has(slug(reference).toLowerCase());
    this.references.add(slug(reference).toLowerCase());
    need(!again, "E_DUPLICATE", "The case is open already.");
  }

  inLine(number, entry) {
    need(entry.said.Sequence === String(number), "E_SEQ", "The sequence number is not the next.");
    const link = number > 1 ? `sha256:${this.heads.at(-2)}` : "none";
    need(entry.said["Previous-Entry"] === link, "E_PREVIOUS_ENTRY", "The entry names another before it.");
    const delay = entry.committed - entry.authored;
    need(delay >= 0 && delay <= DAY, "E_CLOCK", "Act and entry lie too far apart.");
  }

  notEarlier(number, entry, before) {
    // Earlier only where a clock was ahead, and an administrator says so.
    const ahead = before && before.committed - entry.committed > DAY && this.goneOn.includes(`E_CLOCK at entry ${number - 1}`);
    need(!before || entry.committed >= before.committed || ahead, "E_CLOCK", "The entry’s time lies before that of the entry before it.");
  }

  async act(number, entry, before, tried) {
    const root = this.objects.tree(entry.tree), parent = before ? this.objects.tree(before.tree) : new Map();
    need([...root].every(([name, node]) => ["cases", "policy"].includes(name) && node.mode === "40000"), "E_TREE", "Something lies beside cases and policy.");
    const folder = this.changed(root, parent), named = entry.said.Case, opens = entry.said.Act === "0001-open";
    need(!opens || !this.chains[named], "E_DUPLICATE", "The case is open already.");
    if (opens) this.knownOnce(named);
    if (opens) need(/^cases\/\d{4}\/\d\d\/\d\d\/[^/]+$/.test(folder) && folder.split("/")[4] === slug(named), "E_PATH", "The folder is not by the reference.");
    const chain = this.chains[named] || (opens ? new Chain(folder) : null);
    need(chain, "E_REPLAY_CASE", "The entry names a case that is not open.");
    need(folder === chain.folder, "E_TREE", "The entry changes something else than its own folder.");
    need((before ? this.objects.below(before.tree, folder) : null) === chain.tree, "E_TREE", "The folder was changed between the entries of its case.");
    const earlier = chain.files, tree = this.objects.below(entry.tree, folder), files = this.objects.files(tree);
    Object.assign(chain, {files, tree});
    this.chains[named] = chain;
    const said = await this.statement(entry, chain, files, earlier);
    this.rows.push({number, entry, said, files, policy: this.policies.at(-1)});
    const policy = named === "policy" ? this.policy(said, files) : this.policies.at(-1), judged = this.policies.at(-1) || policy;
    // Whom the recovery key names signs with the key that is listed then.
    await tried(() => this.signed(entry, said, files, said.act === "recover" ? policy : judged));
    await tried(() => this.byService(entry, judged));
    if (named === "policy") return this.amended(said, policy);
    const changed = [...new Set([...files.keys(), ...earlier.keys()])].filter((path) => files.get(path) !== earlier.get(path) && !path.startsWith("acts/"));
    const listed = Object.fromEntries(said.files.map((file) => [file.path, file.sha256]));
    judge(chain, said, judged, listed, changed);
    if (said.act === "draft") this.versions.push({said, number, files});
    for (const path of changed) if (files.has(path) && /\.(md|yaml|json)$/.test(path)) this.content(said, path, files.get(path), judged.rules.edition);
    if (said.act === "publish") await this.states(said, files);
  }

  // A paper states the root of the entries before it, by its manifest.
  async states(said, files) {
    const entries = said.details.entries, size = Number(entries ?? 0);
    need(entries === undefined || /^[1-9][0-9]{0,11}$/.test(entries), "E_ACT", "A number of entries is out of form.");
    need(size < this.heads.length, "E_STATED", "The paper states more entries than there were before it.");
    const manifest = [...files.keys()].find((path) => path.startsWith(`${said.document}/`) && path.endsWith(".json"));
    let told = "";
    try {
      if (manifest) told = JSON.parse(words(this.objects.read(files.get(manifest), "blob"), "E_PDF")).checkpoint ?? "";
    } catch (found) {
      if (found instanceof Unable) throw found;
    }
    const due = size ? `equipoise/${this.register} ${size} ${hex(await rootOf(this.heads, 0, size, this.roots))}` : "";
    need(told === due, "E_STATED", "The paper states a checkpoint that the register does not contain.");
  }

  // What an act brought, as far as that takes neither a key nor the program; what is sealed is in no pack.
  content(said, path, id, edition) {
    let written = words(this.objects.read(id, "blob"), "E_CONTENT");
    if (path === "request.md") {
      const named = /^Reference: ([^\n]+)\n/.exec(written);
      need(named && slug(named[1]).toLowerCase() === slug(said.case).toLowerCase(), "E_CONTENT", "The request is of another case, or none.");
      const form = /^Reference: [^\n]+\nAuthority: [^\n]+\nReceived: (\d{4}-\d\d-\d\d)\nSubject: [^\n]+\n(?:Regime: ([^\n]+)\n)?\n[^]+\n$/.exec(written);
      const same = !form || said.act !== "open" || (form[1] === said.details.received && (form[2] || "foia") === said.details.regime);
      need(same, "E_CONTENT", "The request is of another day or Act than the opening states.");
    }
    // As somebody’s editor saved it.
    if (path === "test/assessment.yaml") written = written.replace(/^\u{FEFF}/u, "").replace(/\r*\n|\r/g, "\n").replaceAll("\t", " ");
    seen(written, edition, "E_CONTENT");
  }

  async statement(entry, chain, files, earlier) {
    const base = `acts/${entry.said.Act}.json`, own = [base, `${base}.sig`];
    const records = (all, less) => Object.fromEntries([...all].filter(([path]) => path.startsWith("acts/") && !less.includes(path)));
    need(own.every((path) => files.has(path)) && sameJson(records(files, own), records(earlier, [])), "E_TREE", "The records of acts are not as they were.");
    const data = this.objects.read(files.get(base), "blob"), mark = await sha256(data);
    need(entry.said.Statement === `sha256:${mark}`, "E_SHA256", "The statement is not the one that the entry names.");
    const said = unjson(data, "E_STATEMENT"), onCase = entry.said.Case !== "policy";
    need(sameJson(Object.keys(said).sort(), FIELDS) && said.format === 1, "E_STATEMENT", "The statement has other fields.");
    const form = typeof said.act === "string" && (said.act in ACTS || said.act in POLICY_ACTS) && [null, ...Object.keys(DECIDES)].includes(said.gate)
      && ["number", "policy", "version"].every((name) => Number.isInteger(said[name])) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(said.time)
      && Object.values(said.details).every((fact) => typeof fact === "string");
    need(form, "E_STATEMENT", "The statement has a field out of form.");
    const {attested: signIn, ...facts} = said.details, methods = ATTESTED.exec(signIn ?? "")?.[4].split(",");
    need(signIn === undefined || (methods && sameJson(methods, [...new Set(methods)].sort(byCodePoint))), "E_STATEMENT", "The fact of a sign-in is out of form.");
    said.attested = signIn;
    said.details = facts;
    need(said.document === null || DOCUMENTS.includes(said.document), "E_STATEMENT", "The document is none that a case has.");
    this.register ||= said.register;
    need(said.register === this.register, "E_REPLAY_REGISTER", "The statement is of another register.");
    need(entry.domain === said.register, "E_ENTRY", "The entry is of another register than its statement.");
    need(said.case === entry.said.Case, "E_REPLAY_CASE", "The statement was made for another case.");
    need(said.act in (onCase ? ACTS : POLICY_ACTS), "E_ACT", "That is no act on this.");
    need(!onCase || ON_DOCUMENT.has(said.act) === (said.document !== null), "E_STATEMENT", "The document is out of form.");
    await this.listed(said, files);
    need(said.number === chain.number + 1 && sameJson(said.previous, chain.last), "E_PREVIOUS", "The statement does not follow the one before it.");
    const came = chain.entry || "none";
    Object.assign(chain, {number: said.number, entry: entry.id, last: {signature: await sha256(this.objects.read(files.get(`${base}.sig`), "blob")), statement: mark}});
    need(entry.said["Case-Previous"] === came, "E_ENTRY", "The entry names another as the case’s last.");
    need(entry.said.Policy === String(said.policy), "E_ENTRY", "The entry names another policy.");
    need(entry.said.Act === `${String(said.number).padStart(4, "0")}-${said.act}`, "E_ENTRY", "The entry names another act.");
    need(entry.subject === sentenceOf(said), "E_ENTRY", "The entry’s sentence is not its statement’s.");
    need(entry.authored === Date.parse(said.time) / 1000, "E_ENTRY", "The entry gives another time than its statement.");
    need(said.policy === (this.policies.at(-1)?.version || 0), "E_POLICY", "Another policy was in force.");
    this.key(said, chain);
    return said;
  }

  async listed(said, files) {
    const paths = said.files.map((file) => file.path);
    need(sameJson(paths, [...paths].sort(byCodePoint)), "E_STATEMENT", "The list of files is out of order.");
    const there = [...files.keys()].filter((path) => !path.startsWith("acts/")).sort(byCodePoint);
    need(sameJson(paths, there), "E_TREE", "The folder has other files than are listed.");
    for (const file of said.files) {
      if (file.path.endsWith(".age")) continue;  // what is sealed is in no pack
      need(this.objects.has(files.get(file.path)), "E_MISSING", `${file.path} is not here, or was altered.`);
      const data = this.objects.read(files.get(file.path), "blob");
      need(file.size === data.length && file.sha256 === (await sha256(data)), "E_SHA256", `${file.path} is not the file that is listed.`);
    }
    this.sealed = Math.max(this.sealed, paths.filter((path) => path.endsWith(".age")).length);
  }

  key(said, chain) {
    const {act, document: name} = said, times = chain.taken[act] || 0;
    const place = name ? `v${said.version}/r${chain.document(name).returned}` : act === "open" || said.case === "policy" ? `v${said.version}/r0` : `n${times}`;
    chain.taken[act] = times + 1;
    const due = [act, slug(said.case), name, place, said.gate, said.actor].filter(Boolean).join("/");
    need(said.key === due || (said.key.startsWith(`${due}/`) && /^[0-9a-f]{16}$/.test(said.key.slice(due.length + 1))), said.case === "policy" ? "E_POLICY" : "E_KEY", "The key is not the one due.");
  }

  async signed(entry, said, files, policy) {
    const name = `acts/${entry.said.Act}.json`, data = this.objects.read(files.get(name), "blob");
    const found = parseSignature(latin(this.objects.read(files.get(`${name}.sig`), "blob")));
    await verifySignature(found, data, "equipoise-act-v1", policy.rules.desk || []);
    const owner = policy.owner(found.public), actor = said.actor;
    need(owner || this.owners[found.public], "E_UNKNOWN_KEY", "A key signed that was never on the list.");
    need(owner, "E_KEY_EXPIRED", "The key that signed was no longer on the list.");
    const by = said.attested === undefined ? actor : SERVICE;
    need(by === actor || owner === by, "E_KEY_CLASS", "A person signed what is stated to be attested by a sign-in.");
    need(owner !== SERVICE || by === SERVICE, "E_ROLE", "The service’s key signed for a person.");
    need(owner === by, "E_IDENTITY", "One person’s key signed for another.");
    need(entry.author === actor, "E_IDENTITY", "The entry names another author.");
    need(policy.people[actor].roles.includes(said.role), said.case === "policy" && actor !== SERVICE ? "E_POLICY" : "E_ROLE", "The actor lacked the role.");
  }

  async byService(entry, policy) {
    need(policy, "E_POLICY", "No policy is in force.");
    need(entry.armoured, "E_UNSIGNED", "The entry is not signed.");
    const found = parseSignature(entry.armoured), owner = policy.owner(found.public);
    need(owner, "E_UNKNOWN_KEY", "The entry is signed by a key that is not the service’s.");
    need(owner === SERVICE, "E_IDENTITY", "The entry is signed by a person.");
    need(found.form === "ssh-ed25519", "E_SIGNATURE", "The service signs with an Ed25519 key.");
    await verifySignature(found, entry.payload, "git", []);
  }

  policy(said, files) {
    const there = [...files.keys()].filter((path) => !path.startsWith("acts/")).sort();
    need(sameJson(there, POLICY_FILES), "E_TREE", "The policy has other files.");
    const policy = parsePolicy((name) => this.objects.read(files.get(name), "blob"), said.register), before = this.policies.at(-1)?.version || 0;
    need(policy.version === before + 1 && policy.version === said.version, policy.version <= before ? "E_POLICY_ROLLBACK" : "E_POLICY", "The policy’s version is not the next.");
    return policy;
  }

  async amended(said, policy) {
    const before = this.policies.at(-1);
    seen([said.reason, said.details], (before || policy).rules.edition, "E_POLICY");
    need(said.role === ADMIN, "E_ROLE", "Only an administrator changes the policy.");
    attested(said, policy);
    if (said.act === "change-attested") checkAttesting(policy);
    need((said.act === "found") === !before, "E_POLICY", "The register is founded once.");
    need(!["resume", "suspect-key", "change-service-key", "recover"].includes(said.act) || (said.reason || "").trim(), "E_POLICY", "A reason is needed.");
    if (said.act === "resume") this.goneOn = (said.details.findings || "").split("; ");
    if (before) {
      need(said.act !== "recover" || before.rules.recovery, "E_RECOVERY", "Shares name an administrator, and there is no recovery key.");
      const [, file, key] = POLICY_ACTS[said.act];
      const about = said.act === "change-service-key" ? SERVICE : said.details.person;
      for (const name of POLICY_FILES) {
        if (name === file && !key && name !== "roster.json") continue;
        const [old, now] = [before, policy].map((each) => {
          const copy = {...each.files[name], version: 0};
          if (name === file && key) delete copy[key];
          if (name === file && name === "roster.json") copy.people = copy.people.filter((person) => person.id !== about);
          return copy;
        });
        need(sameJson(old, now), "E_POLICY", "The policy was changed in more than was signed for.");
      }
      const gates = {...before.rules.gates, [said.details.document]: said.details.approvals};
      need(said.act !== "change-approvals" || sameJson(policy.rules.gates, gates), "E_POLICY", "Other approvals were changed than the act states.");
      need(!(key in STATED) || String(policy.files[file][key]) === said.details[STATED[key]], "E_POLICY", "The policy says something else than the act states.");
      need(said.act !== "adopt-edition" || before.rules.edition < policy.rules.edition, "E_POLICY", "An edition is followed by a later one only.");
      if (said.act === "change-service-key") {
        const [old, now] = [before, policy].map((each) => each.people[SERVICE].keys);
        const same = now.length === 1 && await sha256(fromBase64(now[0].split(" ")[1])) === said.details.key && !sameJson(old, now);
        need(same, "E_POLICY", "The policy says something else than the act states.");
      }
      await (said.act === "recover" ? this.recovered(said, before, policy) : this.agreed(said, before));
    }
    const points = new Map(Object.entries(this.owners).map(([key, owner]) => [pointOf(key), owner]));
    for (const person of Object.values(policy.people)) {
      const about = said.act === "found" || (said.act === "add-officer" && person.id === said.details.person);
      need(!about || person.keys.length || (before || policy).rules.edition === 1, "E_NO_KEY", "A person is listed without a key.");
      for (const key of person.keys) {
        if (!points.has(pointOf(key))) points.set(pointOf(key), person.id);
        need(points.get(pointOf(key)) === person.id, "E_OWNER", "A key is or was another person’s.");
        this.owners[key] ||= person.id;
      }
    }
    if (said.act === "suspect-key") {
      const marks = new Map();
      for (const key of Object.keys(this.owners)) marks.set(await sha256(fromBase64(key.split(" ")[1])), key);
      need(marks.has(said.details.key), "E_POLICY", "Nobody ever had that key.");
      this.suspected.add(marks.get(said.details.key));
    }
    const listed = Object.values(policy.people).flatMap((person) => person.keys);
    const doubted = new Set([...this.suspected].map(pointOf));
    need(!listed.some((key) => doubted.has(pointOf(key))), "E_POLICY", "A key that was made suspect is listed.");
    this.policies.push(policy);
  }

  // Another administrator agreed, where the policy before takes two.
  async agreed(said, before) {
    const {"proposed-by": first, consent, ...details} = said.details;
    if (before.rules.threshold === 1) return need(first === undefined && consent === undefined, "E_POLICY", "Nobody’s consent is asked for.");
    need(first && consent, "E_CONSENT", "A change takes two administrators, and one signed it.");
    need(first !== said.actor, "E_CONSENT", "One person proposed and confirmed.");
    need(before.people[first]?.roles?.includes(ADMIN), "E_CONSENT", "Whoever agreed is no administrator.");
    const key = await this.beside(said, details, first, consent, "consent", before);
    need(before.owner(key) === first, "E_CONSENT", "Another’s key signed the consent.");
  }

  // The recovery key of the policy before named one new administrator.
  async recovered(said, before, policy) {
    const {recovery, ...details} = said.details, actor = said.actor, {key} = before.rules.recovery;
    need(sameJson(details, {person: actor}), "E_POLICY", "The act is about another than whoever took it.");
    need(recovery, "E_RECOVERY", "There is no signature of the recovery key.");
    need(!(actor in before.people) && sameJson(policy.people[actor]?.roles, [ADMIN]), "E_RECOVERY", "Shares name an administrator who was on no list, and nothing else.");
    need(key === await this.beside(said, details, actor, recovery, "recovery", before), "E_RECOVERY", "Another key than the recovery key named the administrator.");
  }

  // Which key signed a change of the policy beside its statement, as a fact of it says.
  async beside(said, details, first, written, purpose, before) {
    const {act, files, format, policy, reason, register} = said;
    const agreed = bytesOf(`${canonical({act, details, files, format, policy, "proposed-by": first, reason, register})}\n`);
    const lines = (written.match(/[^]{1,70}/g) || []).join("\n");
    try {
      const found = parseSignature(`-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`);
      await verifySignature(found, agreed, `equipoise-${purpose}-v1`, before.rules.desk || []);
      return found.public;
    } catch (fault) {
      if (!(fault instanceof Failed)) throw fault;
      throw new Failed(`E_${purpose.toUpperCase()}`, `What was signed beside the statement is not this: ${fault.message}`);
    }
  }

  changed(now, old, prefix = "") {
    const names = [...new Set([...now.keys(), ...old.keys()])].filter((name) => now.get(name)?.id !== old.get(name)?.id || now.get(name)?.mode !== old.get(name)?.mode);
    need(names.length === 1 && now.has(names[0]) && now.get(names[0]).mode === "40000", "E_TREE", "The entry changes more than its own folder.");
    const path = prefix + names[0];
    if (path === "policy" || path.split("/").length === 5) return path;
    return this.changed(this.objects.tree(now.get(names[0]).id), old.has(names[0]) ? this.objects.tree(old.get(names[0]).id) : new Map(), `${path}/`);
  }

  standing(newest, number) {
    try {
      for (const chain of Object.values(this.chains)) need(this.objects.below(newest.tree, chain.folder) === chain.tree, "E_TREE", `${chain.folder} is not as its last entry left it.`);
      need(this.chains[this.data.case], "E_MISSING", "The case is not in the register.");
    } catch (found) {
      if (!this.findings.length) this.add(number, found);
    }
  }

  async checkpoint() {
    if (!this.data.checkpoint) return;
    try {
      const lines = this.data.checkpoint.split("\n"), parted = lines.indexOf(""), size = Number(lines[1]);
      const text = bytesOf(`${lines.slice(0, parted).join("\n")}\n`), newest = parted > 3 ? lines[3] : null;
      const vault = parted < 5 || /^vault [1-9][0-9]{0,11} sha256:[0-9a-f]{64}$/.test(lines[4]);
      need(parted >= 3 && parted <= 5 && vault && lines[0] === `equipoise/${this.register}` && /^[1-9][0-9]{0,11}$/.test(lines[1]), "E_CHECKPOINT", "The checkpoint is out of form, or of another register.");
      const signed = newest ? signatureLines(lines.slice(parted + 1)) : [];
      const found = parseSignature(newest ? byOpenssh(signed) : lines.slice(4).join("\n"));
      need(this.owners[found.public] === SERVICE, "E_CHECKPOINT", "The checkpoint is not signed by the service.");
      try {
        await verifySignature(found, text, "equipoise-checkpoint-v1", []);
        if (newest) await signedAsNote(signed, lines[0], keyOf(found.public).point, text);
      } catch (failed) {
        if (failed instanceof Unable) throw failed;
        throw new Failed("E_CHECKPOINT", failed.message);
      }
      if (size > this.heads.length) throw Object.assign(new Failed("E_ROLLBACK", "The checkpoint knows more entries than there are here."), {at: size});
      const same = newest === null || newest === `newest sha256:${this.heads[size - 1]}`;
      if (!same || toBase64(newest ? await rootOf(this.heads, 0, size, this.roots) : unhex(this.heads[size - 1])) !== lines[2]) throw Object.assign(new Failed("E_FORK", "The entries up to the checkpoint’s place are others."), {at: size});
      this.checkpointed = size;
    } catch (found) {
      this.add(found.at || 0, found, found.at ? "" : "the checkpoint");
    }
  }
}

// The lines of signatures under a checkpoint, as c2sp.org/signed-note has them

function signatureLines(lines) {
  return lines.filter((line) => line).map((line) => {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    need(match && toBase64(fromBase64(match[2])) === match[2], "E_CHECKPOINT", "A line of the checkpoint is out of form.");
    const bytes = fromBase64(match[2]);
    return {name: match[1], id: hex(bytes.slice(0, 4)), signature: bytes.slice(4)};
  });
}

function byOpenssh(signed) {
  const found = signed.find((each) => latin(each.signature.slice(0, 6)) === "SSHSIG");
  need(found, "E_CHECKPOINT", "OpenSSH’s signature is missing.");
  return `-----BEGIN SSH SIGNATURE-----\n${toBase64(found.signature).match(/.{1,70}/g).join("\n")}\n-----END SSH SIGNATURE-----\n`;
}

async function signedAsNote(signed, name, point, text) {
  const id = async (type) => (await sha256(joined(bytesOf(`${name}\n`), type, point))).slice(0, 8);
  const by = (which) => signed.filter((each) => each.name === name && each.id === which);
  const plain = by(await id(Uint8Array.of(1)));
  need(plain.length && by(await id(joined(Uint8Array.of(255), bytesOf("equipoise-checkpoint-v1")))).length, "E_CHECKPOINT", "A signature of the checkpoint is missing.");
  for (const each of plain) need(await fits({name: "Ed25519"}, point, each.signature, text), "E_CHECKPOINT", "A signature of the checkpoint does not fit.");
}

// Return the root of the Merkle tree over some leaves (RFC 6962, 2.1); whole subtrees are hashed once.
async function rootOf(leaves, start, end, known) {
  const size = end - start, name = `${start} ${end}`;
  if (known.has(name)) return known.get(name);
  if (size === 1) return digest("SHA-256", joined(Uint8Array.of(0), unhex(leaves[start])));
  const middle = start + 2 ** (Math.ceil(Math.log2(size)) - 1);
  const made = await digest("SHA-256", joined(Uint8Array.of(1), await rootOf(leaves, start, middle, known), await rootOf(leaves, middle, end, known)));
  if (size === 2 * (middle - start)) known.set(name, made);
  return made;
}

// What is shown. Every word of the case goes in as text, never as mark-up.

function element(name, content, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...[content].flat().filter((each) => each !== null && each !== undefined));
  return made;
}

// Characters that are not seen, or turn the direction of what follows, are written out.
const HIDDEN = new RegExp(`${UNSEEN.source}|\\p{Cf}|\\p{Cn}`, "gu");
const visible = (text) => String(text).replace(HIDDEN, (each) => (each === "\t" ? each : `<U+${each.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`));
const moment = (text) => `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
const where = (found) => (found.where ? `At ${found.where}` : found.number ? `Entry ${found.number}` : "The pack");

function show(reading) {
  const {findings, rows, data} = reading, green = !findings.length;
  const verdict = document.getElementById("verdict");
  verdict.className = green ? "passes" : "fails";
  verdict.replaceChildren(
    element("h2", green ? "Green: everything here is as it was signed" : "Red: something here is not as it was signed"),
    element("p", green
      ? `All ${reading.heads.length} entries follow one another, every signature fits, and every act on ${visible(data.case)} was one that the person might take.`
      : `${findings.length === 1 ? "One thing fails" : `${findings.length} things fail`}. Do not rely on this file; ask for the register itself.`),
  );
  if (!green) {
    verdict.append(element("ul", findings.map((found) => element("li", [element("strong", `${where(found)}: `), `${visible(found.sentence)} (${found.code})`]))));
  }
  const policy = reading.policies.at(-1), main = document.getElementById("case");
  const attestedHere = rows.filter(({said}) => said.attested !== undefined).map(({number}) => number);
  const named = rows.filter(({said}) => said.act === "recover").map(({number, said}) => `${said.actor}, by entry ${number}`);
  const facts = [
    ["Authority", policy?.authority], ["Reference", data.case], ["Entries in the register", reading.heads.length],
    ["Newest entry", data.main], ["Fingerprint of the register", reading.fingerprint],
    ["Attested by sign-in, not signed", attestedHere.length ? `${attestedHere.length}: entry ${attestedHere.join(", ")}` : "none"],
    ["Named an administrator by the recovery key", named.join("; ")],
    ["Checkpoint", reading.checkpointed ? `of entry ${reading.checkpointed}, signed by the service` : "none that counts"],
  ];
  main.replaceChildren(element("h2", "The case"), element("dl", facts.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", name), element("dd", visible(value))])));
  try {
    main.append(...timeline(reading), ...decisions(reading), ...texts(reading), ...papers(reading), ...people(policy), ...open(reading));
  } catch (found) {
    if (green) throw found;
    // What is red stays red, with what was found, where altered data cannot be shown.
    main.append(element("p", "The rest of the case cannot be shown: what it is made of is missing or altered."));
  }
}

function table(caption, head, rows) {
  const body = rows.map((row) => element("tr", row.map((cell, at) => (at ? element("td", cell, at === 1 && head[1] === "When" ? {class: "when"} : {}) : element("th", cell, {scope: "row"})))));
  return element("div", element("table", [
    element("caption", caption), element("thead", element("tr", head.map((name) => element("th", name, {scope: "col"})))), element("tbody", body),
  ]), {class: "wide", tabindex: "0", role: "region", "aria-label": caption});
}

const BY_SIGN_IN = "Attested by sign-in, not signed by their own key.";

function timeline(reading) {
  const failed = new Set(reading.findings.map((found) => found.number));
  const acts = (onPolicy) => reading.rows.filter((row) => (row.said.case === "policy") === onPolicy).map(({number, said, entry}) => [
    String(number), moment(said.time), said.actor === said.role ? said.actor : `${said.actor}, as ${said.role}`,
    [visible(entry.subject), said.reason ? element("p", `“${visible(said.reason)}”`) : null, said.attested === undefined ? null : element("p", BY_SIGN_IN)], failed.has(number) ? "fails" : "passes",
  ]);
  const unread = (onPolicy) => reading.broken.filter(({entry}) => entry.said.Case === (onPolicy ? "policy" : reading.data.case)).map(({number, entry}) => [
    String(number), moment(new Date(entry.committed * 1000).toISOString()), entry.author, visible(entry.subject), "fails",
  ]);
  const all = (onPolicy) => [...acts(onPolicy), ...unread(onPolicy)].sort((one, other) => one[0] - other[0]);
  const head = ["Entry", "When", "Who", "What", "Here"];
  return [
    element("h2", "What was done"), table("Every act on the case, oldest first", head, all(false)),
    element("details", [element("summary", "What was done to the list of people and the rules"), table("Every act on the policy, oldest first", head, all(true))]),
  ];
}

function decisions(reading) {
  const rows = reading.rows.filter(({said}) => said.gate).map(({number, said}) => [
    String(number), `${said.act} at ${said.gate}`, said.actor, `${said.document}, version ${said.version}`,
    said.act === "approve" ? Object.entries(said.details).map(([path, mark]) => element("p", [`${path} `, element("code", mark)])) : visible(said.reason),
  ]);
  return [element("h2", "Who decided, on what"), rows.length ? table("Every approval and return, with the SHA-256 of each file it was made on", ["Entry", "Decision", "By", "Of", "On, or why"], rows) : element("p", "Nobody has decided yet.")];
}

function texts(reading) {
  const shown = reading.versions.flatMap(({said, number, files}) => decidedOn(said.document).filter((path) => files.has(path)).map((path) => element("details", [
    element("summary", `${path}, ${said.document} version ${said.version}, entry ${number}`), element("pre", visible(words(reading.objects.read(files.get(path), "blob"), "E_PARSE")), {tabindex: "0"}),
  ])));
  const findings = reading.rows.filter(({said}) => said.act === "submit" && said.details.findings).map(({number, said}) => element("div", [
    element("p", `Told at the submission in entry ${number}, by code, weight and place:`), element("ul", said.details.findings.split("\n").map((line) => element("li", visible(line)))),
  ]));
  return [element("h2", "Every version, as it was read"), ...(shown.length ? shown : [element("p", "There is none.")]), element("h2", "What the checks found"), ...(findings.length ? findings : [element("p", "No submission states a finding.")])];
}

function papers(reading) {
  const files = reading.chains[reading.data.case]?.files || new Map();
  const rows = [...files].filter(([path]) => path.endsWith(".pdf")).map(([path, id]) => {
    const link = URL.createObjectURL(new Blob([reading.objects.read(id, "blob")], {type: "application/pdf"}));
    return element("li", element("a", path, {href: link, download: path.split("/").at(-1)}));
  });
  return [element("h2", "The papers"), rows.length ? element("ul", rows) : element("p", "None has been published.")];
}

function people(policy) {
  if (!policy) return [];
  const rows = Object.values(policy.people).map((person) => [person.id, person.roles.join(", "), person.keys.map((key) => element("p", element("code", key)))]);
  return [element("h2", "Who may act"), table(`The list in force at the newest entry, version ${policy.version}`, ["Person", "Roles", "Keys"], rows)];
}

function open(reading) {
  const listed = [
    "That this is the authority’s register: compare the fingerprint above with one you were given elsewhere.",
    `That nothing is missing at the end: compare the checkpoint with one that was kept elsewhere.`,
    "That each paper is its text, and each text has the words of its assessment: this page compares the files with what was signed, not with each other. equipoise audit does.",
    "That the dates within the acts are right, and what the checks of a draft would find.",
    `What is sealed: of the case ${reading.sealed === 1 ? "one file is" : `${reading.sealed} files are`} not in this pack. The digests are signed.`,
    "The files of other cases: of those this pack has the entries alone.",
    "That this page is what it seems: a page can say anything. Its script’s SHA-256 is in the README; the authority’s software gives the same for every pack.",
  ];
  return [element("h2", "What this page cannot know"), element("ul", listed.map((each) => element("li", each)))];
}

async function start() {
  const data = JSON.parse(document.getElementById("data").textContent), verdict = document.getElementById("verdict");
  try {
    if (!globalThis.crypto?.subtle) throw new Unable("this browser gives a page from a file no cryptography");
    const reading = new Reading(await Objects.of(data.objects), data);
    await reading.all();
    const founding = reading.chains.policy.files.get("acts/0001-found.json");
    // Where it is missing or altered, its entry is among what fails.
    if (founding && reading.objects.has(founding)) reading.fingerprint = await sha256(reading.objects.read(founding, "blob"));
    show(reading);
  } catch (found) {
    verdict.className = "unable";
    const why = found instanceof Unable ? found.message : "the data cannot be read at all";
    verdict.replaceChildren(element("h2", "Not verified"), element("p", `Nothing is known of this pack: ${why}. Open it in a current browser, or follow README.txt.`));
  }
  Object.defineProperties(Object.prototype, INHERITED);
  document.documentElement.dataset.done = verdict.className;
}
start();
