"""Rules about numbers, addresses and secrets that must not get out."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlsplit

import phonenumbers
import regex

from libsocial.links import codes
from posts.checks.base import LINK, CardPattern, Context, Finding, Findings, Piece, Said, found, luhn, masked, words_of

_RUN = regex.compile(r"(?<![\d.,])\d(?:[ -]?\d){4,24}(?![\d])")
_SPLIT = regex.compile(r"[ -]")


def _numbers(piece: Piece) -> list[tuple[regex.Match[str], str]]:
    return [(match, _SPLIT.sub("", match.group())) for match in _RUN.finditer(piece.text)]


def _secret(rule: str, piece: Piece, span: tuple[int, int], says: str = "") -> Finding:
    return found(rule, piece, span, found=masked(piece.text[slice(*span)]), says=says)


# --- cards and barcodes -----------------------------------------------------------
def cards(piece: Piece, said: Said, context: Context) -> Findings:
    """P1: fourteen digits that begin with 2 and pass Luhn, and what the library's own cards look like."""
    for match, digits in _numbers(piece):
        usual = len(digits) == 14 and digits[0] == "2" and luhn(digits)
        if usual or any(_is_card(digits, pattern) for pattern in context.contacts.cards):
            yield _secret("P1", piece, match.span())


def _is_card(digits: str, pattern: CardPattern) -> bool:
    fits = len(digits) == pattern.length and digits.startswith(pattern.prefix)
    return fits and (not pattern.luhn or luhn(digits))


def barcodes(piece: Piece, said: Said, context: Context) -> Findings:
    """P2: fourteen digits that begin with 3 and pass Luhn."""
    for match, digits in _numbers(piece):
        if len(digits) == 14 and digits[0] == "3" and luhn(digits) and not piece.in_link(match.start()):
            yield found("P2", piece, match.span())


