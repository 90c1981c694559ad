"""Socket.IO packets without binary parts, from JSON that says only what JSON may."""

import json
from typing import Any

import engineio.packet
import socketio.packet

NAMESPACE = "/live"


class Malformed(Exception):
    """A client sent what no client of ours sends."""


class StrictJson:
    """What python-socketio takes for its json module: no NaN, no Infinity, no bottomless nesting."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @staticmethod
    def loads(text: str) -> Any:
        try:
            return json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise Malformed(str(error)) from error


class TextPacket(socketio.packet.Packet):
    """A packet that is text only."""

    uses_binary_events = False
    json = StrictJson

    def decode(self, encoded_packet: str) -> int:
        try:
            attachments = super().decode(encoded_packet)
        except ValueError as error:
            raise Malformed(str(error)) from error
        is_event = self.packet_type == socketio.packet.EVENT
        well_formed = isinstance(self.data, list) and self.data and isinstance(self.data[0], str)
        if attachments or (is_event and not well_formed):
            raise Malformed("not an event")
        return 0


def packet(event: str, body: Any) -> engineio.packet.Packet:
    """A message from the server, encoded once for all who get it."""
    text = TextPacket(socketio.packet.EVENT, namespace=NAMESPACE, data=[event, body]).encode()
    return engineio.packet.Packet(engineio.packet.MESSAGE, text)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
