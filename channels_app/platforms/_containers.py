"""Publishing as Instagram and Threads have it: a container for every picture, one around them, then published.

Making a container shows nothing to anybody, so it may be repeated; its number is stored before the next step is taken.
The container is also the witness: until it says PUBLISHED nothing is out, whatever became of our request. So the
creating request is asked only of a container that says FINISHED a moment before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.errors import RateLimited, Rejected, Temporary, Unclear
from channels_app.platforms import _graph
from channels_app.platforms._graph import Meaning
from channels_app.platforms._wire import Answer, Wire, moment_of, number_of
from channels_app.platforms.base import Figures, Found, Prepared, Receipt, Session

FRESH = timedelta(minutes=10)  # a container that was ready so long ago is looked at again
APPEARS = timedelta(minutes=2)  # a container just made may not be there yet
SETTLED = timedelta(minutes=3)  # a request we gave up may still be carried out for so long
FAR_CLOCK = timedelta(minutes=2)
SOONEST, LATEST = timedelta(seconds=5), timedelta(minutes=1)  # between two looks at a container
ANEW = 3  # so often what failed is made again
NEWEST = 25  # own posts looked at
Fields = dict[str, str]
_SUBCODE = regex.compile(r"\b\d{7}\b")


@dataclass(frozen=True)
class Dialect:
    """How one of the two names the same things. `faults`: what its containers say when they fail -> meaning."""

    name: str
    make: str
    publish: str
    status: str
    fault: str
    meanings: Mapping[int, Meaning]
    faults: Mapping[str, Meaning]
    token_in_header: bool = True
    fields: Mapping[str, str] | None = None  # words of its messages -> our field, where others than _graph.FIELDS


@dataclass(frozen=True)
class State:
    """What a container says: IN_PROGRESS, FINISHED, PUBLISHED, ERROR, EXPIRED; MISSING where there is none. `fault`:
    why it failed, in the platform's words."""

    name: str
    fault: str = ""


class Line:
    """Calls to one account with its key. `home` is the address of the interface with its version."""

    def __init__(self, session: Session, dialect: Dialect, home: str) -> None:
        self.session, self.dialect, self.home = session, dialect, home
        self.account = session.remote_id

    def call(self, method: str, path: str, *, creating: bool = False, **fields: str) -> Answer:
        """The answer, which may be a refusal; see `check`."""
        token, wire = str(self.session.secret["token"]), self.wire()
        headers = {"Authorization": f"Bearer {token}"} if self.dialect.token_in_header else {}
        given = fields if self.dialect.token_in_header else {**fields, "access_token": token}
        how: dict[str, Any] = {"data": given} if method == "POST" else {"params": given}
        return _graph.told(wire, wire.ask(method, f"{self.home}/{path}", creating=creating, headers=headers, **how))

    def wire(self) -> Wire:
        return Wire(self.session.http(), (str(self.session.secret["token"]),))

    def check(self, answer: Answer, *, creating: bool = False) -> None:
        """Raises what a refusal means."""
        dialect = self.dialect
        _graph.raise_for(answer, dialect.name, creating=creating, meanings=dialect.meanings, fields=dialect.fields)

    def lacks(self, answer: Answer) -> bool:
        """Does it say that the thing asked for is not there (or not to be seen)? Code 24 is that when asking."""
        refusal = _graph.refusal_of(answer)
        return refusal is not None and (refusal.code == 24 or _graph.is_missing(answer, self.dialect.meanings))

    def has_lost(self, number: str) -> bool:
        """Not there, while the account otherwise answers us."""
        if not self.lacks(self.call("GET", number, fields="id")):
            return False
        self.get(self.account, fields="id")
        return True

    def get(self, path: str, **fields: str) -> Answer:
        """A good answer with an object in it."""
        answer = self.call("GET", path, **fields)
        self.check(answer)
        if not answer.fields:
            raise self.unreadable(answer)
        return answer

    def objects(self, path: str, **fields: str) -> list[dict[str, Any]]:
        """The objects of a list."""
        return objects(self.get(path, **fields), self)

    def unreadable(self, answer: Answer) -> Temporary:
        return Temporary(_("The answer of %s cannot be read.") % self.dialect.name, detail=answer.words)


def objects(answer: Answer, line: Line) -> list[dict[str, Any]]:
    """The objects in an answer's `data`; raises Temporary where there is no list."""
    listed = answer.fields.get("data")
    if not isinstance(listed, list):
        raise line.unreadable(answer)
    return [one for one in listed if isinstance(one, dict)]


def id_of(answer: Answer) -> str:
    """The number of what was made, as a string; '' where none was told."""
    told = answer.fields.get("id")
    if isinstance(told, bool) or not isinstance(told, str | int):
        return ""
    return str(told)


