# Two accounts without keys: one that the service runs as, one that the schedules call as.

resource "google_service_account" "runtime" {
  project      = var.project
  account_id   = "${var.name}-runtime"
  display_name = "Scarline: what the service runs as"

  depends_on = [google_project_service.used]
}

resource "google_service_account" "scheduler" {
  project      = var.project
  account_id   = "${var.name}-scheduler"
  display_name = "Scarline: whom the schedules call as"

  depends_on = [google_project_service.used]
}

# Roles on Firestore are given on the project; the condition leaves this one database.
resource "google_project_iam_member" "documents" {
  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.runtime.member

  condition {
    title       = "${var.name}-database"
    description = "Only the database of Scarline"
    expression  = "resource.name == \"projects/${var.project}/databases/${var.firestore_database}\""
  }
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = google_secret_manager_secret.kept

  project   = var.project
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}

resource "google_cloud_run_v2_service_iam_member" "calls" {
  for_each = var.image == null ? {} : merge(
    { scheduler = google_service_account.scheduler.member },
    { for member in var.invokers : member => member },
  )

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.scarline[0].name
  role     = "roles/run.invoker"
  member   = each.value
}
