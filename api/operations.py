"""What each operation is called by a generated client, and the shapes it speaks in.

Shapes stand here where a route checks its body or writes its answer by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from api import oauth_shapes, owner_bodies, owner_shapes, transfer_shapes
from api.schemas import ReceivedShape, Shape


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name, and of its body and its answer what the route leaves."""

    name: str
    answer: type[Shape] | None = None
    body: type[Shape] | None = None
    status: int = 200


V1 = "/api/v1"
METER = f"{V1}/meters/{{meter}}"
REGISTER = f"{METER}/registers/{{register}}"
OWNER = f"{V1}/owner"
TRANSFER = f"{V1}/transfers/{{transfer}}"
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", f"{V1}/meters"): Operation("list_meters"),
    ("get", f"{METER}/latest"): Operation("get_latest"),
    ("get", REGISTER): Operation("get_readings"),
    ("get", f"{REGISTER}/slices"): Operation("get_slices"),
    ("get", f"{REGISTER}/reconciliation"): Operation("get_reconciliation"),
    ("get", f"{METER}/facts"): Operation("get_facts"),
    ("post", f"{METER}/readings"): Operation(
        "send_readings", ReceivedShape, status=202
    ),
    ("get", f"{V1}/grant"): Operation("get_grant"),
    ("get", f"{V1}/grant/readings"): Operation("list_own_readings"),
    ("get", f"{V1}/live"): Operation("follow_live"),
    ("get", f"{V1}/health"): Operation("get_health"),
    ("get", "/metrics"): Operation("get_metrics"),
    ("post", f"{V1}/imports"): Operation("import_file"),
    ("get", f"{V1}/imports"): Operation("list_imports"),
    ("delete", f"{V1}/imports/{{number}}"): Operation("undo_import"),
    ("post", f"{OWNER}/sign-in"): Operation("sign_in", owner_shapes.SignedInShape),
    ("post", f"{OWNER}/password"): Operation(
        "set_password", owner_shapes.SignedInShape
    ),
    ("get", f"{OWNER}/sessions"): Operation(
        "list_sessions", owner_shapes.SessionsShape
    ),
    ("delete", f"{OWNER}/sessions/{{session}}"): Operation(
        "end_session", owner_shapes.EndedShape
    ),
    ("post", f"{OWNER}/requests"): Operation("find_request", owner_shapes.RequestShape),
    ("post", f"{OWNER}/preview"): Operation(
        "preview_terms", owner_shapes.PreviewShape, owner_bodies.PreviewBody
    ),
    ("post", f"{OWNER}/requests/approve"): Operation(
        "approve_request", owner_shapes.ApprovedShape, owner_bodies.ApproveBody
    ),
    ("post", f"{OWNER}/requests/refuse"): Operation(
        "refuse_request", owner_shapes.RefusalShape
    ),
    ("get", f"{OWNER}/home"): Operation("get_home", owner_shapes.HomeShape),
    ("get", f"{OWNER}/services"): Operation(
        "list_services", owner_shapes.ServicesShape
    ),
    ("get", f"{OWNER}/reads"): Operation("list_reads", owner_shapes.ReadsShape),
    ("get", f"{OWNER}/consents/{{consent}}/receipt"): Operation(
        "get_receipt", owner_shapes.ReceiptShape
    ),
    ("post", f"{OWNER}/consents/withdraw"): Operation(
        "withdraw_consents", owner_shapes.WithdrawnShape, owner_bodies.WithdrawBody
    ),
    ("post", f"{OWNER}/consents/narrow"): Operation(
        "narrow_consent", owner_shapes.NarrowedShape, owner_bodies.NarrowBody
    ),
    ("post", f"{OWNER}/services/pause"): Operation(
        "pause_services", owner_shapes.PausedShape, owner_bodies.NamedBody
    ),
    ("post", f"{OWNER}/services/resume"): Operation(
        "resume_services", owner_shapes.ResumedShape, owner_bodies.NamedBody
    ),
    ("post", f"{OWNER}/export/home"): Operation(
        "export_home", body=owner_bodies.HomeBody
    ),
    ("post", f"{OWNER}/export/extract"): Operation(
        "export_extract", body=owner_bodies.ExtractBody
    ),
    ("post", f"{OWNER}/erasure/preview"): Operation(
        "preview_erasure", owner_shapes.WouldGoShape, owner_bodies.SpanBody
    ),
    ("post", f"{OWNER}/erasure"): Operation(
        "erase", owner_shapes.BegunShape, owner_bodies.EraseBody
    ),
    ("get", f"{OWNER}/erasure"): Operation("list_erasures", owner_shapes.ErasuresShape),
    ("post", f"{OWNER}/cozy/asked"): Operation(
        "find_cozy", owner_shapes.CozyAskedShape
    ),
    ("post", f"{OWNER}/cozy/connect"): Operation(
        "connect_cozy", owner_shapes.CozyConnectedShape
    ),
    ("post", TRANSFER): Operation(
        "greet_transfer", transfer_shapes.GreetedShape, transfer_shapes.NonceBody
    ),
    ("post", f"{TRANSFER}/announcement"): Operation(
        "announce_transfer",
        transfer_shapes.TransferShape,
        transfer_shapes.AnnouncementBody,
    ),
    ("post", f"{TRANSFER}/bytes"): Operation(
        "send_transfer", transfer_shapes.TransferShape
    ),
    ("post", "/oauth/device_authorization"): Operation(
        "ask_consent", oauth_shapes.CodesShape, oauth_shapes.AskForm
    ),
    ("post", "/oauth/token"): Operation(
        "get_tokens", oauth_shapes.TokensShape, oauth_shapes.TokenForm
    ),
    ("post", "/oauth/revoke"): Operation(
        "revoke_token", oauth_shapes.RevokedShape, oauth_shapes.RevokeForm
    ),
    ("get", "/.well-known/oauth-authorization-server"): Operation(
        "get_addresses", oauth_shapes.AddressesShape
    ),
}
