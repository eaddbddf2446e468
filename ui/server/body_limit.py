"""A bound on the size of request bodies."""

from __future__ import annotations

import json

from .limits import BODY_BYTES


class BodyLimit:
    """ASGI middleware: a request body over `most` bytes gets 413, whether or not it tells its length."""

    def __init__(self, app, most: int = BODY_BYTES):
        self.app, self.most = app, most

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > self.most:
            return await self._refuse(send)
        return await self._guarded(scope, receive, send)

    async def _guarded(self, scope, receive, send):
        seen, started = 0, False

        async def counted():
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise _TooLarge
            return message

        async def noted(message):
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except _TooLarge:
            if not started:
                await self._refuse(send)

    async def _refuse(self, send):
        text = json.dumps({"error": f"the request is over {self.most // 2**20} MB. Send less at once"}).encode()
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": text})


class _TooLarge(Exception):
    pass
