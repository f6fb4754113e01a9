resource "google_cloud_scheduler_job" "pull" {
  for_each = var.image == null ? {} : var.schedules

  project          = var.project
  region           = var.region
  name             = "${var.name}-${each.key}"
  description      = "Pulls ${each.key}"
  schedule         = each.value
  time_zone        = "Etc/UTC"
  attempt_deadline = "${var.timeout_seconds}s"

  # The next one is soon, and goes on where this one stopped.
  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = "${google_cloud_run_v2_service.scarline[0].uri}/jobs/${each.key}"
    headers     = { Content-Type = "application/json" }
    body        = base64encode("{}")

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = local.audience
    }
  }

  lifecycle {
    precondition {
      condition     = each.key != "metrics" || local.settings.SCARLINE_STORE != "firestore"
      error_message = "Firestore does not hold metric points: set SCARLINE_STORE in settings to sql, with DATABASE_URL in more_secrets, or take metrics out of schedules."
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.calls]
}
