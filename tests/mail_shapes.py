"""A hundred shapes of mail as it comes, each built here, with what has to become of it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from flows.sources.mail.judging import Ours, What, token_of

ASKED: Final = "Please send me the patrol plan."
OURS: Final = "foi@northshire.example"
CASE: Final = "FOI/2026/0001"
_PDF: Final = b"%PDF-1.7 plan"
_PNG: Final = b"\x89PNG\r\n\x1a\n logo"


def mark(data: bytes) -> bytes:
    return hashlib.sha256(b"a key of the tests" + data).digest()


def knows(reference: str) -> str | None:
    return CASE if reference.replace("/", "-").upper() == "FOI-2026-0001" else None


KNOWN: Final = Ours(
    addresses=frozenset({OURS}),
    lists=frozenset({"foi.northshire.example"}),
    spam=("x-spam-flag", "yes"),
    mark=mark,
    knows=knows,
)
SENT_ID: Final = f"{token_of(CASE, 'clarification.1', mark)}@northshire.example"
REPLY_TO: Final = f"foi+{token_of(CASE, '', mark)}@northshire.example"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One message: what it is, what stands in its text, what is told of it, what came with it."""

    name: str
    raw: bytes
    what: What = What.REQUEST
    case: str = ""
    text: str = ASKED
    told: frozenset[str] = frozenset()
    attached: tuple[str, ...] = ()
    who: str = "A Sample"


def mail(body: bytes | str = ASKED, *lines: bytes | str, **changed: str | None) -> bytes:
    """Return a message: a head with these lines, some of the usual ones changed or left out."""
    usual = {
        "From": "A Sample <a.sample@post.example>",
        "To": OURS,
        "Subject": "Information",
        "Date": "Mon, 2 Nov 2026 10:00:00 +0000",
        "Message-ID": "<1@post.example>",
    }
    head = {**usual, **{name.replace("_", "-"): value for name, value in changed.items()}}
    written: list[bytes | str] = [f"{name}: {value}" for name, value in head.items() if value is not None]
    every = [each if isinstance(each, bytes) else each.encode() for each in (*written, *lines)]
    return b"\r\n".join([*every, b"", body if isinstance(body, bytes) else body.encode(), b""])


def leaf(kind: str, body: bytes | str, *lines: str) -> bytes:
    data = body if isinstance(body, bytes) else body.encode()
    return b"\r\n".join([f"Content-Type: {kind}".encode(), *(line.encode() for line in lines), b"", data])


def in64(kind: str, body: bytes, *lines: str) -> bytes:
    return leaf(kind, base64.encodebytes(body), "Content-Transfer-Encoding: base64", *lines)


def parts(kind: str, *inside: bytes, border: str = "b1", more: str = "") -> tuple[bytes, str]:
    """Return the body of a multipart and the line of the head that says so."""
    between = f"\r\n--{border}\r\n".encode()
    body = b"For readers without MIME" + between + between.join(inside) + f"\r\n--{border}--\r\n".encode()
    return body, f'Content-Type: multipart/{kind}; boundary="{border}"{more}'


def part_of(kind: str, *inside: bytes, border: str, more: str = "") -> bytes:
    body, line = parts(kind, *inside, border=border, more=more)
    return line.encode() + b"\r\n\r\n" + body


def said(*told: str) -> frozenset[str]:
    return frozenset(told)


PLAIN: Final = leaf("text/plain; charset=utf-8", ASKED)
HTML: Final = leaf("text/html; charset=utf-8", f"<p>{ASKED}</p>")
LOGO: Final = in64("image/png", _PNG, "Content-ID: <logo>", "Content-Disposition: inline; filename=logo.png")
PAPER: Final = in64("application/pdf", _PDF, "Content-Disposition: attachment; filename=plan.pdf")
INVITED: Final = leaf("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR")
FAILED: Final = leaf(
    "message/delivery-status",
    "Reporting-MTA: dns; mx.post.example\r\n\r\nFinal-Recipient: rfc822; a.sample@post.example\r\n"
    "Action: failed\r\nStatus: 5.1.1\r\n",
)
GIVEN_BACK: Final = leaf(
    "text/rfc822-headers", f"From: {OURS}\r\nMessage-ID: <{SENT_ID}>\r\nSubject: FOI/2026/0001\r\n"
)


