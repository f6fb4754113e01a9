"""Google's client for one database, or for Google's emulator of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport

from scarline.stores.firestore.documents import Documents
from scarline.stores.firestore.layout import Layout
from scarline.stores.firestore.pace import Pace
from scarline.stores.firestore.sentences import told

_ENDLESS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


@asynccontextmanager
async def connected(
    project: str, database: str, prefix: str, emulator: str | None
) -> AsyncIterator[Documents]:
    """Open the client; the credentials are those of the machine (application default)."""
    name = f"projects/{project}/databases/{database}"
    layout = Layout(f"{name}/documents", prefix)
    if emulator is not None:
        channel = grpc.aio.insecure_channel(emulator, options=_ENDLESS)
        client = FirestoreAsyncClient(transport=FirestoreGrpcAsyncIOTransport(channel=channel))
        metadata = [("authorization", "Bearer owner")]  # the emulator asks for no more
    else:
        with told():
            client = FirestoreAsyncClient()
        metadata = []
    try:
        yield Documents(client, name, layout, Pace(), metadata)
    finally:
        await client.transport.close()  # type: ignore[no-untyped-call]
