"""Terraform: the real program formats, validates and plans what is in deploy/terraform.

Against a stand-in for Google's provider, whose names and types are those of the real one: see
provider.py. Nothing is applied, and no value is held against Google's own rules.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing

DEPLOY = Path(__file__).parents[2] / "deploy"
TERRAFORM = shutil.which("terraform")
if TERRAFORM is None:
    missing("terraform", "its package from developer.hashicorp.com", ci_has_it=False)

try:
    from tests.deploy.provider import running
except ModuleNotFoundError:
    missing("gRPC", "pip install 'scarline[gcp]'")

PROJECT = "my-project-123456"
IMAGE = f"europe-west1-docker.pkg.dev/{PROJECT}/scarline/scarline:1"
RUNTIME, SCHEDULER = "<member of scarline-runtime>", "<member of scarline-scheduler>"
KEYS = ["DD_API_KEY", "DD_APP_KEY", "SCARLINE_OPERATOR_TOKEN", "SCARLINE_PSEUDONYM_KEY"]

SQL = {"settings": {"SCARLINE_STORE": "sql"}, "more_secrets": ["DATABASE_URL"]}

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Folder:
    """A copy of the configuration, and the terraform that works on it."""

    place: Path
    environment: Mapping[str, str]
    plans: "dict[str, Plan]" = field(default_factory=dict)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run terraform here."""
        return subprocess.run(
            [str(TERRAFORM), *command],
            cwd=self.place / "terraform",
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def refusal(self, **variables: Any) -> str:
        """Return why these variables are refused, on one line."""
        told = self.run("plan", "-no-color", *_set(variables))
        assert told.returncode == 1, told.stdout
        return " ".join(told.stderr.replace("│", " ").split())

    def plan(self, **variables: Any) -> "Plan":
        """Plan with these variables; the same ones once."""
        asked = json.dumps(variables)
        if asked not in self.plans:
            told = self.run("plan", "-no-color", "-out=planned", *_set(variables))
            assert told.returncode == 0, told.stderr
            self.plans[asked] = Plan(json.loads(self.run("show", "-json", "planned").stdout))
        return self.plans[asked]


@dataclass(frozen=True)
class Plan:
    """What terraform would make."""

    shown: Mapping[str, Any]

    def of(self, kind: str) -> list[Values]:
        """Return the values of all resources of a kind."""
        found = self.shown["planned_values"]["root_module"]["resources"]
        return [it["values"] for it in found if it["type"] == kind]

    def one(self, kind: str) -> Values:
        """Return the values of the only resource of a kind."""
        (only,) = self.of(kind)
        return only

    def output(self, name: str) -> Any:
        """Return what is printed at the end."""
        return self.shown["planned_values"]["outputs"][name].get("value")


def _set(variables: Mapping[str, Any]) -> list[str]:
    told = {"project": PROJECT, "image": IMAGE} | dict(variables)
    return [
        f"-var={name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in told.items()
        if value is not None
    ]


@pytest.fixture(name="reattach", scope="module")
def reattach_fixture() -> Iterator[str]:
    """Run the stand-in for Google's provider."""
    with running() as where:
        yield where


def folder_in(place: Path, reattach: str) -> Folder:
    """Return a copy of the configuration, initialised."""
    shutil.copytree(
        DEPLOY,
        place,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"),
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "CHECKPOINT_DISABLE": "1",  # asks nobody for a newer terraform
        "TF_IN_AUTOMATION": "1",
        "TF_REATTACH_PROVIDERS": reattach,
    }
    folder = Folder(place, environment)
    told = folder.run("init", "-no-color", "-input=false")
    assert told.returncode == 0, told.stderr
    return folder


@pytest.fixture(name="folder", scope="module")
def folder_fixture(tmp_path_factory: pytest.TempPathFactory, reattach: str) -> Folder:
    """Give one to all tests."""
    return folder_in(tmp_path_factory.mktemp("deploy"), reattach)


def test_it_is_formatted(folder: Folder) -> None:
    """As `terraform fmt` writes it."""
    told = folder.run("fmt", "-check", "-diff", "-recursive", "-no-color")
    assert told.returncode == 0, told.stdout


def test_it_is_valid(folder: Folder) -> None:
    """By the names and types of Google's provider."""
    told = folder.run("validate", "-no-color")
    assert told.returncode == 0, told.stderr


WRONG: Sequence[tuple[tuple[str, str, str], str]] = [
    (("service.tf", "cpu_idle ", "cpu_idles"), "Unsupported argument"),
    (("service.tf", "liveness_probe", "aliveness_probe"), "Unsupported block type"),
    (("schedules.tf", "uri         =", "# "), "Missing required argument"),
    (("accounts.tf", "runtime.member", "runtime.members"), "Unsupported attribute"),
    (("service.tf", "min_instance_count = 0", 'min_instance_count = "no"'), "a number is required"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG)
def test_the_stand_in_refuses_what_google_does_not_have(
    change: tuple[str, str, str], sentence: str, tmp_path: Path, reattach: str
) -> None:
    """Otherwise that it is valid would say nothing."""
    file, right, wrong = change
    folder = folder_in(tmp_path, reattach)
    changed = tmp_path / "terraform" / file
    text = changed.read_text(encoding="utf-8")
    assert right in text
    changed.write_text(text.replace(right, wrong), encoding="utf-8")
    told = folder.run("validate", "-no-color")
    assert (told.returncode, sentence in told.stderr) == (1, True), told.stderr


def test_the_service_is_small_and_closed(folder: Folder) -> None:
    """No instance while nobody asks, one at most, as an account of its own, from within only."""
    service = folder.plan().one("google_cloud_run_v2_service")
    (template,) = service["template"]
    (container,) = template["containers"]
    assert template["scaling"] == [{"min_instance_count": 0, "max_instance_count": 1}]
    assert template["timeout"] == "900s"
    assert template["service_account"] == "<email of scarline-runtime>"
    assert container["image"] == IMAGE
    assert service["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    assert service["invoker_iam_disabled"] is False
    for probe in ("startup_probe", "liveness_probe"):
        assert container[probe][0]["http_get"][0]["path"] == "/healthz"


def test_only_the_schedules_may_call(folder: Folder) -> None:
    """On this service alone; whoever is named as invoker comes to it."""
    (only,) = folder.plan().of("google_cloud_run_v2_service_iam_member")
    assert (only["member"], only["role"], only["name"]) == (
        SCHEDULER,
        "roles/run.invoker",
        "scarline",
    )
    ada = "user:ada@example.com"
    more = folder.plan(invokers=[ada]).of("google_cloud_run_v2_service_iam_member")
    assert {it["member"] for it in more} == {SCHEDULER, ada}


def test_failures_are_pulled_every_quarter_of_an_hour(folder: Folder) -> None:
    """With a token that is made out to the service, and told to the service so."""
    plan = folder.plan()
    job = plan.one("google_cloud_scheduler_job")
    (target,) = job["http_target"]
    (token,) = target["oidc_token"]
    assert job["schedule"] == "*/15 * * * *"
    assert job["attempt_deadline"] == "900s"
    assert (target["http_method"], target["uri"]) == ("POST", "<uri of scarline>/jobs/failures")
    audience = f"https://scarline.{PROJECT}.internal"
    assert token == {
        "audience": audience,
        "service_account_email": "<email of scarline-scheduler>",
    }
    assert plan.one("google_cloud_run_v2_service")["custom_audiences"] == [audience]
    told = environment(plan)
    assert told["SCARLINE_OIDC_AUDIENCE"] == audience
    assert told["SCARLINE_OIDC_CALLERS"] == token["service_account_email"]
    assert told["SCARLINE_JOB_TIME"] == "870s"


def test_other_streams_are_pulled_if_one_says_so(folder: Folder) -> None:
    """Each at its own time; metric points where there is a database."""
    schedules = {"flows": "7 * * * *", "metrics": "17 * * * *"}
    plan = folder.plan(schedules=schedules, **SQL)
    jobs = {it["name"]: it["schedule"] for it in plan.of("google_cloud_scheduler_job")}
    assert jobs == {"scarline-flows": "7 * * * *", "scarline-metrics": "17 * * * *"}


def test_metric_points_are_not_pulled_into_firestore(folder: Folder) -> None:
    """Which refuses them: the schedule would fail every time."""
    told = folder.refusal(schedules={"metrics": "17 * * * *"})
    assert "Firestore does not hold metric points" in told


@pytest.mark.parametrize("secret", ["DATABASE_URL", "SUPABASE_KEY"])
def test_facts_have_a_place_that_outlives_an_instance(folder: Folder, secret: str) -> None:
    """Without one, the embedded database would lie in an instance's memory."""
    refused = folder.refusal(settings=SQL["settings"])
    assert "gone with each instance" in refused
    plan = folder.plan(settings=SQL["settings"], more_secrets=[secret])
    assert environment(plan)["SCARLINE_STORE"] == "sql"


def environment(plan: Plan) -> Mapping[str, str]:
    """Return the settings of the service."""
    (template,) = plan.one("google_cloud_run_v2_service")["template"]
    return {it["name"]: it["value"] for it in template["containers"][0]["env"]}


def test_settings_reach_the_service_and_secrets_do_not(folder: Folder) -> None:
    """It reads those by itself, by their names."""
    plan = folder.plan(settings={"QUALITY_THRESHOLD": "0.6"}, secret_prefix="prod_")
    told = environment(plan)
    assert told["QUALITY_THRESHOLD"] == "0.6"
    assert (told["SCARLINE_STORE"], told["GOOGLE_CLOUD_PROJECT"]) == ("firestore", PROJECT)
    assert told["SCARLINE_SECRET_PREFIX"] == "prod_"
    assert told["SCARLINE_SECRETS"] == ",".join(KEYS)
    assert not told.keys() & set(KEYS)
    assert plan.output("secrets") == [f"prod_{name}" for name in KEYS]


def test_secrets_are_names_without_values(folder: Folder) -> None:
    """No version of any is in the configuration, so none is in a state."""
    plan = folder.plan(more_secrets=["DATABASE_URL"])
    names = sorted(it["secret_id"] for it in plan.of("google_secret_manager_secret"))
    assert names == sorted([*KEYS, "DATABASE_URL"])
    declared = plan.shown["configuration"]["root_module"]["resources"]
    assert "google_secret_manager_secret_version" not in {it["type"] for it in declared}


def test_the_service_reads_only_its_own_secrets_and_its_own_database(folder: Folder) -> None:
    """Nothing is given on the project but documents, and those of one database."""
    plan = folder.plan()
    reads = plan.of("google_secret_manager_secret_iam_member")
    assert sorted(it["secret_id"] for it in reads) == KEYS
    assert {(it["member"], it["role"]) for it in reads} == {
        (RUNTIME, "roles/secretmanager.secretAccessor")
    }
    given = plan.one("google_project_iam_member")
    assert (given["member"], given["role"]) == (RUNTIME, "roles/datastore.user")
    assert given["condition"][0]["expression"] == (
        f'resource.name == "projects/{PROJECT}/databases/(default)"'
    )
    kinds = {it["type"] for it in plan.shown["configuration"]["root_module"]["resources"]}
    assert {it for it in kinds if "_iam_" in it} == {
        "google_cloud_run_v2_service_iam_member",
        "google_project_iam_member",
        "google_secret_manager_secret_iam_member",
    }


def declared() -> Mapping[str, Sequence[Values]]:
    """Return the file of the indexes."""
    found: Mapping[str, Sequence[Values]] = json.loads(
        (DEPLOY / "firestore.indexes.json").read_text(encoding="utf-8")
    )
    return found


def _plain(fields: Sequence[Values]) -> list[tuple[Any, ...]]:
    return [(it["field_path"], it["order"], it["array_config"]) for it in fields]


@pytest.mark.parametrize("prefix", ["evalforge_", "mine-"])
def test_every_index_of_the_file_is_made(folder: Folder, prefix: str) -> None:
    """Field by field, in the collections of this prefix."""
    planned = folder.plan(collection_prefix=prefix).of("google_firestore_index")
    made = [(it["collection"], it["query_scope"], _plain(it["fields"])) for it in planned]
    wanted: list[tuple[str, str, list[tuple[Any, ...]]]] = [
        (
            prefix + it["collectionGroup"].removeprefix("evalforge_"),
            it["queryScope"],
            [(f["fieldPath"], f.get("order"), f.get("arrayConfig")) for f in it["fields"]],
        )
        for it in declared()["indexes"]
    ]
    assert sorted(made, key=repr) == sorted(wanted, key=repr)


def test_every_override_of_the_file_is_made(folder: Folder) -> None:
    """Fields whose own indexes would cost writes have none."""
    planned = folder.plan().of("google_firestore_field")
    overrides = declared()["fieldOverrides"]
    assert not any(it["indexes"] for it in overrides)
    assert [it["index_config"] for it in planned] == [[{"indexes": []}]] * len(overrides)
    made = sorted((it["collection"], it["field"]) for it in planned)
    assert made == sorted((it["collectionGroup"], it["fieldPath"]) for it in overrides)


def test_data_refuses_to_be_deleted_until_one_says_so(folder: Folder) -> None:
    """Database and secrets."""
    kept, let_go = folder.plan(), folder.plan(keep_data=False)
    states = [
        it.one("google_firestore_database")["delete_protection_state"] for it in (kept, let_go)
    ]
    assert states == ["DELETE_PROTECTION_ENABLED", "DELETE_PROTECTION_DISABLED"]
    protected = [
        {it["deletion_protection"] for it in plan.of("google_secret_manager_secret")}
        for plan in (kept, let_go)
    ]
    assert protected == [{True}, {False}]


def test_without_an_image_all_but_the_service_is_made(folder: Folder) -> None:
    """So that keys and image have a place before the service looks for them."""
    plan = folder.plan(image=None)
    for kind in ("run_v2_service", "run_v2_service_iam_member", "scheduler_job"):
        assert plan.of(f"google_cloud_{kind}") == []
    assert plan.output("url") is None
    assert plan.output("image_path") == IMAGE.removesuffix(":1")
    assert plan.output("secrets") == KEYS


def test_the_api_of_every_resource_is_switched_on(folder: Folder) -> None:
    """And stays on when this goes: others may use it."""
    on = folder.plan().of("google_project_service")
    apis = {"artifactregistry", "cloudscheduler", "firestore", "iam", "run", "secretmanager"}
    apis |= {"cloudresourcemanager"}  # of google_project_iam_member
    assert {it["service"] for it in on} == {f"{it}.googleapis.com" for it in apis}
    assert {it["disable_on_destroy"] for it in on} == {False}


def test_all_that_can_carry_labels_does(folder: Folder) -> None:
    """The provider gives them to all."""
    provider = folder.plan().shown["configuration"]["provider_config"]["google"]
    assert provider["expressions"]["default_labels"]["references"] == ["local.labels"]


REFUSED: Sequence[tuple[str, Any, str]] = [
    ("project", "My Project", "A project id has"),
    ("image", "registry.example.com/scarline", "An image is"),
    ("image", "registry.example.com/scarline:latest", "Name a version"),
    ("image", "registry.example.com/scarline@sha256:beef", "An image is"),
    ("region", "Europe", "A region looks like"),
    ("firestore_location", "moon", "A location is"),
    ("firestore_database", "my database", "A database is"),
    ("collection_prefix", "1_", "A prefix begins with a letter"),
    ("name", "s", "A name has 4 to 20"),
    ("secret_prefix", "a/b", "A prefix has letters"),
    ("more_secrets", ["HOME"], "Beside the four"),
    ("datadog_site", "https://datadoghq.com", "A site looks like"),
    ("settings", {"DD_API_KEY": "x"}, "belong into Secret Manager"),
    ("settings", {"database_url": "x"}, "capital letters"),
    ("schedules", {"traces": "* * * * *"}, "Streams are"),
    ("schedules", {"failures": "hourly"}, "five parts"),
    ("timeout_seconds", 59, "from 60 to 1800"),
    ("timeout_seconds", 1801, "from 60 to 1800"),
    ("concurrency", 1, "whole number from 2"),
    ("cpu", "8", "Cores are"),
    ("memory", "128Mi", "512Mi or more"),
    ("ingress", "public", "internal or all"),
    ("invokers", ["allUsers"], "The public"),
    ("invokers", ["allAuthenticatedUsers"], "The public"),
    ("labels", {"Team": "x"}, "Labels have small letters"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), REFUSED)
def test_a_wrong_variable_is_a_sentence(
    folder: Folder, name: str, value: Any, sentence: str
) -> None:
    """Before anything is made."""
    assert sentence in folder.refusal(**{name: value})


def test_every_variable_can_be_refused_and_says_what_it_is(folder: Folder) -> None:
    """But the one that is yes or no."""
    variables = folder.plan().shown["configuration"]["root_module"]["variables"]
    assert variables.keys() - {name for name, *_ in REFUSED} == {"keep_data"}
    assert all(it["description"].endswith(".") for it in variables.values())


def test_the_page_says_only_what_there_is(folder: Folder) -> None:
    """Outputs, variables, and the names of what is made."""
    page = (DEPLOY.parent / "docs" / "deploy.md").read_text(encoding="utf-8")
    plan = folder.plan()
    outputs = set(re.findall(r"terraform output -raw (\w+)", page))
    assert outputs
    assert outputs <= plan.shown["planned_values"]["outputs"].keys()
    blocks = re.findall(r"```hcl\n(.*?)```|<<END\n(.*?)END\n|echo '(.*?)' >>", page, re.DOTALL)
    written = {
        name for block in blocks for name in re.findall(r"^(\w+) +=", "".join(block), re.MULTILINE)
    }
    assert written > {"ingress", "project", "keep_data", "schedules"}
    assert written <= plan.shown["configuration"]["root_module"]["variables"].keys()
    for name in (*KEYS, plan.one("google_cloud_scheduler_job")["name"], "scarline-runtime"):
        assert name in page
