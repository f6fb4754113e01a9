locals {
  labels = merge({ app = var.name }, var.labels)

  # The address of the service is known only when it is there, and it has to know what tokens for
  # it say before that. So they say this, which only this service accepts.
  audience = "https://${var.name}.${var.project}.internal"

  settings = merge(
    {
      DD_SITE                     = var.datadog_site
      FIRESTORE_COLLECTION_PREFIX = var.collection_prefix
      FIRESTORE_DATABASE          = var.firestore_database
      GOOGLE_CLOUD_PROJECT        = var.project
      SCARLINE_LOG                = "info"
      SCARLINE_OIDC_AUDIENCE      = local.audience
      SCARLINE_OIDC_CALLERS       = google_service_account.scheduler.email
      SCARLINE_SECRETS            = join(",", local.secrets)
      SCARLINE_SECRET_PREFIX      = var.secret_prefix
      SCARLINE_STORE              = "firestore"

      # A pull ends by itself, with its cursor saved, before Cloud Run ends the request, of whose
      # time the start of an instance may take some.
      SCARLINE_JOB_TIME = "${var.timeout_seconds - 30}s"
    },
    var.settings,
  )
}

resource "google_cloud_run_v2_service" "scarline" {
  count = var.image == null ? 0 : 1

  project  = var.project
  name     = var.name
  location = var.region

  ingress              = { internal = "INGRESS_TRAFFIC_INTERNAL_ONLY", all = "INGRESS_TRAFFIC_ALL" }[var.ingress]
  invoker_iam_disabled = false
  custom_audiences     = [local.audience]

  # It holds nothing: what is kept is in Firestore.
  deletion_protection = false

  template {
    service_account                  = google_service_account.runtime.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency

    scaling {
      min_instance_count = 0
      # More would only wait for one another: one process pulls a stream at a time.
      max_instance_count = 1
    }

    containers {
      image = var.image

      ports {
        container_port = 8126
      }

      resources {
        limits            = { cpu = var.cpu, memory = var.memory }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      # Probes come from inside. From outside, Google's front answers /healthz itself, with 404.
      startup_probe {
        period_seconds    = 5
        timeout_seconds   = 4
        failure_threshold = 24

        http_get {
          path = "/healthz"
        }
      }

      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 3

        http_get {
          path = "/healthz"
        }
      }

      dynamic "env" {
        for_each = local.settings

        content {
          name  = env.key
          value = env.value
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = local.settings.SCARLINE_STORE == "firestore" || length(setintersection(local.secrets, ["DATABASE_URL", "SUPABASE_KEY"])) > 0
      error_message = "Where should facts stay? Name DATABASE_URL or SUPABASE_KEY in more_secrets, or leave SCARLINE_STORE at firestore: an embedded database would be gone with each instance."
    }
  }

  # It reads keys and documents when it starts.
  depends_on = [
    google_firestore_database.scarline,
    google_project_iam_member.documents,
    google_secret_manager_secret_iam_member.reads,
  ]
}
