"""Supabase's own client, and what it does not tell: why an answer is none."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from supabase import AsyncClient, AsyncClientOptions

from scarline.stores.supabase.rest import Call
from scarline.stores.supabase.sentences import lost, refusal

CONNECT_SECONDS = 10.0


@asynccontextmanager
async def connected(url: str, key: str, timeout_seconds: float) -> AsyncIterator[Call]:
    """Open the client for the project at ``url``; give what calls its functions. Sends nothing."""
    http = httpx.AsyncClient(
        timeout=httpx.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds)),
        http2=True,
        follow_redirects=False,  # one would carry the key to wherever it points
        trust_env=urlsplit(url).scheme == "https",  # a proxy is for the world outside
        event_hooks={"response": [_refuse]},
    )
    options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False, persist_session=False)
    async with http:
        client = await AsyncClient.create(url, key, options)

        async def call(function: str, values: Mapping[str, Any]) -> Any:
            try:
                return (await client.rpc(function, dict(values)).execute()).data
            except httpx.RequestError as error:
                raise lost(type(error).__name__) from error

        yield call


async def _refuse(response: httpx.Response) -> None:
    """Raise what an answer without a value means: the client's own error has no status."""
    kind = response.headers.get("content-type", "")
    if not response.is_success or not kind.startswith("application/json"):
        raise refusal(response.status_code, await response.aread())
