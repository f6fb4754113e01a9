# ruff: noqa: RUF001 - languages of the world
"""Words that are no names although they are written like ones, and words around names.

Kept by hand. What is here is suppressed (`TECHNICAL`) or named for what it is.
"""

TECHNICAL = """
kubernetes docker podman helm istio envoy linkerd consul vault nomad terraform ansible puppet chef
salt jenkins travis circle drone argo flux spinnaker tekton grafana prometheus loki tempo mimir
thanos cortex jaeger zipkin kibana elastic elasticsearch opensearch logstash fluentd fluentbit
vector splunk datadog sentry honeycomb dynatrace newrelic pagerduty opsgenie statuspage nagios
zabbix sensu icinga postgres postgresql mysql mariadb sqlite oracle mongo mongodb redis valkey
memcached cassandra scylla cockroach clickhouse druid pinot presto trino hive impala snowflake
redshift bigquery athena databricks spark hadoop flink beam kafka pulsar rabbitmq celery sidekiq
airflow dagster prefect luigi dbt metabase superset looker tableau supabase firebase vercel netlify
heroku render railway fly cloudflare fastly akamai aws azure gcp lambda fargate eks ecs aurora
dynamo dynamodb kinesis glue sagemaker bedrock titan nova mercury claude gemini haiku opus sonnet
llama mistral mixtral falcon cohere anthropic openai deepmind bard palm bert roberta albert xlnet
electra whisper davinci curie babbage ada turing gpt phi qwen yi grok perplexity copilot codex
cursor devin langchain langfuse langsmith llamaindex haystack chroma milvus weaviate pinecone qdrant
faiss ollama vllm huggingface gradio streamlit pytorch torch tensorflow keras jax flax scikit
numpy pandas polars scipy matplotlib seaborn plotly bokeh altair jupyter colab kaggle python java
javascript typescript kotlin scala swift ruby rust golang perl haskell erlang elixir clojure julia
dart fortran cobol pascal ada lisp scheme prolog racket groovy lua php node deno bun react angular
vue svelte ember django flask fastapi starlette rails spring quarkus laravel symfony express next
nuxt gatsby hugo jekyll webpack vite rollup babel eslint prettier jest mocha cypress selenium
playwright puppeteer pytest junit maven gradle ant bazel cmake meson ninja conda poetry pipenv tox
nox git github gitlab bitbucket gitea gerrit jira confluence trello asana notion slack teams zoom
discord telegram signal whatsapp twilio sendgrid mailchimp mailgun stripe paypal adyen klarna
plaid salesforce hubspot zendesk intercom freshdesk marketo segment amplitude mixpanel heap
posthog optimizely launchdarkly okta auth auth0 keycloak cognito ldap kerberos oauth saml
chrome chromium firefox safari edge opera brave netscape mozilla webkit gecko blink linux ubuntu
debian fedora centos redhat rhel suse alpine arch gentoo mint kali windows macos android ios
darwin solaris illumos freebsd openbsd unix posix apple google microsoft amazon meta facebook
instagram twitter linkedin youtube netflix spotify uber lyft airbnb tesla nvidia intel amd arm
qualcomm samsung sony nokia ericsson cisco juniper ibm dell lenovo siemens bosch adobe autodesk
intuit sap workday servicenow atlassian hashicorp wikipedia reddit pinterest tiktok snapchat
apache nginx tomcat jetty caddy traefik haproxy varnish squid bind postfix dovecot samba jupiter
saturn neptune pluto apollo gopher jasmine mercurial subversion phoenix jarvis siri alexa cortana
bixby watson einstein sherlock monte carlo bayes markov gauss gaussian laplace fourier euler newton
poisson bernoulli dirichlet huffman dijkstra levenshtein jaccard pearson spearman kendall cohen
kappa lorem ipsum dolor amet foo bar baz qux acme contoso northwind zipf pareto gini hamming
nyquist kalman boolean hermes athena zeus hera atlas orion sirius vega nebula luna stella
linus victoria bastion calico cilium flannel weave rook longhorn velero harbor kong tyk ambassador
gloo buildkite teamcity bamboo concourse sonar sonarqube snyk trivy falco wiz jupyterlab voila
mlflow kubeflow wandb neptune comet ray dask modin vaex arrow parquet avro orc thrift protobuf grpc
graphql swagger postman insomnia curl wget httpie markdown latex pandoc sphinx jinja mustache
handlebars liquid pug haml sass stylus tailwind bootstrap bulma chakra storybook figma sketch
canva miro mural lucid visio excel word powerpoint outlook onenote sharepoint onedrive dropbox box
gmail calendar chromebook pixel galaxy iphone ipad macbook kindle echo alexa raspberry arduino
madison square garden mustang jaguar puma kafka gatling locust faker hypothesis mypy ruff pylint
black bandit sqlalchemy alembic pydantic celery gunicorn uvicorn twisted tornado bottle cherry
werkzeug requests httpx aiohttp urllib boto moto stan pyro edward tor debian wayland xorg gnome
makefile makefiles xcode cuda clang gcc llvm linker toolchain brotli keccak doxygen lodash qt ide
borland fujitsu renesas schema regex regexp diffie hellman nagle corepack semver bahasa watcom
cygwin mingw msys arduino vim emacs nano neovim pycharm intellij webstorm eclipse netbeans visual
studio
zstd zstandard snappy gzip bzip lzma unicode ascii utf json yaml toml xml html css sql http https
tcp udp ssl tls ssh ftp smtp imap dns dhcp vpn lan wan cpu gpu tpu ram rom ssd usb pdf csv api sdk
cli gui url uri uuid guid jwt rsa aes sha hmac pgp ci cd etl elt rag llm nlp ocr asr tts gan cnn rnn
lstm svm pca knn acl iam rbac mfa sso crm erp hr kpi okr roi sla slo sli mttr faq eta asap fyi tbd
""".split()  # noqa: SIM905 - read as prose

