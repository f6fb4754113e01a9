"""A stand-in for Secret Manager on loopback: Google's own messages over real gRPC, with faults.

Google has no emulator of it. That this one speaks as Google does is shown by Google's own client,
which writes to it and reads from it in the tests.
"""

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)
from google.cloud.secretmanager_v1.types import (
    AccessSecretVersionRequest,
    AccessSecretVersionResponse,
    AddSecretVersionRequest,
    SecretPayload,
    SecretVersion,
)

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"


@dataclass(frozen=True)
class Fault:
    """What happens in place of an answer, `times` over; then the answer comes."""

    code: grpc.StatusCode
    said: str = ""
    times: int = 1_000_000


@dataclass
class SecretManager:
    """Secrets by `projects/P/secrets/S`, each a list of versions; None is a disabled one."""

    address: str = ""
    kept: dict[str, list[bytes | None]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[str, Fault] = field(default_factory=dict)
    slow_seconds: dict[str, float] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @contextmanager
    def client(self) -> Iterator[SecretManagerServiceClient]:
        """Open Google's own client at this address."""
        with grpc.insecure_channel(self.address) as channel:
            yield SecretManagerServiceClient(
                transport=SecretManagerServiceGrpcTransport(channel=channel)
            )

    def access(
        self, request: AccessSecretVersionRequest, context: grpc.ServicerContext
    ) -> AccessSecretVersionResponse:
        """Answer AccessSecretVersion, in Google's codes and words."""
        secret, version = request.name.rsplit("/versions/", 1)
        self.asked.append((request.name, dict(context.invocation_metadata())))
        time.sleep(self.slow_seconds.get(secret, 0))
        self._fail(secret, context)
        versions = self.kept.get(secret, [])
        if not versions:
            said = f"Secret [{secret}] not found or has no versions."
            context.abort(grpc.StatusCode.NOT_FOUND, said)
        number = len(versions) if version == "latest" else int(version)
        data = versions[number - 1]
        if data is None:
            said = f"Secret Version [{secret}/versions/{number}] is in DISABLED state."
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, said)
        return AccessSecretVersionResponse(
            name=f"{secret}/versions/{number}", payload=SecretPayload(data=data)
        )

    def add(self, request: AddSecretVersionRequest, context: grpc.ServicerContext) -> SecretVersion:
        """Answer AddSecretVersion."""
        self._fail(request.parent, context)
        self.kept[request.parent].append(request.payload.data)
        return SecretVersion(name=f"{request.parent}/versions/{len(self.kept[request.parent])}")

    def _fail(self, secret: str, context: grpc.ServicerContext) -> None:
        fault = self.faults.get(secret)
        if fault is not None and fault.times:
            self.faults[secret] = Fault(fault.code, fault.said, fault.times - 1)
            context.abort(fault.code, re.sub(r"[^ -~]", "?", fault.said))


@contextmanager
def running() -> Iterator[SecretManager]:
    """Serve one on a free port of loopback."""
    started = SecretManager()
    methods = {
        "AccessSecretVersion": grpc.unary_unary_rpc_method_handler(
            started.access,
            request_deserializer=AccessSecretVersionRequest.deserialize,
            response_serializer=AccessSecretVersionResponse.serialize,
        ),
        "AddSecretVersion": grpc.unary_unary_rpc_method_handler(
            started.add,
            request_deserializer=AddSecretVersionRequest.deserialize,
            response_serializer=SecretVersion.serialize,
        ),
    }
    server = grpc.server(ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    started.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield started
    finally:
        server.stop(None).wait()
