"""Words of several trades and languages, none of them about anybody."""

SUBJECTS = (
    "the cache", "a glacier", "our sourdough", "the compiler", "this contract", "the orchestra",
    "every photon", "the parser", "a balance sheet", "the antenna", "an enzyme", "the goalkeeper",
    "the retriever", "a comet", "the tariff", "one transformer layer", "the soil", "this recipe",
    "the scheduler", "a tectonic plate", "the index", "the vaccine", "the ballot", "a violin",
    "the load balancer", "the vector store", "an algorithm", "the tokenizer", "a suspension bridge",
)  # fmt: skip
VERBS = (
    "splits into", "depends on", "slowly erodes", "cannot reach", "is older than", "replaces",
    "returns", "was measured beside", "increases", "sits above", "converges to", "retries",
    "dissolves", "outperforms", "will mark", "may rise over", "should grant", "can bill",
    "hopes for", "is cheaper than", "precedes", "rejects", "overlaps with", "compiles to",
)  # fmt: skip
OBJECTS = (
    "three smaller batches", "the summer melt", "a stale replica", "42 tokens", "warm water",
    "the second clause", "its own shadow", "a list of integers", "the eastern ridge", "each shard",
    "fifty basis points", "the final movement", "two hours of proofing", "an empty response",
    "a grace period", "the dense retriever", "less than 5 % of the load", "a lower temperature",
    "the frank answer", "version 2 of the prompt", "a rich context", "the mark of 10,000",
    "every ray of light", "a page of results", "an iron gate", "the chase for latency",
)  # fmt: skip
STARTS = (
    "However,", "In short,", "For example,", "Step 2:", "Note that", "As a rule,", "Therefore",
    "Then", "Since May,", "First,", "Yes:", "Summary:", "On Monday,", "Overall,", "Next,", "", "",
)  # fmt: skip
THINGS = (
    "Kubernetes", "PostgreSQL", "Redis", "Kafka", "Jenkins", "LangChain", "Claude 3.5 Sonnet",
    "GPT-4o", "Llama 3", "Mistral Large", "Gemini Pro", "Cohere Rerank", "Grafana", "Ruby on Rails",
    "Django", "Apache Spark", "Amazon Bedrock", "Azure OpenAI", "Hugging Face", "Anthropic",
    "GitHub Actions", "Visual Studio Code", "Linux", "Debian", "Chrome", "Slack", "Jira", "Docker",
    "New Relic", "Datadog", "Stripe", "Salesforce", "Microsoft Teams", "Tailwind CSS", "Bessel",
    "Bayes", "Markov chain", "Monte Carlo", "Gaussian", "Fourier transform", "Dijkstra's algorithm",
)  # fmt: skip
FOREIGN = (
    "Der Zwischenspeicher wird jede Nacht geleert und neu aufgebaut.",
    "Bitte antworte kurz und nenne nur die wichtigsten Punkte.",
    "Le serveur renvoie une erreur lorsque la file d'attente est pleine.",
    "Résume le texte suivant en trois phrases simples.",
    "La consulta tarda demasiado porque falta un índice en la tabla.",
    "Responde solo con la categoría del producto.",
    "O modelo precisa de mais contexto para responder com segurança.",
    "Il documento contiene due paragrafi e una tabella.",
    "Het antwoord is te lang voor het scherm.",
    "Запрос выполнен успешно, найдено три документа.",
    "検索結果は三件あります。次の手順に進んでください。",
    "请用一句话总结下面的内容。",
    "다음 문장을 영어로 번역해 주세요.",
    "أجب بجملة واحدة قصيرة.",
    "Cevap yok, lütfen soruyu yeniden sor.",
)
SNIPPETS = (
    "def halves(items):\n    middle = len(items) // 2\n    yield items[:middle]",
    "SELECT status, count(*) FROM jobs WHERE created_at > now() - interval '1 day' GROUP BY 1;",
    "const { data, error } = await client.from('items').select('*').limit(10);",
    "kubectl -n staging rollout status deploy/worker --timeout=120s",
    'fn main() {\n    let total: u64 = (1..=10).sum();\n    println!("{total}");\n}',
    "curl -s http://localhost:8126/v0.4/traces -H 'Content-Type: application/msgpack'",
    'resource "aws_s3_bucket" "logs" {\n  bucket = "example-logs"\n}',
    "@app.get('/health')\nasync def health() -> dict[str, str]:\n    return {'status': 'ok'}",
    "for i := 0; i < len(keys); i++ {\n\tif _, ok := seen[keys[i]]; !ok {\n\t\treturn err\n\t}\n}",
    "git rebase --onto main feature~3 feature && make test ARGS='-k ledger'",
    "FROM python:3.11-slim\nRUN pip install --no-cache-dir -r requirements.txt\nEXPOSE 8080",
)
TOOLS = (
    "search_documents", "run_sql", "get_weather", "create_ticket", "read_file", "list_services",
    "calculator", "fetch_url", "embed_text", "rerank", "send_notification", "plan_route",
)  # fmt: skip
MODELS = (
    "gpt-4o-2024-08-06", "claude-3-5-sonnet-20241022", "gemini-1.5-pro-002", "o3-mini",
    "text-embedding-3-large", "mistral-large-2411", "llama-3.1-70b-instruct", "command-r-plus",
    "meta.llama3-1-70b-instruct-v1:0", "anthropic.claude-3-haiku-20240307-v1:0",
)  # fmt: skip
SERVICES = (
    "checkout-api", "rag-worker", "chat-gateway", "billing.jobs", "web-frontend", "agent_runner",
    "vector-indexer", "auth-proxy", "search", "notification-service",
)  # fmt: skip
PARTS = (
    "cache", "parser", "shard", "index", "batch", "queue", "router", "schema", "token", "worker",
    "vector", "cursor", "stream", "config", "client", "buffer", "lookup", "metric", "filter",
)  # fmt: skip
FIELDS = (
    "email", "password", "phone_number", "first_name", "address", "api_key", "user_id", "city",
    "date_of_birth", "card_number", "username", "token", "ssn", "zip_code", "account_number",
)  # fmt: skip
DESCRIPTIONS = (
    "as the user typed it", "optional", "at most 64 characters", "leave empty if unknown",
    "required for new records", "one of the values of the list",
)  # fmt: skip
