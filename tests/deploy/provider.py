"""A stand-in for Terraform's provider of Google, so that the real Terraform validates and plans.

Terraform asks a provider for its schema and for what would become of each resource, by gRPC
(plugin protocol 5); `TF_REATTACH_PROVIDERS` names one that runs already. This one knows the names,
the types and which are required, of the resources that we use, as version 6.50.0 of the provider
has them (`google_provider.json`: read off the types of the npm package @cdktf/provider-google
16.12.1, which are made from that version). It does not know Google's own rules: a value that Google
refuses is planned here without a word.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import msgspec
from google.protobuf import (  # type: ignore[import-untyped]  # its stubs are a package
    descriptor_pb2,
    descriptor_pool,
    message_factory,
)

Block = Mapping[str, Any]
"""Arguments by name: a type, with `!` if required, `=` if Google gives it; a block; [a block]."""

SCHEMA = json.loads((Path(__file__).parent / "google_provider.json").read_text(encoding="utf-8"))
PROVIDER: Block = {"project": "string", "region": "string", "default_labels": "map(string)"}
NAMES = ("account_id", "secret_id", "repository_id", "name")
UNKNOWN = msgspec.msgpack.Ext(0, b"\x00")  # how Terraform writes a value that is not known yet

# The messages that are spoken, of tfplugin5.proto: each field by its number, and its type. `*` is
# repeated, `%` a map by strings.
MESSAGES: Mapping[str, Mapping[int, tuple[str, str]]] = {
    "DynamicValue": {1: ("msgpack", "bytes")},
    "Attribute": {
        1: ("name", "string"), 2: ("type", "bytes"),
        4: ("required", "bool"), 5: ("optional", "bool"), 6: ("computed", "bool"),
    },
    "NestedBlock": {
        1: ("type_name", "string"), 2: ("block", "Block"), 3: ("nesting", "int64"),
        5: ("max_items", "int64"),
    },
    "Block": {2: ("attributes", "*Attribute"), 3: ("block_types", "*NestedBlock")},
    "Schema": {1: ("version", "int64"), 2: ("block", "Block")},
    "Nothing": {},
    "Schemas": {1: ("provider", "Schema"), 2: ("resource_schemas", "%Schema")},
    "Config": {1: ("config", "DynamicValue")},
    "Prepared": {1: ("prepared_config", "DynamicValue")},
    "Proposed": {
        1: ("type_name", "string"), 2: ("prior_state", "DynamicValue"),
        3: ("proposed_new_state", "DynamicValue"),
    },
    "Planned": {1: ("planned_state", "DynamicValue"), 5: ("legacy_type_system", "bool")},
}  # fmt: skip
METHODS: Mapping[str, tuple[str, str]] = {
    "GetSchema": ("Nothing", "Schemas"),
    "PrepareProviderConfig": ("Config", "Prepared"),
    "ValidateResourceTypeConfig": ("Nothing", "Nothing"),
    "Configure": ("Nothing", "Nothing"),
    "PlanResourceChange": ("Proposed", "Planned"),
    "Stop": ("Nothing", "Nothing"),
}
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "string": _FIELD.TYPE_STRING, "bytes": _FIELD.TYPE_BYTES,
    "bool": _FIELD.TYPE_BOOL, "int64": _FIELD.TYPE_INT64,
}  # fmt: skip


def _messages() -> Mapping[str, Any]:
    """Make a class of each message."""
    file = descriptor_pb2.FileDescriptorProto(
        name="spoken.proto", package="spoken", syntax="proto3"
    )
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, kind) in fields.items():
            _add_field(message, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"spoken.{name}"))
        for name in MESSAGES
    }


def _add_field(message: Any, name: str, number: int, kind: str) -> None:
    """Add one field; a map is a repeated message of key and value."""
    label = _FIELD.LABEL_REPEATED if kind[0] in "*%" else _FIELD.LABEL_OPTIONAL
    bare = kind.lstrip("*%")
    if kind[0] == "%":
        entry = message.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
        entry.options.map_entry = True
        _add_field(entry, "key", 1, "string")
        _add_field(entry, "value", 2, bare)
        bare = f"{message.name}.{entry.name}"
    if bare in _SCALARS:
        message.field.add(name=name, number=number, label=label, type=_SCALARS[bare])
    else:
        message.field.add(
            name=name, number=number, label=label,
            type=_FIELD.TYPE_MESSAGE, type_name=f".spoken.{bare}",
        )  # fmt: skip


SPOKEN = _messages()


def _type(spelled: str) -> bytes:
    """Write a type as Terraform reads it: `"string"`, `["map","string"]`."""
    outer, _, inner = spelled.rstrip("!=)").partition("(")
    return json.dumps([outer, inner] if inner else outer).encode()


def _block(declared: Block) -> Any:
    block = SPOKEN["Block"]()
    for name, what in declared.items():
        if isinstance(what, str):
            required, computed = what.endswith("!"), what.endswith("=")
            block.attributes.add(
                name=name, type=_type(what),
                required=required, computed=computed, optional=not (required or computed),
            )  # fmt: skip
        else:  # nesting 2 is a list: also of the one that may be there
            one = isinstance(what, dict)
            inner = _block(what if one else what[0])
            block.block_types.add(type_name=name, block=inner, nesting=2, max_items=int(one))
    return block


def _schemas(_: Any, __: Any) -> Any:
    schema = SPOKEN["Schema"]
    resources = {name: schema(block=_block(it)) for name, it in SCHEMA["resources"].items()}
    return SPOKEN["Schemas"](provider=schema(block=_block(PROVIDER)), resource_schemas=resources)


def _plan(request: Any, _: Any) -> Any:
    """Plan what was proposed; in place of what Google gives stands what it is, and of what."""
    proposed = msgspec.msgpack.decode(request.proposed_new_state.msgpack)
    declared = SCHEMA["resources"][request.type_name]
    named = next((proposed[it] for it in NAMES if isinstance(proposed.get(it), str)), "")
    for name, what in declared.items():
        if isinstance(what, str) and what.endswith("="):
            proposed[name] = f"<{name} of {named}>" if named and what == "string=" else UNKNOWN
    value = SPOKEN["DynamicValue"](msgpack=msgspec.msgpack.encode(proposed))
    return SPOKEN["Planned"](planned_state=value, legacy_type_system=True)


@contextmanager
def running() -> Iterator[str]:
    """Serve one on loopback; give what to set TF_REATTACH_PROVIDERS to."""
    behaviours = {
        "GetSchema": _schemas,
        "PrepareProviderConfig": lambda it, _: SPOKEN["Prepared"](prepared_config=it.config),
        "PlanResourceChange": _plan,
    }
    methods = {
        name: grpc.unary_unary_rpc_method_handler(
            behaviours.get(name, lambda *_: SPOKEN["Nothing"]()),
            request_deserializer=SPOKEN[asked].FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )
        for name, (asked, _) in METHODS.items()
    }
    server = grpc.server(ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("tfplugin5.Provider", methods),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield json.dumps(
            {
                "registry.terraform.io/hashicorp/google": {
                    "Protocol": "grpc", "ProtocolVersion": 5, "Pid": 1, "Test": True,
                    "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
                }
            }
        )  # fmt: skip
    finally:
        server.stop(None).wait()
