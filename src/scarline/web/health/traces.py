"""Traces of our own work for OpenTelemetry; the extra ``otel`` brings what sends them."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

from scarline.web.jobs.pulls import Span, Tell

SEND_SECONDS = 5


@contextmanager
def open_traces(endpoint: str) -> Iterator[Span]:
    """Send spans to the OTLP collector at ``endpoint``; those that wait are sent at the end.

    A span that cannot be sent is lost: what it tells of goes on. It holds names and counts and,
    of an error, its type alone: messages could hold what is somebody's.
    """
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=SEND_SECONDS)
    # Not Resource.create, which would add what it finds out about this machine.
    provider = TracerProvider(resource=Resource({"service.name": "scarline"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("scarline")

    @contextmanager
    def span(name: str) -> Iterator[Tell]:
        with tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as begun:
            try:
                yield begun.set_attributes
            except BaseException as error:
                begun.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    try:
        yield span
    finally:
        provider.shutdown()
