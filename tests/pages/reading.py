"""Reads a page as a careful person would: what it says, and whether its parts can be told apart and named."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CONTROLS = {"button", "a", "input", "select", "textarea", "summary"}
UNDRAWN = ("{{", "}}", "{%", "%}", "{#", '{"', "<c-")
FIELDS = {"input", "select", "textarea"}


class Element:
    """One element with what is inside it."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.words: list[str] = []
        self.children: list[Element] = []

    def text(self) -> str:
        """What is read out for it: its words and the names of the pictures inside."""
        own = self.attributes.get("aria-label", "") or self.attributes.get("alt", "") if self.tag == "img" else ""
        inner = [child.attributes.get("aria-label") or child.text() for child in self.children]
        return " ".join([own, *self.words, *inner]).strip()

    def inside(self, tag: str) -> bool:
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above is not None

    def named(self) -> str:
        return f"<{self.tag} {' '.join(f'{key}={value!r}' for key, value in self.attributes.items())[:120]}>"


class Page(HTMLParser):
    """A page taken apart; `complaints()` lists what is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("page", {}, None)
        self.here, self.elements = self.root, [self.root]
        self.seen: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, self.here)
        self.here.children.append(element)
        self.elements.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        at: Element | None = self.here
        while at is not None and at.tag != tag:
            at = at.parent
        if at is not None and at.parent is not None:
            self.here = at.parent

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        self.here.words.append(data.strip())
        if self.here.tag not in {"script", "style", "textarea", "code", "pre"}:
            self.seen.append(data)

    def complaints(self) -> list[str]:
        return [*self._twice(), *self._nameless(), *self._dangling(), *self._undrawn(), *self._blind()]

    def _ids(self) -> list[str]:
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    def _twice(self) -> list[str]:
        ids = self._ids()
        return [f"the id {name!r} stands {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1]

    def _nameless(self) -> list[str]:
        return [f"no name: {one.named()}" for one in self.elements if one.tag in CONTROLS and not self._name(one)]

    def _name(self, one: Element) -> str:
        facts = one.attributes
        hidden = facts.get("type") == "hidden" or "hidden" in facts or facts.get("aria-hidden") == "true"
        if hidden or (one.tag == "a" and "href" not in facts):
            return "needs none"
        given = facts.get("aria-label") or facts.get("title") or self._referred(facts.get("aria-labelledby", ""))
        if given or one.tag not in FIELDS:
            return given or one.text()
        if facts.get("type") in {"submit", "button", "reset"}:
            return facts.get("value", "")
        return self._label(one)

    def _label(self, one: Element) -> str:
        if one.inside("label"):
            return "the label around it"
        wanted = one.attributes.get("id")
        labels = [other for other in self.elements if other.tag == "label" and other.attributes.get("for") == wanted]
        return " ".join(label.text() for label in labels if wanted)

    def _referred(self, ids: str) -> str:
        return " ".join(one.text() for one in self.elements if one.attributes.get("id") in ids.split())

    def _dangling(self) -> list[str]:
        ids = set(self._ids())
        found = []
        for one in self.elements:
            for name in ("for", "aria-labelledby", "commandfor", "popovertarget", "list"):
                missing = [target for target in one.attributes.get(name, "").split() if target not in ids]
                found += [f"{name} points at {target!r}, which is not there: {one.named()}" for target in missing]
        return found

    def _undrawn(self) -> list[str]:
        return [
            f"{sign} in the text: {words.strip()[:80]!r}" for words in self.seen for sign in UNDRAWN if sign in words
        ]

    def _blind(self) -> list[str]:
        pictures = [one for one in self.elements if one.tag == "img" and "alt" not in one.attributes]
        return [f"a picture without alt: {one.named()}" for one in pictures]
