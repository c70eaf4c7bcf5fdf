"""What the door says of itself to apps: `.well-known/smart-configuration`, public to everybody."""

from throughcare.exchange.fhir.call import Answer, Call
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.smart import keys, ours
from throughcare.kernel.fhir import Json

CAPABILITIES = (
    "launch-ehr", "launch-standalone", "client-public", "client-confidential-symmetric", "client-confidential-asymmetric",
    "sso-openid-connect", "context-banner", "context-ehr-patient", "context-standalone-patient", "permission-offline",
    "permission-online", "permission-patient", "permission-user", "permission-v1", "permission-v2", "authorize-post",
)  # fmt: skip
SCOPES = (
    "openid", "fhirUser", "launch", "launch/patient", "online_access", "offline_access", "patient/*.rs", "user/*.rs",
    "user/*.cruds", "system/*.rs",
)  # fmt: skip


def configuration() -> Json:
    """Give what an app needs to know to ask for a token."""
    return {
        "issuer": ours.fhir_base(),
        "jwks_uri": ours.address("/smart/keys"),
        "authorization_endpoint": ours.address("/smart/authorize"),
        "token_endpoint": ours.address(ours.GIVES),
        "introspection_endpoint": ours.address("/smart/introspect"),
        "revocation_endpoint": ours.address("/smart/revoke"),
        "management_endpoint": ours.address("/account/apps/"),
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(keys.SIGNED_BY),
        "scopes_supported": list(SCOPES),
        "capabilities": list(CAPABILITIES),
    }


@interaction(
    "smart", "GET", "system", ".well-known/smart-configuration", public=True, doc="Says where apps ask for tokens."
)
def of_api(call: Call) -> Answer:
    """Give the configuration beside the API; anybody may ask, from any site."""
    return Answer(body=configuration(), headers={"Access-Control-Allow-Origin": "*"}, content_type="application/json")
