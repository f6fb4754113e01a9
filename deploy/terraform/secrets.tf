locals {
  # Each is named as the setting that it is.
  secrets = setunion(
    ["DD_API_KEY", "DD_APP_KEY", "SCARLINE_OPERATOR_TOKEN", "SCARLINE_PSEUDONYM_KEY"],
    var.more_secrets,
  )
}

# Names only. A person adds the values, so that none is ever in a plan, a state or a log of these.
resource "google_secret_manager_secret" "kept" {
  for_each = local.secrets

  project             = var.project
  secret_id           = "${var.secret_prefix}${each.key}"
  deletion_protection = var.keep_data

  replication {
    auto {}
  }

  depends_on = [google_project_service.used]
}