def encoded(text: str, charset: str, *, how: str = "8bit", declared: str | None = None) -> bytes:
    data = text.encode(charset)
    if how == "base64":
        data = base64.encodebytes(data)
    lines = (
        f"Content-Type: text/plain; charset={declared or charset}",
        f"Content-Transfer-Encoding: {how}",
    )
    return mail(data, "MIME-Version: 1.0", *lines)


_CAFE: Final = f"{ASKED} It is about the café — £5."

CHARSETS: Final = (
    Shape(name="plain words, no MIME", raw=mail()),
    Shape(name="UTF-8", raw=encoded(_CAFE, "utf-8"), text=_CAFE),
    Shape(name="Windows-1252", raw=encoded(_CAFE, "cp1252", declared="windows-1252"), text=_CAFE),
    Shape(
        name="Windows-1252 that says ISO-8859-1",
        raw=encoded(_CAFE, "cp1252", declared="iso-8859-1"),
        text=_CAFE,
    ),
    Shape(
        name="UTF-8 that says US-ASCII",
        raw=encoded(_CAFE, "utf-8", declared="us-ascii"),
        text=_CAFE,
    ),
    Shape(
        name="Windows-1252 that says UTF-8",
        raw=encoded(_CAFE, "cp1252", declared="utf-8"),
        text=_CAFE,
        told=said("charset"),
    ),
    Shape(
        name="a character set that nobody knows",
        raw=encoded(_CAFE, "utf-8", declared="x-ministry-7"),
        text=_CAFE,
        told=said("charset"),
    ),
    Shape(
        name="a codec of Python that is no character set",
        raw=encoded(_CAFE, "utf-8", declared="zlib"),
        text=_CAFE,
        told=said("charset"),
    ),
    Shape(name="8-bit without a charset", raw=mail(_CAFE.encode()), text=_CAFE),
    Shape(name="UTF-16 with a mark", raw=encoded(_CAFE, "utf-16", how="base64"), text=_CAFE),
    Shape(name="ISO-2022-JP", raw=encoded(f"{ASKED} 東京", "iso-2022-jp"), text="東京"),
    Shape(name="KOI8-R", raw=encoded(f"{ASKED} Привет", "koi8-r"), text="Привет"),
    Shape(name="GB18030 in base64", raw=encoded(f"{ASKED} 北京", "gb18030", how="base64"), text="北京"),
    Shape(name="Welsh in ISO-8859-14", raw=encoded(f"{ASKED} Ŵyn", "iso-8859-14"), text="Ŵyn"),
    Shape(name="a BOM before the words", raw=mail(b"\xef\xbb\xbf" + ASKED.encode())),
    Shape(name="a NUL among the words", raw=mail(b"Please send me the \0patrol plan.")),
    Shape(
        name="marks that turn the words round",
        raw=mail("Please \u202esend\u202c me.\r\n" + ASKED),
        text="Please �send� me.",
    ),
    Shape(name="an escape for terminals", raw=mail("\x1b[2J" + ASKED), text=ASKED),
    Shape(
        name="bare carriage returns",
        raw=mail(b"Dear all,\r\r" + ASKED.encode()),
        text=f"Dear all,\n\n{ASKED}",
    ),
    Shape(name="bare line feeds", raw=mail().replace(b"\r\n", b"\n")),
)

ENCODINGS: Final = (
    Shape(name="base64", raw=encoded(_CAFE, "utf-8", how="base64"), text=_CAFE),
    Shape(
        name="base64 cut off",
        raw=mail(
            base64.b64encode(f"{ASKED} And more".encode())[:-3],
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ),
        told=said("damaged"),
    ),
    Shape(
        name="base64 with junk in it",
        raw=mail(
            base64.b64encode(ASKED.encode()).replace(b"U", b"U!*"),
            "Content-Transfer-Encoding: base64",
        ),
        told=said("damaged"),
    ),
    Shape(
        name="quoted-printable",
        raw=mail(
            b"Please send me the pat=\r\nrol plan. caf=C3=A9",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ),
        text=f"{ASKED} café",
    ),
    Shape(
        name="quoted-printable that is broken",
        raw=mail(
            f"{ASKED} 100% =ZZ done",
            "Content-Transfer-Encoding: quoted-printable",
        ),
        told=said("damaged"),
    ),
    Shape(
        name="an encoding that nobody knows",
        raw=mail(ASKED, "Content-Transfer-Encoding: x-rot"),
        told=said("damaged"),
    ),
    Shape(
        name="flowed lines",
        raw=mail(
            "Please send me \r\nthe patrol plan.\r\n> quoted \r\n> words",
            "Content-Type: text/plain; format=flowed",
        ),
        text=f"{ASKED}\n> quoted words",
    ),
    Shape(
        name="flowed lines, DelSp",
        raw=mail(
            "Please send me the pat \r\nrol plan.", "Content-Type: text/plain; format=flowed; delsp=yes"
        ),
    ),
    Shape(name="a line of ten thousand letters", raw=mail("x" * 10_000 + " " + ASKED)),
    Shape(
        name="a text of a million letters", raw=mail(f"{ASKED}\r\n" + "x y\r\n" * 200_000), told=said("cut")
    ),
)

