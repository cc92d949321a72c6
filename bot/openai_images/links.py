"""Pictures that a gateway sends as an address: fetched where that is allowed, which the gateway does not decide."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import httpx2
import structlog

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_FILE = 36_000_000  # bytes, as many as an answer may hold
FETCH_TIME = 60.0  # seconds for all tries together
TRIES = 3
PAUSE = 1.0  # seconds between them

_log = structlog.stdlib.get_logger(__name__)


class LinkError(Exception):
    """The file behind an address cannot be had, or must not be asked for."""


@dataclass(frozen=True)
class Links:
    """Fetches files that were paid for.

    An address is followed if it is the image API's own (the same scheme, host and port), or ``https://`` on a host of
    the public internet, whose address is looked up once and then used. No redirect is followed, and the key goes to
    the image API only.

    Attributes:
        http: follows no redirects.
        base: the image API's address.
        authorization: the header that the image API itself gets.
    """

    http: httpx2.AsyncClient
    base: httpx2.URL
    authorization: str

    async def fetch(self, address: str) -> bytes:
        """The file's bytes. It was made already, and fetching it is free, so that a failure is tried again.

        Raises:
            LinkError: not allowed, not there, or too large.
        """
        try:
            async with asyncio.timeout(FETCH_TIME):
                url, headers, extensions = await self._allowed(address)
                for left in reversed(range(TRIES)):
                    content = await self._get(url, headers, extensions)
                    if content is not None:
                        return content
                    if left:
                        await asyncio.sleep(PAUSE)
        except (httpx2.InvalidURL, ValueError) as error:
            raise LinkError("it is no address") from error
        except TimeoutError as error:
            raise LinkError("it took too long") from error
        raise LinkError("it cannot be reached")

    async def _get(self, url: httpx2.URL, headers: Mapping[str, str], extensions: Mapping[str, str]) -> bytes | None:
        """The file; None if another try may help."""
        content = bytearray()
        try:
            async with self.http.stream("GET", url, headers=headers, extensions=extensions) as response:
                if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    return None
                if response.status_code != HTTPStatus.OK:
                    raise LinkError(f"it answered {response.status_code}")
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > LARGEST_FILE:
                        raise LinkError("the file is too large")
        except httpx2.DecodingError as error:
            raise LinkError("the file is too large, or damaged") from error
        except httpx2.RequestError as error:
            _log.info("picture not fetched yet", reason=type(error).__name__)
            return None
        return bytes(content)

    async def _allowed(self, address: str) -> tuple[httpx2.URL, dict[str, str], dict[str, str]]:
        """The address to ask, the headers and the name by which its certificate is checked."""
        url = httpx2.URL(address)
        if _origin(url) == _origin(self.base):
            return url, {"authorization": self.authorization}, {}
        if url.scheme != "https" or url.userinfo:
            raise LinkError("it is not https")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            if "https" in getproxies() and not proxy_bypass(url.host):
                return url, {}, {}  # behind a proxy, names of the internet are often the proxy's business
            raise LinkError("its host is not known") from error
        hosts = [str(entry[4][0]).partition("%")[0] for entry in found]
        if not hosts or not all(_is_public(host) for host in hosts):
            raise LinkError("its host is not on the public internet")
        return url.copy_with(host=hosts[0]), {"host": url.netloc.decode("ascii")}, {"sni_hostname": url.host}


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _is_public(host: str) -> bool:
    found = ipaddress.ip_address(host)
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)
