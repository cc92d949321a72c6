"""Who may ask: only pages of this very server, and of those only who was given the token; and what they may do here.

A page of another origin could otherwise send what its reader would (a form needs no permission), open the WebSocket,
which no browser checks, or reach us under a name of its own that leads to 127.0.0.1.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

TOKEN_HEADER = "X-Sandbox-Token"  # noqa: S105 - the header's name
# Scripts and styles are files of ours; markup is made of nodes, by lit-html from templates that stand in those files.
POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "connect", "font")),
        "img-src 'self' blob: data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    ]
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Guard:
    """Holds the token, and every request against it.

    Attributes:
        token: whoever knows it may do what the page may.
        port: ours, once it is known.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.port = 0

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which we may be asked."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    def knows(self, token: object) -> bool:
        """Whether this is the token."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.token.encode())

    def require_token(self, request: web.Request) -> None:
        """Refuse a request that does not carry the token.

        Raises:
            HTTPForbidden: it does not.
        """
        if not self.knows(request.headers.get(TOKEN_HEADER)):
            raise web.HTTPForbidden(text="This needs the token of the address that the terminal shows.")

    @property
    def middleware(self) -> Middleware:
        """Lets in who asks us by our own name and from our own page, and gives every answer its headers."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            host, origin = request.headers.get(hdrs.HOST), request.headers.get(hdrs.ORIGIN)
            if host not in self.hosts or origin not in {None, f"http://{host}"}:
                return web.Response(status=403, text="Not from here.", headers=ALWAYS)
            try:
                response = await handler(request)
            except web.HTTPException as refused:
                refused.headers.update(ALWAYS)
                raise
            if not response.prepared:
                for name, value in ALWAYS.items():
                    response.headers.setdefault(name, value)
            return response

        return guarded
