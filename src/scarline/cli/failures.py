"""The commands about captured failures: ``scarline failures list|show|groups|explain|export``."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scarline import settings
from scarline.cli import console, files, options, running
from scarline.cli.running import Exit
from scarline.errors import UsageError

app = typer.Typer(help="Look at captured LLM failures, and export them.", no_args_is_help=True)

Severity = Annotated[
    Literal["low", "medium", "high", "critical"] | None,
    typer.Option(help="This severity and worse."),
]
State = Annotated[
    Literal["new", "triaged", "ready", "exported", "dismissed"] | None,
    typer.Option(help="Only what people brought into this state."),
]
Application = Annotated[str, typer.Option(help="Only this application.")]
Service = Annotated[str, typer.Option(help="Only this service.")]
Text = Annotated[str, typer.Option(help="Only with this text in the title or the name.")]
Signature = Annotated[str, typer.Option(help="Only failures of this signature.")]
OfGroup = Annotated[str, typer.Option("--group", help="Only failures of this group.")]
Order = Annotated[Literal["newest", "severity"], typer.Option(help="What comes first.")]
Trace = Annotated[str, typer.Argument(help="The trace, as `scarline failures list` names it.")]
Span = Annotated[str, typer.Argument(help="The span in it.")]
Named = Annotated[str | None, typer.Argument(help="One group, with its history and failures.")]
SpanFile = Annotated[Path, typer.Argument(help="A span of LLM Observability, as JSON.")]
Groups = Annotated[list[str], typer.Option("--group", help="A group to export; repeatable.")]
Evidence = Annotated[int, typer.Option(help="Failures told of each group.", min=0, max=100)]
Out = Annotated[Path | None, typer.Option(help="File to write; stdout if left out.")]
ToWebhook = Annotated[
    bool, typer.Option("--webhook", help="Deliver to the webhook instead, signed; one attempt.")
]


@app.command("list")
def list_(
    last: options.Last = None,
    since: options.Since = None,
    until: options.Until = None,
    severity: Severity = None,
    application: Application = "",
    service: Service = "",
    type_: Annotated[str, typer.Option("--type", help="Only this type, such as timeout.")] = "",
    state: State = None,
    signature: Signature = "",
    group: OfGroup = "",
    text: Text = "",
    order: Order = "newest",
    limit: options.PageLimit = 50,
    cursor: options.After = "",
    json: options.Json = False,
) -> None:
    """List captured failures; exits with 3 if nobody looked at any of the stretch."""
    from scarline.cli import failures_shown, failures_work
    from scarline.cli.asked import now_unless, stretch

    asked = stretch(last, since, until) | {"severity": severity or "", "state": state or ""}
    asked |= {"application": application, "service": service, "type": type_, "group": group}
    asked |= {"signature": signature, "text": text, "order": order}
    asked |= {"limit": limit, "cursor": cursor}
    found = running.ask(lambda road: failures_work.failures(road, asked))
    console.as_json(found) if json else failures_shown.show_failures(found, now_unless(until))
    raise typer.Exit(_ended(found))


@app.command()
def show(trace: Trace, span: Span, json: options.Json = False) -> None:
    """Show one failure with all that was kept of it, personal data taken out."""
    from scarline.cli import failures_shown, failures_work

    found = running.ask(lambda road: failures_work.failure(road, trace, span))
    console.as_json(found) if json else failures_shown.show_failure(found)


@app.command()
def groups(
    group: Named = None,
    last: options.Last = None,
    since: options.Since = None,
    until: options.Until = None,
    severity: Severity = None,
    application: Application = "",
    service: Service = "",
    type_: Annotated[str, typer.Option("--type", help="Only this type, such as timeout.")] = "",
    state: State = None,
    text: Text = "",
    limit: options.PageLimit = 50,
    cursor: options.After = "",
    json: options.Json = False,
) -> None:
    """List groups of failures, worst first; or show one: why it is one, and what was decided."""
    from scarline.cli import failures_shown, failures_work
    from scarline.cli.asked import now_unless, stretch

    if group is not None:
        one = running.ask(lambda road: failures_work.group(road, group, limit, cursor))
        console.as_json(one) if json else failures_shown.show_group(one)
        return
    asked = stretch(last, since, until) | {"severity": severity or "", "state": state or ""}
    asked |= {"application": application, "service": service, "type": type_, "text": text}
    asked |= {"limit": limit, "cursor": cursor}
    found = running.ask(lambda road: failures_work.groups(road, asked))
    console.as_json(found) if json else failures_shown.show_groups(found, now_unless(until))
    raise typer.Exit(_ended(found))


@app.command()
def explain(span: SpanFile, json: options.Json = False) -> None:
    """Say of a span which rules make it a failure, and what the others would need."""
    from scarline.bootstrap import explaining
    from scarline.cli import failures_shown

    rules, group = explaining.explained(span, settings.load())
    told = failures_shown.explained_as_data(rules, group)
    console.as_json(told) if json else failures_shown.show_explained(told)


@app.command()
def export(
    group: Groups,
    out: Out = None,
    evidence: Evidence = 10,
    webhook: ToWebhook = False,
    json: options.Json = False,
) -> None:
    """Write groups with their evidence as JSON lines: docs/triage.md says what is in them."""
    from scarline.cli import failures_work

    if webhook:
        raise typer.Exit(_delivered(group, out, evidence, json=json))
    made = running.ask(lambda road: failures_work.bundle(road, group, evidence))
    if out is None:
        sys.stdout.buffer.write(made.body)
        return
    files.write(out, made.body)
    count = made.body.count(b"\n")
    told = {"export": made.id, "file": str(out), "groups": len(made.groups), "lines": count}
    lines, of = console.count(count, "line"), console.count(len(made.groups), "group")
    sentence = f"{lines} about {of} are in {out}"
    console.as_json(told) if json else console.say(sentence)


def _delivered(group: list[str], out: Path | None, evidence: int, *, json: bool) -> Exit:
    """Make an attempt at a delivery; say how it stands, and end as that is."""
    from scarline.cli import failures_shown, failures_work

    if out is not None:
        raise UsageError("an export goes to the webhook or to a file: leave out --webhook or --out")
    to = failures_work.webhook_of(settings.load())
    found = running.ask(lambda road: failures_work.delivered(road, to, group, evidence))
    console.as_json(found) if json else failures_shown.show_delivery(found)
    return {"delivered": Exit.DONE, "failed": Exit.FAILED}.get(found["state"], Exit.PARTIAL)


def _ended(found: dict[str, Any]) -> Exit:
    """Return how a list ends: partial where nobody looked, which is not the same as nothing."""
    return Exit.DONE if found["coverage"]["looked"] else Exit.PARTIAL
