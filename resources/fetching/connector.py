"""Connections to machines that may be asked, and to no others."""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.tracing import Trace

from darkroom.intake.addresses import AddressPolicy


class AddressRefused(Exception):
    """A host that leads to no address that may be connected to."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class GuardedConnector(aiohttp.TCPConnector):
    """Connects only to addresses that the policy permits.

    Asked for every new connection, so for every redirect too; the addresses that were looked at are
    the very ones that are connected to, so a name that means something else a moment later gains
    nothing.
    """

    def __init__(self, policy: AddressPolicy, *, lookup_timeout_s: float, **how: Any) -> None:  # noqa: ANN401 - as aiohttp types them
        super().__init__(**how)
        self._policy = policy
        self._lookup_timeout_s = lookup_timeout_s

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[Trace] | None = None
    ) -> list[ResolveResult]:
        """The one place that literal addresses, names and remembered names all pass.

        A resolver of our own would be aiohttp's public way, but is not asked about literal ones.
        """
        # The library's deadline for connecting begins after the lookup.
        async with asyncio.timeout(self._lookup_timeout_s):
            found = await super()._resolve_host(host, port, traces)
        permitted = [each for each in found if self._policy.permits(host, each["host"], port)]
        if found and not permitted:
            raise AddressRefused(host)
        return permitted
