"""What a signed-in person can ask of Odoo's web server, for the demo's set-up and for assertions in tests."""

from __future__ import annotations

import http.cookiejar
import itertools
import json
import urllib.request
from typing import Any

from sandbox.say import SandboxError


class OdooError(SandboxError):
    """Odoo refused a call; the text is Odoo's own message."""


class OdooClient:
    """A session of one user: `OdooClient(url, db).login("admin", "admin").call("res.partner", "search_count", [])`."""

    def __init__(self, url: str, db: str) -> None:
        self.url, self.db = url, db
        self.uid = 0
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self._ids = itertools.count(1)

    def login(self, login: str, password: str) -> OdooClient:
        """Sign in. OdooError when the password is wrong."""
        answer = self._post("/web/session/authenticate", {"db": self.db, "login": login, "password": password})
        self.uid = answer["uid"]
        return self

    @property
    def cookies(self) -> list[dict[str, str]]:
        """The session's cookies, in the form that Playwright's `add_cookies` takes."""
        return [{"name": cookie.name, "value": cookie.value or "", "url": self.url} for cookie in self._cookies]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public model method as this user; returns its JSON result. OdooError carries Odoo's message."""
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def read(self, model: str, domain: list, fields: list[str], **kwargs: Any) -> list[dict]:
        """`search_read`, newest first unless `order` says otherwise."""
        kwargs.setdefault("order", "id desc")
        return self.call(model, "search_read", domain, fields, **kwargs)

    def fetch(self, path: str) -> bytes:
        """The body of a page or file, as a browser that is signed in gets it. urllib.error.HTTPError: it is not to be
        had.
        """
        with self._opener.open(self.url + path, timeout=60) as answer:
            return answer.read()

    def _post(self, path: str, params: dict) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params, "id": next(self._ids)}).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        with self._opener.open(request, timeout=60) as answer:
            data = json.load(answer)
        if "error" in data:
            details = data["error"].get("data") or {}
            raise OdooError(f"{path}: {details.get('message') or data['error'].get('message')}")
        return data.get("result")