HEADS: Final = (
    Shape(name="no Message-ID", raw=mail(Message_ID=None)),
    Shape(name="no Date", raw=mail(Date=None)),
    Shape(name="a Date in 1970", raw=mail(Date="Thu, 1 Jan 1970 00:00:00 +0000")),
    Shape(name="a Date that is none", raw=mail(Date="yesterday, I think")),
    Shape(name="no Subject", raw=mail(Subject=None)),
    Shape(name="no From", raw=mail(From=None), what=What.NOBODY, who=""),
    Shape(name="a From without an address", raw=mail(From="A Sample"), what=What.NOBODY),
    Shape(name="an address without a name", raw=mail(From="a.sample@post.example"), who=""),
    Shape(
        name="a name in quotes with a comma",
        raw=mail(From='"Sample, A" <a.sample@post.example>'),
        who="Sample, A",
    ),
    Shape(
        name="a name in an encoded word",
        raw=mail(From="=?utf-8?Q?Ang=C3=A8le_Sample?= <a@post.example>"),
        who="Angèle Sample",
    ),
    Shape(
        name="a character parted between encoded words",
        raw=mail(From="=?utf-8?B?QW5nw6g=?= =?utf-8?B?bGUgU8Oj?= =?utf-8?B?bXBsZQ==?= <a@post.example>"),
        who="Angèle Sãmple",
    ),
    Shape(
        name="an encoded word in no known set",
        raw=mail(From="=?x-none?Q?Ang=C3=A8le?= <a@post.example>"),
        who="Angèle",
    ),
    Shape(name="a broken encoded word", raw=mail(From="=?utf-8?B?QW5n*w6g?= <a@post.example>"), who="Angè"),
    Shape(
        name="8-bit in the From",
        raw=mail("", b"From: Ang\xe8le Sample <a@post.example>", From=None) + ASKED.encode(),
        who="Angèle Sample",
    ),
    Shape(
        name="a name that turns round",
        raw=mail(From="=?utf-8?B?4oCuZWxwbWFT?= <a@post.example>"),
        who="�elpmaS",
    ),
    Shape(
        name="a head line put into a name",
        raw=mail(From="=?utf-8?Q?A=0D=0ABcc:_x@y.example?= <a@post.example>"),
        who="A Bcc: x@y.example",
    ),
    Shape(name="a Subject folded over lines", raw=mail(Subject="Information\r\n on the\r\n\tplan")),
    Shape(name="two From lines", raw=mail(ASKED, "From: B Other <b@post.example>")),
    Shape(name="several To", raw=mail(To=f"x@post.example, The Office <{OURS}>, y@post.example")),
    Shape(name="a group for To", raw=mail(To="undisclosed-recipients:;")),
    Shape(name="a Reply-To", raw=mail(Reply_To="other@post.example")),
    Shape(name="a head line of 100,000 letters", raw=mail(ASKED, "X-Long: " + "x" * 100_000)),
    Shape(name="three thousand head lines", raw=mail(ASKED, *["X-Many: y"] * 3_000)),
    Shape(
        name="a colon missing in the head",
        raw=mail(ASKED, "X-Ok: 1").replace(b"X-Ok: 1", b"X-Ok: 1\r\nX-Broken 1"),
    ),
    Shape(
        name="an envelope of mbox before it",
        raw=b"From a.sample@post.example Mon Nov  2 10:00:00 2026\n" + mail(),
    ),
)