# --- identity ---------------------------------------------------------------------
_PAYMENT = regex.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|6(?:011|5\d\d)\d{12}|35\d{14}"
)
_SSN = regex.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_NINO = regex.compile(r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b")
_DNI = regex.compile(r"\b([XYZ]?)[ -]?(\d{7,8})[ -]?([A-HJ-NP-TV-Z])\b")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIR = regex.compile(r"(?<!\d)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d(?!\d)")
_DATE = (
    r"(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{1,2}\.? (?:de )?\p{L}{3,12}\.?(?: de)?,? \d{4}|\p{L}{3,12} \d{1,2},? \d{4})"
)
_BIRTH = regex.compile(
    rf"(?:\bdate of birth|\bd\.?o\.?b\.?|\bbirth ?date|\bfecha de nacimiento|\bdate de naissance|\bné\(?e?\)? le"
    rf"|\bnacid[oa] el)\W{{1,4}}{_DATE}",
    regex.IGNORECASE,
)
_HOME = regex.compile(
    r"\b(?:lives? at|living at|home address(?: is)?|resides? at|vive en|domicilio(?: es| en)?"
    r"|habite(?: au)?|domiciliée? au)"
    r"\b[^\n.]{0,30}?(?:\d{1,5},? (?:\p{L}+ ){0,2}\p{Lu}\p{L}+|(?i:calle|avenida|rue|avenue) [^\n]{2,40}?\d{1,5})",
)


def identity(piece: Piece, said: Said, context: Context) -> Findings:
    """P8: payment cards, identity numbers of four countries, dates of birth, homes."""
    for match, digits in _numbers(piece):
        if _PAYMENT.fullmatch(digits) and luhn(digits):
            yield _secret("P8", piece, match.span(), "payment")
    for pattern, says in ((_SSN, "identity"), (_NINO, "identity"), (_BIRTH, "birth"), (_HOME, "home")):
        for match in pattern.finditer(piece.text):
            yield _secret("P8", piece, match.span(), says)
    for match in _DNI.finditer(piece.text):
        if _is_dni(*match.groups()):
            yield _secret("P8", piece, match.span(), "identity")
    for match in _NIR.finditer(piece.text):
        if _is_nir(match.group().replace(" ", "")):
            yield _secret("P8", piece, match.span(), "identity")


def _is_dni(first: str, digits: str, letter: str) -> bool:
    if len(digits) != (7 if first else 8):
        return False
    number = int(str("XYZ".index(first)) + digits) if first else int(digits)
    return _DNI_LETTERS[number % 23] == letter


def _is_nir(text: str) -> bool:
    """Key of the French number: 97 less the rest; Corsica counts as 19 and 18."""
    body = text[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(text[13:])


# --- staff only -------------------------------------------------------------------
_SECRET = regex.compile(
    r"(?:\b(?:pin(?: code| number)?|pass ?word|passcode|passphrase|(?:door|alarm|gate|safe|entry|staff) code"
    r"|contraseña|clave|código de (?:la )?(?:puerta|alarma)|mot de passe"
    r"|code (?:de la porte|d['’]accès|d['’]entrée))\b)"
    r"\s*(?:is|are|es|est|:|=)+\s*[“\"']?(?!(?:your|the|a|an|in|on|set|to|not|required|needed|case|su|tu|la|el|le|votre"
    r"|obligatoire|required)\b)(?=[^\s“”\"]*\d|[^\s“”\"]*[^\w\s.,;!?“”\"])[^\s“”\"]{3,40}",
    regex.IGNORECASE,
)
_INSIDE = regex.compile(
    r"\b(?:https?://)?(?:intranet|staffnet|extranet)\.[\w.-]{2,60}|\b[\w-]{1,40}(?:\.[\w-]{1,40}){0,3}"
    r"\.(?:local|internal|intranet|lan|corp)\b|(?<![\d.])(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))"
    r"\.\d{1,3}\.\d{1,3}(?![\d.])|\bhttps?://(?:localhost|127\.0\.0\.1)\S{0,80}",
    regex.IGNORECASE,
)
_MEETING = regex.compile(
    r"\bmeeting (?:id|number)\b|\bid de (?:la )?reuni[oó]n\b|\bid de réunion\b|\b(?:zoom|webex|teams)\b",
    regex.IGNORECASE,
)
_HOST = regex.compile(r"\b[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,5}\b", regex.IGNORECASE)


def secrets(piece: Piece, said: Said, context: Context) -> Findings:
    """P9: what opens a door or an account, and servers inside the house."""
    for match in _SECRET.finditer(piece.text):
        if not _opens_a_meeting(piece.text, match):
            yield _secret("P9", piece, match.span())
    for match in _INSIDE.finditer(piece.text):
        if not _is_ours(piece.link_at(match.start())):
            yield _secret("P9", piece, match.span(), "host")
    for match in _HOST.finditer(piece.text) if "." in piece.text else ():
        if _is_inside(match.group().lower(), context):
            yield _secret("P9", piece, match.span(), "host")


def _opens_a_meeting(text: str, match: regex.Match[str]) -> bool:
    """The passcode of a video meeting the public is invited to stands below its number."""
    return bool(_MEETING.search(text, max(0, match.start() - 300), match.start()))


def _is_ours(url: str) -> bool:
    """One of our own short links, whose server is inside the house while the library is tried out."""
    return codes.read(url.rstrip(".,;:!?)")) is not None


def _is_inside(host: str, context: Context) -> bool:
    return any(host == inner or host.endswith("." + inner) for inner in context.contacts.hosts)


# --- links ------------------------------------------------------------------------
_KEYS = words_of(
    """
    session sessionid session_id sid jsessionid phpsessid aspsessionid token access_token auth_token id_token
    authtoken auth patron patronid patron_id patronnumber borrower borrowernumber borrower_id cardnumber
    card_number librarycard barcode userid user_id pin password passwd pwd apikey api_key ticket otp resetkey
    reset_token
    """
)
_RESET = regex.compile(
    r"(?:reset|recover|forgot|change|set)[-_]?(?:password|passwd|pin)|password[-_]?(?:reset|recover\w*)|opac-password-recovery"
    r"|magic[-_]?link|verify[-_]?email|;jsessionid=",
    regex.IGNORECASE,
)


def links(piece: Piece, said: Said, context: Context) -> Findings:
    """P11: an address that signs in whoever opens it, or names an account."""
    for match in LINK.finditer(piece.text):
        if _is_personal(match.group()):
            yield _secret("P11", piece, match.span())


def _is_personal(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    named = {name.lower() for name, value in parse_qsl(parts.query) if value} & _KEYS
    if _is_meeting(parts):
        named -= {"pwd"}
    reset = _RESET.search(parts.path) and (parts.query or regex.search(r"/[\w-]{16,}/?$", parts.path))
    return bool(named or reset or ";jsessionid=" in parts.path.lower() or "@" in parts.netloc)


def _is_meeting(parts: SplitResult) -> bool:
    """An invitation to a video meeting carries its passcode; it is meant to be passed on."""
    host = (parts.hostname or "").removeprefix("www.")
    return host.endswith("zoom.us") and parts.path.startswith(("/j/", "/w/"))


# --- contacts ---------------------------------------------------------------------
_EMAIL = regex.compile(
    r"(?<![@\w.%+-])[A-Za-z0-9._%+-]{1,64}@(?P<domain>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})\b"
)


def emails(piece: Piece, said: Said, context: Context) -> Findings:
    """P3: an address that is on no list of the library's contacts."""
    for match in _EMAIL.finditer(piece.text) if "@" in piece.text else ():
        if piece.in_link(match.start()):
            continue
        address, domain = match.group().lower(), match.group("domain").lower()
        known = context.contacts
        if address not in known.emails and not any(domain == d or domain.endswith("." + d) for d in known.domains):
            yield found("P3", piece, match.span())


_PHONE = regex.compile(r"(?<![\w/.,:-])[+(]?\d[\d ().\u00a0/–-]{5,22}\d(?![\w])")
_MOST_PHONES = 60


def phones(piece: Piece, said: Said, context: Context) -> Findings:
    """P4: a telephone number of the library's country, or an international one, that is on no list."""
    candidates = 0
    for match in _PHONE.finditer(piece.text):
        if piece.in_link(match.start()) or candidates >= _MOST_PHONES:
            continue
        candidates += 1
        for one in phonenumbers.PhoneNumberMatcher(match.group(), context.region or None, max_tries=5):
            number = phonenumbers.format_number(one.number, phonenumbers.PhoneNumberFormat.E164)
            if number not in context.contacts.phones:
                yield found("P4", piece, (match.start() + one.start, match.start() + one.end))
