terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }

  # The state holds no secret, but it does say what there is. To share it, make a bucket with
  # versions and say here: backend "gcs" { bucket = "…" }
}

provider "google" {
  project        = var.project
  region         = var.region
  default_labels = local.labels
}