STRUCTURES: Final = (
    Shape(name="plain words and HTML", raw=mail(*parts("alternative", PLAIN, HTML))),
    Shape(name="HTML before plain words", raw=mail(*parts("alternative", HTML, PLAIN))),
    Shape(
        name="HTML alone",
        raw=mail(f"<html><body><div>{ASKED}</div></body></html>", "Content-Type: text/html"),
        told=said("html"),
    ),
    Shape(
        name="an empty plain text beside HTML",
        raw=mail(*parts("alternative", leaf("text/plain", " "), HTML)),
        told=said("html"),
    ),
    Shape(
        name="HTML with a script, a tracker and hidden words",
        raw=mail(
            f'<p style="display:none">Hidden</p><script>x()</script><img src="https://t.example/p.gif"><p>{ASKED}</p>',
            "Content-Type: text/html",
        ),
        told=said("html"),
    ),
    Shape(
        name="HTML of Outlook",
        raw=mail(
            f'<html xmlns:o="urn:x"><head><!--[if mso]><xml></xml><![endif]--><style>p.Mso{{}}</style></head>'
            f"<body><p class=MsoNormal>{ASKED.replace(' ', '&nbsp;', 1)}<o:p></o:p></p></body></html>",
            "Content-Type: text/html; charset=us-ascii",
        ),
        text="send me the patrol plan.",
        told=said("html"),
    ),
    Shape(
        name="HTML never closed",
        raw=mail(f"<table><tr><td><p>{ASKED}<b>", "Content-Type: text/html"),
        told=said("html"),
    ),
    Shape(
        name="comments of HTML without end",
        raw=mail(f"<p>{ASKED}</p>" + "<!--" * 50_000, "Content-Type: text/html"),
        told=said("html"),
    ),
    Shape(
        name="enriched text",
        raw=mail(f"<bold>{ASKED}</bold>", "Content-Type: text/enriched"),
        told=said("html"),
    ),
    Shape(
        name="a logo beside HTML",
        raw=mail(*parts("related", part_of("alternative", PLAIN, HTML, border="b2"), LOGO)),
        attached=("PNG",),
    ),
    Shape(name="a PDF beside the words", raw=mail(*parts("mixed", PLAIN, PAPER)), attached=("PDF",)),
    Shape(name="a PDF and no words", raw=mail(*parts("mixed", PAPER)), text="", attached=("PDF",)),
    Shape(
        name="a PDF as the whole message",
        raw=mail(
            base64.encodebytes(_PDF), "Content-Type: application/pdf", "Content-Transfer-Encoding: base64"
        ),
        text="",
        attached=("PDF",),
    ),
    Shape(
        name="a file of a hostile name",
        raw=mail(
            *parts(
                "mixed",
                PLAIN,
                in64(
                    "application/pdf",
                    _PDF,
                    'Content-Disposition: attachment; filename="../../etc/cron.d/x\\0.pdf"',
                ),
            )
        ),
        attached=("PDF",),
    ),
    Shape(
        name="a name of RFC 2231 in parts",
        raw=mail(
            *parts(
                "mixed",
                PLAIN,
                in64(
                    "application/pdf",
                    _PDF,
                    "Content-Disposition: attachment; filename*0*=utf-8''caf%C3%A9; filename*1=plan.pdf",
                ),
            )
        ),
        attached=("PDF",),
    ),
    Shape(
        name="a program",
        raw=mail(
            *parts(
                "mixed",
                PLAIN,
                in64(
                    "application/pdf", b"MZ\x90\x00\x03", "Content-Disposition: attachment; filename=plan.pdf"
                ),
            )
        ),
        attached=("another kind",),
    ),
    Shape(
        name="a ZIP archive",
        raw=mail(*parts("mixed", PLAIN, in64("application/zip", b"PK\x03\x04" + b"\0" * 100))),
        attached=("Office or ZIP",),
    ),
    Shape(
        name="words as an attached file",
        raw=mail(
            *parts(
                "mixed", PLAIN, leaf("text/plain", "More.", "Content-Disposition: attachment; filename=a.txt")
            )
        ),
        attached=("text",),
    ),
    Shape(
        name="winmail.dat",
        raw=mail(
            *parts(
                "mixed",
                PLAIN,
                in64(
                    "application/ms-tnef",
                    b"\x78\x9f\x3e\x22",
                    "Content-Disposition: attachment; filename=winmail.dat",
                ),
            )
        ),
        told=said("tnef"),
        attached=("another kind",),
    ),
    Shape(
        name="winmail.dat as an unknown type",
        raw=mail(
            *parts(
                "mixed",
                PLAIN,
                in64(
                    "application/octet-stream",
                    b"\x78\x9f\x3e\x22",
                    "Content-Disposition: attachment; filename=winmail.dat",
                ),
            )
        ),
        told=said("tnef"),
        attached=("another kind",),
    ),
    Shape(
        name="an invitation beside the words",
        raw=mail(*parts("alternative", PLAIN, HTML, INVITED)),
        told=said("calendar"),
        attached=("text",),
    ),
    Shape(
        name="signed with S/MIME",
        raw=mail(
            *parts(
                "signed",
                PLAIN,
                in64("application/pkcs7-signature", b"0\x82\x01"),
                more='; protocol="application/pkcs7-signature"',
            )
        ),
        told=said("signed"),
    ),
    Shape(
        name="signed with PGP",
        raw=mail(*parts("signed", PLAIN, leaf("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----"))),
        told=said("signed"),
    ),
    Shape(
        name="signed with PGP in the text",
        raw=mail(f"-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n{ASKED}"),
        told=said("signed"),
    ),
    Shape(
        name="encrypted with PGP",
        raw=mail(
            *parts(
                "encrypted",
                leaf("application/pgp-encrypted", "Version: 1"),
                leaf("application/octet-stream", "-----BEGIN PGP MESSAGE-----"),
            )
        ),
        what=What.EMPTY,
        text="",
        told=said("encrypted"),
    ),
    Shape(
        name="encrypted with S/MIME",
        raw=mail(
            base64.encodebytes(b"0\x82\x02"),
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data",
            "Content-Transfer-Encoding: base64",
        ),
        text="",
        told=said("encrypted"),
        attached=("another kind",),
    ),
    Shape(
        name="a message forwarded whole",
        raw=mail(
            *parts(
                "mixed",
                leaf("text/plain", "See below."),
                leaf("message/rfc822", mail(ASKED, From="C Third <c@post.example>")),
            )
        ),
        text=ASKED,
        told=said("enclosed"),
    ),
    Shape(
        name="a message in a message in a message",
        raw=mail(*parts("mixed", leaf("message/rfc822", mail(mail(ASKED), "Content-Type: message/rfc822")))),
        told=said("enclosed"),
    ),
    Shape(
        name="multiparts fifty deep",
        raw=mail(
            *parts(
                "mixed",
                PLAIN,
                b"".join(
                    f'Content-Type: multipart/mixed; boundary="d{n}"\r\n\r\n--d{n}\r\n'.encode()
                    for n in range(50)
                )
                + PLAIN,
            )
        ),
        told=said("deep"),
    ),
    Shape(
        name="multiparts two thousand deep",
        raw=mail(
            *parts(
                "mixed",
                PLAIN,
                b"".join(
                    f'Content-Type: multipart/mixed; boundary="d{n}"\r\n\r\n--d{n}\r\n'.encode()
                    for n in range(2_000)
                )
                + PLAIN,
            )
        ),
        what=What.EMPTY,
        text="",
        told=said("deep"),
    ),
    Shape(name="a thousand parts", raw=mail(*parts("mixed", *[PLAIN] * 1_000)), told=said("deep")),
    Shape(
        name="a border that never comes", raw=mail(ASKED, 'Content-Type: multipart/mixed; boundary="never"')
    ),
    Shape(name="a multipart without a border", raw=mail(ASKED, "Content-Type: multipart/mixed")),
    Shape(
        name="a last border that is missing",
        raw=mail(*parts("mixed", PLAIN, PAPER)).replace(b"--b1--", b""),
        attached=("PDF",),
    ),
    Shape(name="a type that is none", raw=mail(ASKED, "Content-Type: rubbish")),
    Shape(name="a signature and its dashes", raw=mail(f"{ASKED}\r\n-- \r\nA Sample\r\n1 The Street")),
    Shape(
        name="an answer that quotes below",
        raw=mail(
            f"{ASKED}\r\n\r\nOn Monday the office wrote:\r\n> words", "In-Reply-To: <unknown@post.example>"
        ),
    ),
    Shape(name="an empty message", raw=mail(""), what=What.EMPTY, text=""),
    Shape(name="no head at all", raw=b"\r\n" + ASKED.encode(), what=What.NOBODY, who=""),
    Shape(name="nothing at all", raw=b"", what=What.EMPTY, text="", who=""),
    Shape(
        name="bytes that are no message",
        raw=bytes(range(256)) * 8,
        what=What.NOBODY,
        text="ABC",
        told=said("charset"),
        who="",
    ),
)