# --- before anything is made ------------------------------------------------
def respect(line: Line, path: str, used: str, config: str) -> None:
    """Reads the quota of the rolling day; raises RateLimited when it is used up.

    Nobody is told when the oldest post leaves the window, so it is asked again in an hour.
    """
    answer = line.call("GET", path, fields=f"{used},{config}")
    line.check(answer)
    told = answer.fields.get("data")
    first = told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else answer.fields
    rules = first.get(config.partition("{")[0])
    total = number_of(rules.get("quota_total")) if isinstance(rules, dict) else None
    have = number_of(first.get(used))
    if total and have is not None and have >= total:
        raise RateLimited(
            timezone.now() + _graph.HOUR,
            _("%(platform)s takes %(number)s posts a day from this account, and they are used up.")
            % {"platform": line.dialect.name, "number": total},
        )


def begun(key: str, **more: Any) -> Prepared:
    """Nothing made yet."""
    return Prepared(key, {"children": [], "parent": "", "finished": "", "made": "", "anew": 0, **more})


# --- step by step -----------------------------------------------------------
def advance(line: Line, children: Sequence[Fields], parent: Fields, prepared: Prepared) -> Prepared:
    """One step further: the next child, the parent, or a look whether all is ready; then what it got.

    Raises Temporary with a moment while the platform is at work, Rejected when it cannot use something.
    """
    data = prepared.data
    if data["parent"]:
        return _looked_at_parent(line, prepared)
    have = list(data["children"])
    if len(have) < len(children) or "" in have:
        number = have.index("") if "" in have else len(have)
        have[number:] = [_make(line, children[number]), *have[number + 1 :]]
        return _with(prepared, children=have, made=data["made"] or _now())
    for number, child in enumerate(have):
        if not _settled(line, data, child):
            have[number] = ""
            return _with(prepared, children=have, anew=_again(line, data))
    whole = {**parent, "children": ",".join(have)} if have else parent
    return _with(prepared, parent=_make(line, whole), made=data["made"] if have else _now())


def _looked_at_parent(line: Line, prepared: Prepared) -> Prepared:
    data = prepared.data
    if data["finished"] and _age(data["finished"]) < FRESH:
        return prepared
    if _settled(line, data, data["parent"]):
        return _with(prepared, finished=_now())
    fresh = {"parent": "", "finished": "", "anew": _again(line, data)}
    if _age(data["made"]) > timedelta(hours=20):  # the children end with it
        fresh |= {"children": [], "made": ""}
    return _with(prepared, **fresh)


def _make(line: Line, fields: Fields) -> str:
    answer = line.call("POST", f"{line.account}/{line.dialect.make}", **fields)
    line.check(answer)
    if not id_of(answer):
        raise line.unreadable(answer)
    return id_of(answer)


def _settled(line: Line, data: Mapping[str, Any], container: str) -> bool:
    """True: ready (or out already); False: it must be made anew. Raises Temporary while it is at work, Rejected."""
    state = look(line, container)
    if state.name in ("FINISHED", "PUBLISHED"):
        return True
    if state.name == "IN_PROGRESS" or (state.name == "MISSING" and _age(data["made"]) < APPEARS):
        raise at_work(line, data)
    if state.name == "ERROR":
        _raise_fault(line, state)
    return False


def look(line: Line, container: str) -> State:
    """What the container says. Raises Temporary when it cannot be asked."""
    dialect = line.dialect
    answer = line.call("GET", container, fields=f"id,{dialect.status},{dialect.fault}")
    if line.lacks(answer):
        return State("MISSING")
    line.check(answer)
    name, fault = answer.text(dialect.status), answer.text(dialect.fault)
    if name not in ("IN_PROGRESS", "FINISHED", "PUBLISHED", "ERROR", "EXPIRED"):
        raise line.unreadable(answer)
    return State(name, line.wire().clean(fault))


def at_work(line: Line, data: Mapping[str, Any]) -> Temporary:
    """Ask again soon, later the longer it takes."""
    pause = min(max(_age(data["made"]) / 2, SOONEST), LATEST)
    return Temporary(_("%s is still working on a picture or film.") % line.dialect.name, until=timezone.now() + pause)


def _raise_fault(line: Line, state: State) -> None:
    """Raises Rejected for what can never succeed; returns where trying again may help."""
    meaning = fault_of(line.dialect, state.fault)
    if meaning is not None and meaning.kind == "refused":
        said = {"platform": line.dialect.name, "words": state.fault}
        reason = str(meaning.reason) or _("%(platform)s could not use a picture or film: %(words)s") % said
        raise Rejected(reason, field=meaning.field or "media", detail=state.fault)


def fault_of(dialect: Dialect, fault: str) -> Meaning | None:
    """What a failed container means by its words or the subcode in them."""
    for number in _SUBCODE.findall(fault):
        if int(number) in dialect.meanings:
            return dialect.meanings[int(number)]
    return next((meaning for word, meaning in dialect.faults.items() if word in fault), None)


def _again(line: Line, data: Mapping[str, Any]) -> int:
    if data["anew"] >= ANEW:
        raise Rejected(
            _("%s failed several times on a picture or film of this post.") % line.dialect.name, field="media"
        )
    return int(data["anew"]) + 1


def _with(prepared: Prepared, **changes: Any) -> Prepared:
    return Prepared(prepared.key, {**prepared.data, **changes})


def _now() -> str:
    return timezone.now().isoformat()


