"""Keys and tokens as their vendors publish their form, in the places where they turn up.

The forms were written down from the vendors' manuals and GitHub's list of supported secret
scanning patterns, not from Scarline's tables. Those in ``NAMED`` look like any other string:
only the name of their variable tells them.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from bench.privacy.cases import Case, in_document, in_text
from bench.privacy.drawing import drawn

UUID = "{h8}-{h4}-4{h3}-a{h3}-{h12}"
MARKED = {
    "AWS access key id": "AKIA{U16}",
    "AWS session key id": "ASIA{U16}",
    "AWS Bedrock key": "ABSK{B128}",
    "Google API key": "AIzaSy{b33}",
    "Google client secret": "GOCSPX-{b28}",
    "Google access token": "ya29.a0{b120}",
    "Azure client secret": "{a3}8Q~{a34}",
    "DigitalOcean": "dop_v1_{h64}",
    "Fly.io": "fm2_lJPECAAAAAAA{B100}",
    "Tailscale": "tskey-auth-k{a10}CNTRL-{a32}",
    "Alibaba": "LTAI5t{a18}",
    "GitHub": "ghp_{a36}",
    "GitHub OAuth": "gho_{a36}",
    "GitHub app": "ghs_{a36}",
    "GitHub fine-grained": "github_pat_{a22}_{a59}",
    "GitLab": "glpat-{b20}",
    "Atlassian": "ATATT3xFfGF0{b172}={H8}",
    "npm": "npm_{a36}",
    "PyPI": "pypi-AgEIcHlwaS5vcmc{b150}",
    "RubyGems": "rubygems_{h48}",
    "Docker Hub": "dckr_pat_{b27}",
    "crates.io": "cio{a32}",
    "Terraform": "{a14}.atlasv1.{b67}",
    "Pulumi": "pul-{h40}",
    "Vault": "hvs.{b95}",
    "Doppler": "dp.pt.{a43}",
    "1Password": "ops_eyJ{B250}",
    "age": "AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3J{d4}",
    "Postman": "PMAK-{h24}-{h34}",
    "SonarQube": "squ_{h40}",
    "CircleCI": "CCIPAT_{a22}_{h40}",
    "Buildkite": "bkua_{h40}",
    "Slack bot": "xoxb-{d12}-{d13}-{a24}",
    "Slack user": "xoxp-{d12}-{d12}-{d13}-{h32}",
    "Slack app": "xapp-1-A{U10}-{d13}-{h64}",
    "Discord": "MT{a22}.G{a5}.{b38}",
    "Telegram": "{n1}{d9}:AA{b33}",
    "Twilio": "SK{h32}",
    "SendGrid": "SG.{b22}.{b43}",
    "Mailgun": "key-{h32}",
    "Mailchimp": "{h32}-us{n1}",
    "Brevo": "xkeysib-{h64}-{a16}",
    "Resend": "re_{a8}_{a24}",
    "Stripe": "sk_live_{a24}",
    "Stripe restricted": "rk_live_{a99}",
    "Stripe webhook": "whsec_{a32}",
    "Square": "sq0atp-{b22}",
    "Braintree": "access_token$production${L16}${h32}",
    "Plaid": f"access-production-{UUID}",
    "Shopify": "shpat_{h32}",
    "OpenAI": "sk-proj-{b74}T3BlbkFJ{b74}",
    "OpenAI, older": "sk-{a20}T3BlbkFJ{a20}",
    "Anthropic": "sk-ant-api03-{b93}AA",
    "Hugging Face": "hf_{a34}",
    "Groq": "gsk_{a52}",
    "Replicate": "r8_{a37}",
    "xAI": "xai-{a80}",
    "Perplexity": "pplx-{a48}",
    "OpenRouter": "sk-or-v1-{h64}",
    "LangSmith": "lsv2_pt_{h32}_{h10}",
    "Langfuse": f"sk-lf-{UUID}",
    "NVIDIA": "nvapi-{b64}",
    "Pinecone": "pcsk_{a5}_{a63}",
    "Databricks": "dapi{h32}",
    "Grafana": "glsa_{a32}_{h8}",
    "Grafana Cloud": "glc_eyJ{B100}",
    "New Relic": "NRAK-{U27}",
    "Sentry": "sntrys_eyJ{B120}_{B43}",
    "Dynatrace": "dt0c01.{U24}.{U64}",
    "PagerDuty": "u+{a18}",
    "Linear": "lin_api_{a40}",
    "Notion": "ntn_{d11}{a35}",
    "Airtable": "pat{a14}.{h64}",
    "Figma": "figd_{b40}",
    "HubSpot": f"pat-na1-{UUID}",
    "Asana": "2/{d16}/{d16}:{h32}",
    "Typeform": "tfp_{b44}_{b14}",
    "Supabase": "sbp_{h40}",
    "PlanetScale": "pscale_tkn_{b43}",
    "Contentful": "CFPAT-{b43}",
    "Dropbox": "sl.u.{b140}",
    "Facebook": "EAAC{a160}",
    "Mapbox": "sk.eyJ1Ijoi{b60}.{b22}",
    "Cloudflare origin": "v1.0-{h24}-{h146}",
    "JSON web token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOi{b40}.{b43}",
}
NAMED = {
    "AWS_SECRET_ACCESS_KEY": "{B40}",
    "AZURE_OPENAI_API_KEY": "{h32}",
    "AZURE_STORAGE_KEY": "{B86}==",
    "DATADOG_API_KEY": "{h32}",
    "DD_APP_KEY": "{h40}",
    "COHERE_API_KEY": "{a40}",
    "MISTRAL_API_KEY": "{a32}",
    "DEEPSEEK_API_KEY": "sk-{h32}",
    "ELEVENLABS_API_KEY": "{h32}",
    "ALGOLIA_ADMIN_KEY": "{h32}",
    "CLOUDFLARE_API_TOKEN": "{b40}",
    "HEROKU_API_KEY": UUID,
    "TWILIO_AUTH_TOKEN": "{h32}",
    "CIRCLE_TOKEN": "{h40}",
    "SNYK_TOKEN": UUID,
    "LINODE_TOKEN": "{h64}",
    "DB_PASSWORD": "{a4}!{a5}#{d2}",
    "JWT_SECRET": "{b32}",
    "WEBHOOK_SECRET": "{a40}",
    "ENCRYPTION_KEY": "{B43}=",
    "SMTP_PASSWORD": "{l4}-{l4}-{l4}",
    "SESSION_SECRET": "{h48}",
}
CONTEXTS = (
    "{name}={}",
    'export {name}="{}"',
    "{lower}: {}",
    "Authorization: Bearer {}",
    "x-api-key: {}",
    "Here is my key {} for the {name} setting, please check it.",
    "https://api.example.com/v1/items?page=2&{lower}={}",
    "client = Client({lower}='{}')",
    "2026-03-04 10:11:12,345 DEBUG http.client {lower}={} retries=3",
    'Traceback (most recent call last):\n  File "a.py", line 3\nAuthError: invalid {lower} "{}"',
    "curl -H 'Authorization: Bearer {}' https://api.example.com",
    "| {name} | `{}` |",
    'const {lower} = "{}";',
    "docker run -e {name}={} image:1.2.3",
)
BARE = (
    "{}",
    "I pasted {} into the chat by accident",
    "does `{}` still work?",
    "- {}\n- next",
    "Error: '{}' was refused by host",
    "https://api.example.com/hooks/{}/send",
    "a;b;{};c",
)


def vendors(dice: Random, count: int) -> Iterator[Case]:
    """Yield about ``count`` cases of each: marked where named, marked alone, and only named."""
    for kind, forms, contexts in (
        ("marked, beside a name", MARKED, CONTEXTS),
        ("marked, alone", MARKED, BARE),
        ("unmarked, beside its name", NAMED, CONTEXTS),
    ):
        turns = max(1, count // len(forms))
        for vendor, form in forms.items():
            for _ in range(turns):
                context = _named(dice.choice(contexts), vendor)
                yield in_text(kind, context, drawn(dice, form))
    for vendor, form in (MARKED | NAMED).items():
        value = drawn(dice, form)
        yield in_document("in a document", _document(dice, vendor, value), value)


def _named(context: str, vendor: str) -> str:
    name = _variable(vendor)
    if context.startswith(("Authorization", "x-api-key", "curl")) and vendor in NAMED:
        context = "{name}={}"
    return context.replace("{name}", name).replace("{lower}", name.lower())


def _variable(vendor: str) -> str:
    if vendor in NAMED:
        return vendor
    return vendor.upper().replace(" ", "_").replace(".", "_").replace(",", "") + "_TOKEN"


def _document(dice: Random, vendor: str, value: str) -> dict[str, Any]:
    name = _variable(vendor)
    return dice.choice(
        (
            {"env": {name: value, "DEBUG": "1"}},
            {"headers": {"authorization": f"Bearer {value}", "accept": "*/*"}},
            {"tool_call": {"name": "configure", "arguments": {name.lower(): value}}},
        )
        if vendor not in NAMED
        else ({"env": {name: value}}, {"arguments": {name.lower(): value}})
    )
