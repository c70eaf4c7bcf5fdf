"""An agency's sign-in in this process: OpenID Connect over HTTP, with keys, codes and a memory of its own. It can lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "throughcare", "a secret of the two: of house and agency"


class Provider:
    """Signs whoever is named in `people` in, without asking for a password: what it says is what is tested."""

    def __init__(self) -> None:
        self.key, self.other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
        self.claims: dict[str, Any] = {}  # of who sits there; None takes a claim away
        self.signs_with: Any = self.key
        self.algorithm = "RS256"
        self.broken = False
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()

    # --- its pages ---

    def discovery(self) -> dict[str, Any]:
        """Say where its parts are."""
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def keys(self) -> dict[str, Any]:
        """Publish the public half of its key."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def authorize(self, sent: dict[str, str]) -> str:
        """Sign whoever sits there in; gives the address to go back to."""
        self.asked.append(sent)
        assert sent["client_id"] == CLIENT and sent["response_type"] == "code" and "openid" in sent["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = sent
        return f"{sent['redirect_uri']}?{urlencode({'code': code, 'state': sent['state']})}"

    def token(self, sent: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """Give the token for a code, once, to the client whose code it is and who kept its verifier."""
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(sent.get("code", ""), None)
        if basic != f"Basic {wanted}":
            return 401, {"error": "invalid_client"}
        if asked is None or sent.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        said = {"access_token": "not used", "token_type": "Bearer", "expires_in": 60, "id_token": self.says(asked)}
        return 200, said

    def says(self, asked: dict[str, str]) -> str:
        """Sign what it says of who sits there."""
        now = int(time.time())
        body = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
            "nonce": asked["nonce"],
            "jti": secrets.token_hex(8),
            **self.claims,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(body, self.signs_with, algorithm=self.algorithm, headers={"kid": "one"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                at = urlsplit(self.path)
                if provider.broken:
                    self._send(503, {})
                elif at.path == "/.well-known/openid-configuration":
                    self._send(200, provider.discovery())
                elif at.path == "/keys":
                    self._send(200, provider.keys())
                else:
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(_flat(at.query)))
                    self.end_headers()

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._send(*provider.token(_flat(sent), self.headers.get("Authorization", "")))

            def _send(self, status: int, body: dict[str, Any]) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
