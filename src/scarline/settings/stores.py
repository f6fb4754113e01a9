"""Where facts stay, and what opens it."""

from pathlib import Path
from typing import Annotated

from scarline.settings.types import File, Secret, Text, setting

DatabaseUrl = Annotated[
    Secret,
    setting(
        "DATABASE_URL", what="PostgreSQL to store in; without it, an embedded one in SCARLINE_HOME"
    ),
]
SupabaseUrl = Annotated[
    Text, setting("SUPABASE_URL", what="Supabase project to store in, used without DATABASE_URL")
]
SupabaseKey = Annotated[Secret, setting("SUPABASE_KEY", what="service_role key of that project")]
Home = Annotated[Path, setting("SCARLINE_HOME", what="folder where the embedded database lives")]
PostgresBin = Annotated[
    File,
    setting(
        "SCARLINE_POSTGRES_BIN", what="another PostgreSQL's programs for the embedded database"
    ),
]
Store = Annotated[
    str,
    setting(
        "SCARLINE_STORE",
        what="where facts stay: sql (DATABASE_URL, Supabase, or embedded) or firestore",
        pattern="^(sql|firestore)$",
    ),
]
GoogleCloudProject = Annotated[
    Text,
    setting(
        "GOOGLE_CLOUD_PROJECT",
        what="Google Cloud project: of Firestore, and of Secret Manager, which is asked for the "
        "Datadog keys, the pseudonym key and the operator's token if they are not set",
    ),
]
SecretPrefix = Annotated[
    str, setting("SCARLINE_SECRET_PREFIX", what="what the names of secrets begin with there")
]
SecretManager = Annotated[
    Text, setting("SCARLINE_SECRET_MANAGER", what="host:port of a stand-in for Secret Manager")
]
FirestorePrefix = Annotated[
    str,
    setting(
        "FIRESTORE_COLLECTION_PREFIX", what="what the names of Firestore collections begin with"
    ),
]
FirestoreDatabase = Annotated[
    str, setting("FIRESTORE_DATABASE", what="Firestore database of that project")
]
FirestoreEmulator = Annotated[
    Text,
    setting(
        "FIRESTORE_EMULATOR_HOST", what="host:port of Google's Firestore emulator, in its place"
    ),
]
