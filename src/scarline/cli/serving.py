"""The commands that go on until Ctrl-C: serve, sandbox, demo."""

from datetime import timedelta

import typer

from scarline import bootstrap, settings
from scarline.bootstrap import pretend
from scarline.cli import console, options, running

app = typer.Typer()

DEMO_EVERY = {
    "metrics": timedelta(seconds=20),
    "flows": timedelta(minutes=5),
    "failures": timedelta(minutes=5),
}


@app.command()
def serve(
    host: options.Host = "127.0.0.1",
    port: options.ServePort = 8126,
    every: options.Every = None,
) -> None:
    """Serve the pages and the HTTP API until Ctrl-C. Any address but loopback needs tokens."""
    from scarline.web.server import serve

    pulled = dict(options.stream_and_time(told) for told in every or ())
    told = "serving {}, until Ctrl-C"
    serve(settings.load(), host, port, lambda url: console.say(told.format(url)), pulled)


@app.command()
def sandbox(
    port: options.Port = 8127,
    seed: options.Seed = 7,
    hosts: options.Hosts = 40,
    spans_a_day: options.Spans = 6_000,
    fault: options.Faults = None,
) -> None:
    """Run a pretend Datadog on loopback until Ctrl-C."""
    console.say(f"a pretend Datadog at http://127.0.0.1:{port}, until Ctrl-C; to pull from it:")
    from scarline.sandbox import World

    console.say(pretend.sandbox_environment(port))
    world = World(seed=seed, hosts=hosts, spans_a_day=spans_a_day)
    pretend.run_sandbox(port, world, fault or [])


@app.command()
def demo(
    once: options.Once = False, port: options.ServePort = 8126, json: options.Json = False
) -> None:
    """Show it all without an account: a pretend Datadog, a database, three pulls, the pages."""
    with pretend.demo_settings(settings.load()) as pretended:
        runs = [
            running.run(running.pull(bootstrap.open_pipeline(pretended, [stream]), stream, window))
            for stream, window in (
                ("metrics", running.window("24h")),
                ("flows", None),
                ("failures", running.window("24h")),
            )
        ]
        code = max(running.told(run, json=json) for run in runs)
        if once:
            for sentence in pretend.demo_left(settings.load(), running.program()):
                console.say(sentence)
        else:
            from scarline.web.server import serve

            told = "look at {}: new metrics every 20 seconds, until Ctrl-C"
            serve(
                pretended, "127.0.0.1", port, lambda url: console.say(told.format(url)), DEMO_EVERY
            )
    raise typer.Exit(code)