TITLES = """
mr mrs ms miss mx dr prof professor doctor sir madam mister missus sr sra srta dra don doña dona
señor señora senor senora herr frau hr fr monsieur madame mademoiselle mme mlle maître maitre
signor signora signore sig sigra dott dottssa pan pani pán paní meneer mevrouw dhr mevr fru
herra rouva härra proua bay bayan sayın hanım captain lieutenant colonel sergeant reverend rev
г-н г-жа господин госпожа пан пані κύριος κυρία κ mgr ing mudr judr phdr rndr sheikh imam rabbi
capt sgt lt col gen hon shri smt sri kumari ustad encik puan tuan bapak ibu senhor senhora sra
السيد السيدة الدكتور الدكتورة الأستاذ الأستاذة श्री श्रीमती श्रीमान जनाब מר גברת גב' ד"ר นาย นาง
นางสาว คุณ anh chị ông bà
""".split()  # noqa: SIM905 - read as prose

PARTICLES = """
van von de der den del della di da do dos das du la le les el al bin ibn bint ben abu af av zu zum
zur ter ten te vander vanden vonder y e dela mac mc st san santa ap fitz ul ur abd
""".split()  # noqa: SIM905 - read as prose

CALENDAR = """
january february march april may june july august september october november december jan feb mar
apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon
tue tues wed thu thur thurs fri sat sun american british english french german spanish italian
dutch belgian swiss austrian polish czech slovak hungarian romanian bulgarian greek turkish russian
ukrainian danish swedish norwegian finnish icelandic irish scottish welsh portuguese brazilian
mexican canadian australian chinese japanese korean vietnamese thai indian pakistani arabic arab
hebrew israeli persian iranian african asian european latin latino hindi bengali tamil urdu
christian muslim jewish hindu buddhist catholic protestant easter christmas ramadan hanukkah diwali
halloween thanksgiving monsieur croatian serbian slovenian estonian latvian lithuanian egyptian
moroccan nigerian kenyan indonesian malaysian filipino cuban argentinian chilean colombian peruvian
january's today tomorrow yesterday utc gmt est pst cet
lundi mardi mercredi jeudi vendredi samedi dimanche montag dienstag mittwoch donnerstag freitag
samstag sonntag lunes martes miércoles jueves viernes enero febrero marzo abril mayo junio julio
agosto septiembre octubre noviembre diciembre janvier février mars avril mai juin juillet août
januar februar märz juni juli oktober dezember
""".split()  # noqa: SIM905 - read as prose

KIN = """
mother father mom dad mum brother sister son daughter wife husband uncle aunt cousin nephew niece
grandfather grandmother grandma grandpa boyfriend girlfriend friend partner colleague coworker boss
manager neighbour neighbor patient client customer employee tenant student teacher nurse actor
actress singer author writer director president minister senator mayor ceo cto cfo founder
witness passenger applicant candidate guest roommate fiancé fiancée attorney lawyer
""".split()  # noqa: SIM905 - read as prose

FUNCTION_WORDS = """
the of and to in for is on that by this with i you it not or be are from at as your all have an was
we will can us if has but our one other do no they he up may what which their out use any there see
only so his when here who also now get been would how were me some these its than had into them just
over my you her she each two like more very after most before well where should through much such
because even between own must same while another against under last never always both those few too
does did doing done am being could might shall ought via per vs etc yes ok okay please thanks thank
hello hi hey dear regards sincerely best cheers hey then else let lets let's don't can't won't isn't
i'm i've i'll i'd it's that's what's there's he's she's we're they're you're didn't doesn't wasn't
""".split()  # noqa: SIM905 - read as prose

RESIDES = """
live lives lived living reside resides resided residing born raised grew moved move moving relocated
relocating hometown native staying stay stayed vacation holiday trip travel travels travelled
travelling traveling traveled flying fly flew flight drove visit visiting visited settled emigrated
immigrated resident citizen family parents home apartment house flat married died buried wohne wohnt
wohnhaft geboren habite vit vivo vive nací nacido nata nato moro mora i'm am wohnort
""".split()  # noqa: SIM905 - read as prose

TOWARDS = """
in at from to near of outside around aus nach bei à en a au em w v i de di ab von
""".split()  # noqa: SIM905 - read as prose

SUBJECT = """
i i'm im i've she she's he he's who who's my her his me am originally comes hails ich je yo io eu
""".split()  # noqa: SIM905 - read as prose

STREET = """
street st road rd avenue ave lane ln drive boulevard blvd court square terrace place way close
highway straße strasse str weg allee platz gasse rue via viale calle avenida rua travessa ulica ul
gata gatan vej katu tie utca út cadde sokak laan straat apt suite unit floor
""".split()  # noqa: SIM905 - read as prose

CUES = """
dear hi hello hey named called user name is sir customer with patient owner contact assignee hola
bonjour hallo ciao heiße nom nombre nome regards cheers
""".split()  # noqa: SIM905 - read as prose

POLITE = """
sie ihr ihre ihnen ihrem ihren ihrer ihres vous votre usted ustedes você vocês państwo
siz sizin вы вас вам ваш ваша ваше ваши
""".split()  # noqa: SIM905 - read as prose