THREADS: Final = (
    Shape(
        name="an answer to our letter",
        raw=mail(ASKED, f"In-Reply-To: <{SENT_ID}>"),
        what=What.REPLY,
        case=CASE,
    ),
    Shape(
        name="an answer that names us among others",
        raw=mail(ASKED, f"References: <a@x.example> <{SENT_ID}>\r\n <b@x.example>"),
        what=What.REPLY,
        case=CASE,
    ),
    Shape(name="an answer to the address of the case", raw=mail(To=REPLY_TO), what=What.REPLY, case=CASE),
    Shape(name="the same in capitals", raw=mail(To=REPLY_TO.upper()), what=What.REPLY, case=CASE),
    Shape(
        name="the address among the copies", raw=mail(ASKED, f"Cc: {REPLY_TO}"), what=What.REPLY, case=CASE
    ),
    Shape(
        name="a mark that is forged",
        raw=mail(ASKED, f"In-Reply-To: <{SENT_ID.replace('@', 'a@')}>"),
        what=What.REQUEST,
    ),
    Shape(
        name="the mark of another case",
        raw=mail(ASKED, f"In-Reply-To: <{token_of('FOI/2026/0002', '', mark)}@x.example>"),
        what=What.REQUEST,
    ),
    Shape(
        name="our reference in the subject",
        raw=mail(Subject="Re: [EXTERNAL] foi-2026-0001 clarification"),
        what=What.SUGGESTED,
    ),
    Shape(name="a reference that is nobody's", raw=mail(Subject="FOI/2026/9999")),
    Shape(
        name="an answer that the mail system calls spam",
        raw=mail(ASKED, f"In-Reply-To: <{SENT_ID}>", "X-Spam-Flag: YES"),
        what=What.SPAM,
        case=CASE,
    ),
    Shape(
        name="away until Monday, to our letter",
        raw=mail(
            "I am away.",
            f"In-Reply-To: <{SENT_ID}>",
            "Auto-Submitted: auto-replied",
            Subject="Automatic reply: FOI/2026/0001",
        ),
        what=What.AUTO_REPLY,
        case=CASE,
        text="I am away.",
    ),
    Shape(
        name="our letter came back",
        raw=mail(
            *parts(
                "report",
                leaf("text/plain", "It failed."),
                FAILED,
                GIVEN_BACK,
                more="; report-type=delivery-status",
            ),
            From="MAILER-DAEMON@mx.example",
            Subject="Undelivered Mail Returned to Sender",
        ),
        what=What.BOUNCE,
        case=CASE,
        text="It failed.",
        who="",
    ),
    Shape(
        name="our letter was read",
        raw=mail(
            *parts(
                "report",
                leaf("text/plain", "Read."),
                leaf(
                    "message/disposition-notification",
                    f"Original-Message-ID: <{SENT_ID}>\r\nDisposition: manual-action; displayed",
                ),
                more="; report-type=disposition-notification",
            ),
            f"References: <{SENT_ID}>",
        ),
        what=What.RECEIPT,
        case=CASE,
        text="Read.",
    ),
)