def _age(made: str) -> timedelta:
    return timezone.now() - datetime.fromisoformat(made) if made else timedelta()


# --- out --------------------------------------------------------------------
def publish(line: Line, prepared: Prepared) -> str:
    """The one creating request; the number of the post, or '' where the container says it is out already.

    Raises Temporary where the container is not ready (nothing was created then), Unclear.
    """
    state = look(line, prepared.data["parent"])
    if state.name == "PUBLISHED":
        return ""
    if state.name == "IN_PROGRESS":
        raise at_work(line, prepared.data)
    if state.name != "FINISHED":
        raise Temporary(
            _("%s has lost what was prepared. It is prepared anew.") % line.dialect.name,
            detail=f"{state.name} {state.fault}",
            until=timezone.now() + FRESH,
        )
    answer = line.call(
        "POST", f"{line.account}/{line.dialect.publish}", creating=True, creation_id=prepared.data["parent"]
    )
    return created(line, answer)


def created(line: Line, answer: Answer) -> str:
    """The number in the answer to the creating request; raises what the answer means."""
    line.check(answer, creating=True)
    number = id_of(answer)
    if not number or not answer.ok:
        raise Unclear(_("The answer of %s cannot be read.") % line.dialect.name, detail=answer.words)
    return number


# --- was it posted? -----------------------------------------------------------
def newest_ids(listed: Sequence[Mapping[str, Any]]) -> list[str]:
    """The numbers of own posts before ours, for `candidates`."""
    return [str(one.get("id")) for one in listed]


def candidates(
    listed: Sequence[Mapping[str, Any]], seen: Sequence[str], since: datetime, text: str | None, field: str
) -> list[Mapping[str, Any]]:
    """Own posts that may be ours: not there before, not older than the request, saying what ours says (None: a story,
    which says nothing)."""
    found = []
    for one in listed:
        made = moment_of(one.get("timestamp"))
        if str(one.get("id")) in seen or (made is not None and made < since - FAR_CLOCK):
            continue
        if text is None or essence(one.get(field)) == essence(text):
            found.append(one)
    return found


def essence(text: Any) -> str:
    """A text as it is compared: blanks and line ends come back differently, and the sign of a tag may be taken off."""
    return " ".join(measure.plain_newlines(text).replace("#", "").split()) if isinstance(text, str) else ""


def judge(state: State, receipts: Sequence[Receipt], since: datetime, look_at: str) -> Found:
    """What the container and the own list prove together. `receipts` are those of the candidates."""
    if state.name in ("PUBLISHED", "MISSING"):
        return Found.present(receipts[-1]) if receipts else Found("unknown", look_at=look_at)
    if receipts or state.name == "IN_PROGRESS" or timezone.now() - since < SETTLED:
        return Found("unknown", look_at=look_at)
    return Found.absent()


# --- figures --------------------------------------------------------------------
def insights(line: Line, path: str, wanted: Mapping[str, str]) -> dict[str, int]:
    """Figures of `path` (it ends in insights) by our name; `wanted` is theirs -> ours.

    One name it does not know fails the whole call, so then each is asked alone. What is not told (a missing right, too
    few people) is left out.
    """
    answer = line.call("GET", path, metric=",".join(wanted))
    if answer.ok and isinstance(answer.fields.get("data"), list):
        return _values(objects(answer, line), wanted)
    _raise_if_grave(line, answer)
    if len(wanted) == 1:
        return {}
    found: dict[str, int] = {}
    for theirs, ours in wanted.items():
        found |= insights(line, path, {theirs: ours})
    return found


def _raise_if_grave(line: Line, answer: Answer) -> None:
    """A dead key, a limit or trouble is told; a figure that is refused is only missing."""
    refusal = _graph.refusal_of(answer)
    meaning = _graph.meaning_of(refusal, line.dialect.meanings) if refusal else None
    if refusal is None or _graph.is_dead(answer) or (meaning and meaning.kind in ("limit", "trouble")):
        line.check(answer)
        raise line.unreadable(answer)


def _values(listed: Sequence[Mapping[str, Any]], wanted: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for one in listed:
        ours, value = wanted.get(str(one.get("name"))), _value(one)
        if ours and value is not None:
            found[ours] = value
    return found


def _value(one: Mapping[str, Any]) -> int | None:
    """A figure in either of its two forms: a list of values, or a total."""
    total, values = one.get("total_value"), one.get("values")
    if isinstance(total, dict):
        return number_of(total.get("value"))
    if isinstance(values, list) and values and isinstance(values[-1], dict):
        return number_of(values[-1].get("value"))
    return None


def rest(answer: Answer, line: Line) -> None:
    """Figures can wait: raises RateLimited when nearly all of the calls we may make are used."""
    if _graph.usage(answer.headers) > 90:
        raise RateLimited(_graph.pause_until(answer.headers), _("Nearly all calls to %s are used.") % line.dialect.name)


def counted(values: Mapping[str, int | None]) -> Figures:
    """Figures without those that are not told."""
    return Figures({name: value for name, value in values.items() if value is not None})
