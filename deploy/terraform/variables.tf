variable "project" {
  description = "Id of the Google Cloud project that everything is made in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 small letters, digits and -, such as my-project-123456."
  }
}

variable "image" {
  description = "Image of Scarline in a registry that Cloud Run can pull from, best by its digest. Without one, all is made but the service and its schedules."
  type        = string
  default     = null

  validation {
    condition     = var.image == null ? true : can(regex("^[a-z0-9.-]+(/[a-z0-9._-]+)+(:[A-Za-z0-9_.-]+|(:[A-Za-z0-9_.-]+)?@sha256:[0-9a-f]{64})$", var.image))
    error_message = "An image is REGISTRY/PATH and then :TAG or @sha256:DIGEST, such as europe-west1-docker.pkg.dev/my-project-123456/scarline/scarline:1."
  }

  validation {
    condition     = var.image == null ? true : !endswith(var.image, ":latest")
    error_message = "Name a version or a digest: what :latest is changes under a running service."
  }
}

variable "region" {
  description = "Region of the service, of its jobs and of the image repository."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region looks like europe-west1."
  }
}

variable "firestore_location" {
  description = "Where the data stays: a region, eur3 or nam5. It can never be changed."
  type        = string
  default     = "eur3"

  validation {
    condition     = can(regex("^(eur3|nam5|nam7|[a-z]+-[a-z]+[0-9]+)$", var.firestore_location))
    error_message = "A location is a region such as europe-west1, or eur3, nam5 or nam7."
  }
}

variable "firestore_database" {
  description = "Name of the database. Only (default) has the free quota."
  type        = string
  default     = "(default)"

  validation {
    condition     = can(regex("^(\\(default\\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$", var.firestore_database))
    error_message = "A database is (default), or 4 to 63 small letters, digits and -."
  }
}

variable "collection_prefix" {
  description = "What the names of all collections begin with."
  type        = string
  default     = "evalforge_"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,99}$", var.collection_prefix))
    error_message = "A prefix begins with a letter and has letters, digits, _ and - only."
  }
}

variable "keep_data" {
  description = "Whether the database and the secrets refuse to be deleted."
  type        = bool
  default     = true
}

variable "name" {
  description = "Name of the service; jobs and accounts begin with it."
  type        = string
  default     = "scarline"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,18}[a-z0-9]$", var.name))
    error_message = "A name has 4 to 20 small letters, digits and -."
  }
}

variable "secret_prefix" {
  description = "What the names of the secrets begin with, if two installations share a project."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{0,200}$", var.secret_prefix))
    error_message = "A prefix has letters, digits, _ and - only, such as prod_."
  }
}

variable "more_secrets" {
  description = "Settings that are in Secret Manager beside the four that always are."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.more_secrets : contains(["DATABASE_URL", "SCARLINE_READER_TOKEN", "SUPABASE_KEY"], name)])
    error_message = "Beside the four there are DATABASE_URL, SCARLINE_READER_TOKEN and SUPABASE_KEY."
  }
}

variable "datadog_site" {
  description = "Datadog site of the keys."
  type        = string
  default     = "datadoghq.com"

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)*(datadoghq\\.(com|eu)|ddog-gov\\.com)$", var.datadog_site))
    error_message = "A site looks like datadoghq.com, datadoghq.eu, us5.datadoghq.com or ddog-gov.com."
  }
}

variable "settings" {
  description = "More settings of Scarline by name, such as QUALITY_THRESHOLD. No secrets: they would stand in the state."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for name in keys(var.settings) :
      can(regex("^[A-Z][A-Z0-9_]*$", name)) && !can(regex("KEY|TOKEN|SECRET|PASSWORD|DATABASE_URL", name))
    ])
    error_message = "Names have capital letters, digits and _. Keys, tokens and DATABASE_URL belong into Secret Manager, not here."
  }
}

variable "schedules" {
  description = "When each stream is pulled (cron, UTC). Without an entry it is not. Metric points need SCARLINE_STORE = \"sql\" and DATABASE_URL: Firestore does not hold them."
  type        = map(string)
  default     = { failures = "*/15 * * * *" }

  validation {
    condition     = alltrue([for stream in keys(var.schedules) : contains(["failures", "flows", "metrics"], stream)])
    error_message = "Streams are failures, flows and metrics."
  }

  validation {
    condition     = alltrue([for cron in values(var.schedules) : length(split(" ", cron)) == 5])
    error_message = "A schedule has five parts, such as */15 * * * * or 7 * * * *."
  }
}

variable "timeout_seconds" {
  description = "Longest time of one request, so of one pull. Cloud Scheduler waits 1800 s at most."
  type        = number
  default     = 900

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 1800 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "A timeout is a whole number of seconds from 60 to 1800."
  }
}

variable "concurrency" {
  description = "Requests that one instance answers at once: pulls of other streams, people who look."
  type        = number
  default     = 20

  validation {
    condition     = var.concurrency >= 2 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "Concurrency is a whole number from 2 (a pull, and who asks for its state) to 1000."
  }
}

variable "cpu" {
  description = "Cores of the instance."
  type        = string
  default     = "1"

  validation {
    condition     = contains(["1", "2", "4"], var.cpu)
    error_message = "Cores are 1, 2 or 4; with less than one, an instance answers one request at a time."
  }
}

variable "memory" {
  description = "Memory of the instance."
  type        = string
  default     = "1Gi"

  validation {
    condition     = can(regex("^([1-9][0-9]*Gi|51[2-9]Mi|5[2-9][0-9]Mi|[6-9][0-9]{2}Mi)$", var.memory))
    error_message = "Memory is 512Mi or more, such as 1Gi."
  }
}

variable "ingress" {
  description = "Who reaches the service's address at all: internal (Cloud Scheduler and this project's networks) or all. Either way Google lets in only who is named as invoker."
  type        = string
  default     = "internal"

  validation {
    condition     = contains(["internal", "all"], var.ingress)
    error_message = "Ingress is internal or all."
  }
}

variable "invokers" {
  description = "People and accounts who may call the service beside the schedules, such as user:ada@example.com. They reach it only with ingress = \"all\" or from this project's networks."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.invokers : can(regex("^(user|group|serviceAccount):[^@\\s]+@[^@\\s]+$", member))])
    error_message = "An invoker is user:, group: or serviceAccount: and an address. The public (allUsers, allAuthenticatedUsers) is none."
  }
}

variable "labels" {
  description = "More labels for all that can carry them."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Labels have small letters, digits, _ and -."
  }
}
