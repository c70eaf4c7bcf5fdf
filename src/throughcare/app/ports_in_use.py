"""Network ports: whether one is free, said before a server trips over it."""

import socket

from throughcare.app.config import Misconfigured


def require_free(address: str, port: int, setting: str) -> None:
    """Refuse with one sentence where another program has the port."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Misconfigured(
                f"Port {port} on {address} can't be used ({error.strerror}): end what has it, or choose another with {setting}."
            ) from None
