"""The five agents: what their traces look like, which models they ask, and what is said.

Words in braces are filled in for each trace: a person's data (see `people.py`), and `order`,
`product`, `file`. Prices are US dollars a million tokens, in and out: of the right size, and no
provider's list.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One span of a trace: its kind, its name, and the place of its parent (-1 for the root)."""

    kind: str
    name: str
    parent: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model, who provides it, and what it costs."""

    name: str
    provider: str
    dollars_in: float
    dollars_out: float


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its description, its arguments (name, and what fills it), and what it answers."""

    description: str
    arguments: Mapping[str, str]
    result: str


@dataclass(frozen=True, slots=True)
class Agent:
    """One application. `share` is its part of the traces; `decimal` how it writes trace ids."""

    ml_app: str
    service: str
    team: str
    share: int
    model: Model
    steps: tuple[Step, ...]
    system: str
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    decimal: bool = False


def _tree(drawing: str) -> tuple[Step, ...]:
    """Read `kind name` lines; two more spaces at the front make a child."""
    steps: list[Step] = []
    above: list[int] = []
    for line in drawing.strip("\n").splitlines():
        kind, name = line.split()
        depth = (len(line) - len(line.lstrip())) // 2
        above[depth:] = [len(steps)]
        steps.append(Step(kind, name, above[depth - 1] if depth else -1))
    return tuple(steps)


TOOLS: Mapping[str, Tool] = {
    "search_catalogue": Tool(
        "Find products by words.",
        {"query": "{product}", "customer": "{email}"},
        '{{"hits": [{{"sku": "SKU-{order}", "title": "{product}", "price": 49.90}}]}}',
    ),
    "look_up_order": Tool(
        "Read an order and its payments.",
        {"order_id": "{order}", "email": "{email}"},
        '{{"order": "{order}", "name": "{name}", "card": "{card}", "ship_to": "{street}"}}',
    ),
    "issue_refund": Tool(
        "Pay money back to a bank account.",
        {"order_id": "{order}", "iban": "{iban}"},
        '{{"refund": "R-{order}", "to": "{iban}", "state": "booked"}}',
    ),
    "read_file": Tool(
        "Read a file of the repository.",
        {"path": "{file}"},
        "# owner: {email}\nAPI_KEY = '{key}'\n\ndef total(lines):\n    return sum(lines)\n",
    ),
    "run_tests": Tool(
        "Run the tests of one file.",
        {"path": "tests/{file}", "verbose": "true"},
        "12 passed in 0.84s",
    ),
}
"""Every tool by name."""

EMBEDDER = Model("embed-multilingual-v3", "cohere", 0.1, 0.0)

AGENTS: Mapping[str, Agent] = {
    agent.ml_app: agent
    for agent in (
        Agent(
            "shopping-assistant",
            "storefront-assistant",
            "shop",
            5,
            Model("gpt-4o-mini", "openai", 0.15, 0.6),
            _tree("""
agent shopping_assistant
  task classify_intent
  workflow answer_question
    llm plan
    tool search_catalogue
    llm answer
"""),
            "You help people to find what they need in our shop. Be brief and name prices.",
            (
                "I am {name}, {email}. Is the {product} in stock, and can it be here by Friday?",
                "Which {product} fits a small flat? Write to {email} or call {phone}.",
                "Does the {product} of order {order} come in blue? I live at {street}.",
            ),
            (
                "The {product} is in stock at 49.90; sent today it reaches {street} on Friday.",
                "I cannot find it in blue, but the grey {product} costs 49.90 and is in stock.",
                "Yes, {name}: the {product} is 60 cm wide and fits. Shall I reserve one?",
            ),
        ),
        Agent(
            "refunds-agent",
            "refunds",
            "payments",
            3,
            Model("claude-sonnet-4-5", "anthropic", 3.0, 15.0),
            _tree("""
agent refunds_agent
  llm decide
  tool look_up_order
  tool issue_refund
  llm confirm
"""),
            "You decide about refunds by the policy below. Never pay twice for one order.",
            (
                "Order {order} never came. My card is {card}, please pay back. {name}, {phone}",
                "The {product} broke after a week. Refund to {iban}, the account of {name}.",
            ),
            (
                "Done: 49.90 for order {order} goes to {iban}; {email} gets the receipt.",
                "I have refunded order {order}. It takes three working days, {name}.",
            ),
        ),
        Agent(
            "help-search",
            "help-search",
            "customer",
            4,
            Model("mistral-large-latest", "mistral", 2.0, 6.0),
            _tree("""
workflow answer_from_help
  embedding embed_question
  retrieval find_articles
  task rerank
  llm compose
"""),
            "Answer from the articles only, and name the one that you used.",
            (
                "How do I change the address of order {order}? It should go to {street}.",
                "Can I use the {product} abroad? Asked by {email} from {ip}.",
            ),
            (
                "Open the order, choose Address, and save (article 12). It must not be sent yet.",
                "Yes, with the adapter in the box (article 31).",
            ),
        ),
        Agent(
            "code-helper",
            "code-helper",
            "platform",
            2,
            Model("gemini-2.5-pro", "google", 1.25, 10.0),
            _tree("""
agent code_helper
  llm think
  tool read_file
  llm patch
  tool run_tests
  llm report
"""),
            "You change code in small steps and run the tests after each.",
            (
                "Make {file} handle an empty list. I am {email}; the key in it is {key}.",
                "The test of {file} fails since this morning, can you look? {name}",
            ),
            (
                "I changed total() in {file}; twelve tests pass. Please rotate the key in it.",
                "The fixture was stale. {file} is right, the tests pass again.",
            ),
            decimal=True,
        ),
        Agent(
            "document-summariser",
            "document-summariser",
            "finance",
            2,
            Model("nova-pro-v1", "amazon_bedrock", 0.8, 3.2),
            _tree("""
workflow summarise_document
  task split_document
  embedding embed_parts
  llm summarise_part
  llm merge_parts
"""),
            "Summarise contracts for the finance team. Keep numbers and dates as they are.",
            (
                "Contract of {name}, {street}, account {iban}: {product}, leased for 36 months.",
                "Claim {order} by {name} ({phone}): the {product} was damaged in transport.",
            ),
            (
                "A lease of the {product} over 36 months, paid from {iban}. It ends in June.",
                "{name} claims 1,240.00 for a damaged {product}. Photographs are attached.",
            ),
        ),
    )
}
"""Every agent by its `ml_app`."""

PRODUCTS = ("folding desk", "reading lamp", "travel kettle", "bike light", "rain jacket", "kayak")
FILES = ("totals.py", "orders.py", "ledger/book.py", "mail/outbox.py")
POLICY = (
    "Goods may come back within 30 days, unused or faulty. Whoever pays with a card gets the money "
    "on the same card; other ways need the approval of a second person. Shipping is not refunded "
    "unless the goods were faulty. Gifts are refunded as vouchers. Nothing is promised for dates "
    "of carriers. Amounts above 500.00 go to a person. Tell what was done, and when it shows. "
)
"""What the models are given beside the question: it makes a span as long as real ones are."""