NO_REQUESTS: Final = (
    Shape(
        name="a bounce of something else",
        raw=mail(
            *parts("report", leaf("text/plain", "It failed."), FAILED, more="; report-type=delivery-status"),
            From="MAILER-DAEMON@mx.example",
        ),
        what=What.BOUNCE,
        text="It failed.",
        who="",
    ),
    Shape(
        name="a delay of something else",
        raw=mail(
            *parts(
                "report",
                leaf("text/plain", "Late."),
                leaf(
                    "message/delivery-status", "Reporting-MTA: dns; x\r\n\r\nAction: delayed\r\nStatus: 4.4.1"
                ),
                more="; report-type=delivery-status",
            )
        ),
        what=What.BOUNCE,
        text="Late.",
    ),
    Shape(
        name="a bounce of qmail",
        raw=mail(
            "Hi. This is the qmail-send program.",
            "Return-Path: <>",
            Subject="failure notice",
            From="MAILER-DAEMON@mx.example",
        ),
        what=What.BOUNCE,
        text="qmail-send",
        who="",
    ),
    Shape(
        name="a bounce of Exim",
        raw=mail(
            "A message could not be delivered.",
            "X-Failed-Recipients: x@y.example",
            From="Mail Delivery System <Mailer-Daemon@mx.example>",
        ),
        what=What.BOUNCE,
        text="delivered",
        who="Mail Delivery System",
    ),
    Shape(name="a message from nobody", raw=mail(ASKED, "Return-Path: <>"), what=What.AUTO_REPLY),
    Shape(
        name="away until Monday",
        raw=mail("I am away.", "Auto-Submitted: auto-replied (vacation)", "Precedence: bulk"),
        what=What.AUTO_REPLY,
        text="I am away.",
    ),
    Shape(
        name="away until Monday, in Exchange",
        raw=mail(
            "I am away.",
            "In-Reply-To: <z@x.example>",
            "X-Auto-Response-Suppress: All",
            Subject="Automatic reply: Information",
        ),
        what=What.AUTO_REPLY,
        text="I am away.",
    ),
    Shape(
        name="away until Monday, in Welsh",
        raw=mail("Rwyf i ffwrdd.", "In-Reply-To: <z@x.example>", Subject="Ateb awtomatig: Gwybodaeth"),
        what=What.AUTO_REPLY,
        text="ffwrdd",
    ),
    Shape(
        name="an autoresponder of old",
        raw=mail("Thanks.", "X-Autoreply: yes"),
        what=What.AUTO_REPLY,
        text="Thanks.",
    ),
    Shape(
        name="made by a machine",
        raw=mail("The disk is full.", "Auto-Submitted: auto-generated"),
        what=What.AUTO_REPLY,
        text="disk",
    ),
    Shape(name="sent by a person, as it says", raw=mail(ASKED, "Auto-Submitted: no")),
    Shape(
        name="a person who writes about automatic replies",
        raw=mail(Subject="Automatic replies sent by the force"),
    ),
    Shape(
        name="a newsletter",
        raw=mail("News!", "List-Unsubscribe: <mailto:x@y.example>"),
        what=What.LIST,
        text="News!",
    ),
    Shape(
        name="a mailing list",
        raw=mail("Hello all", "List-Id: Talk <talk.lists.example>", "Precedence: list"),
        what=What.LIST,
        text="Hello",
    ),
    Shape(
        name="the list by which the office shares its mailbox",
        raw=mail(ASKED, "List-Id: FOI <foi.northshire.example>", "Precedence: list"),
    ),
    Shape(name="bulk mail", raw=mail("Buy!", "Precedence: bulk"), what=What.LIST, text="Buy!"),
    Shape(
        name="what the mail system calls spam",
        raw=mail("Win!", "X-Spam-Flag: YES"),
        what=What.SPAM,
        text="Win!",
    ),
    Shape(
        name="what it does not call spam", raw=mail(ASKED, "X-Spam-Flag: NO", "X-Spam-Status: No, score=1.1")
    ),
    Shape(
        name="an invitation alone",
        raw=mail(
            "BEGIN:VCALENDAR\r\nEND:VCALENDAR",
            "Content-Type: text/calendar; method=REQUEST",
            Subject="Invitation",
        ),
        what=What.CALENDAR,
        text="",
        told=said("calendar"),
        attached=("text",),
    ),
    Shape(name="sent from our own address", raw=mail(From=f"FOI <{OURS}>"), what=What.LOOP, who="FOI"),
    Shape(
        name="our web form, for somebody who asks",
        raw=mail(From=f"FOI form <{OURS}>", Reply_To="a.sample@post.example"),
        who="FOI form",
    ),
    Shape(name="our own letter again", raw=mail(ASKED, Message_ID=f"<{SENT_ID}>"), what=What.LOOP),
    Shape(name="seventy relays", raw=mail(ASKED, *["Received: from a by b"] * 70), what=What.LOOP),
)

SHAPES: Final = (*CHARSETS, *ENCODINGS, *HEADS, *STRUCTURES, *THREADS, *NO_REQUESTS)
