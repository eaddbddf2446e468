"""A limit on the size of request bodies."""

from __future__ import annotations

import json

from .limits import BODY_BYTES


class BodyLimit:
    """ASGI middleware that answers 413 to a body over `max_bytes`, whether or not the request declares its length."""

    def __init__(self, app, max_bytes: int = BODY_BYTES):
        self.app, self.max_bytes = app, max_bytes

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self.max_bytes:
            return await self._refuse(send)
        return await self._count_bytes(scope, receive, send)

    async def _count_bytes(self, scope, receive, send):
        received, started = 0, False

        async def counting_receive():
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise _TooLarge
            return message

        async def watching_send(message):
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counting_receive, watching_send)
        except _TooLarge:
            if not started:
                await self._refuse(send)

    async def _refuse(self, send):
        text = json.dumps({"error": f"the request is over {self.max_bytes // 2**20} MB. Send less at once"}).encode()
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": text})


class _TooLarge(Exception):
    pass
