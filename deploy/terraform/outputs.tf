output "image_path" {
  description = "Where to push the image; a tag or a digest follows."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}/scarline"
}

output "secrets" {
  description = "Names of the secrets that need a version each."
  value       = sort([for secret in google_secret_manager_secret.kept : secret.secret_id])
}

output "url" {
  description = "Address of the service; null until there is an image."
  value       = one(google_cloud_run_v2_service.scarline[*].uri)
}

output "audience" {
  description = "What tokens for the service are made out to."
  value       = local.audience
}

output "jobs" {
  description = "Names of the schedules, by stream."
  value       = { for stream, job in google_cloud_scheduler_job.pull : stream => job.name }
}

output "runtime_account" {
  description = "What the service runs as."
  value       = google_service_account.runtime.email
}

output "scheduler_account" {
  description = "Whom the schedules call as."
  value       = google_service_account.scheduler.email
}
