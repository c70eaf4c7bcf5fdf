"""What the ledger keeps of apps and permissions: the house's own shapes, without a secret or its digest. Pure."""

from throughcare.exchange.smart.models import App, Permission
from throughcare.kernel.fhir import Json, filled, instant, resource


def app(row: App) -> Json:
    """Write an app as it stands."""
    return resource(
        "ConnectedApp",
        row.id,
        status=row.state,
        name=row.name,
        about=row.about,
        clientId=row.client_id,
        proof=row.kind,
        redirectUri=list(row.redirect_uris),
        launchUri=row.launch_uri,
        scope=list(row.scopes),
        keyAddress=row.jwks_uri,
        keys=[str(key.get("kid", "")) for key in (row.jwks or {}).get("keys", ())],
        posting=str(row.posting_id) if row.posting_id else None,
        changed=instant(row.changed_at),
        reason=row.changed_why,
    )


def permission(row: Permission) -> Json:
    """Write what somebody let an app do."""
    return resource(
        "AppPermission",
        row.id,
        status="ended" if row.ended_at else "active",
        app=str(row.app_id),
        posting=str(row.posting_id),
        scope=list(row.scopes),
        period=filled(start=instant(row.given_at), end=instant(row.ended_at)),
        reason=row.ended_why,
    )
