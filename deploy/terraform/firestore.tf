locals {
  # The file that `firebase deploy` takes too; a test holds it to the queries.
  declared = jsondecode(file("${path.module}/../firestore.indexes.json"))

  # In the file the collections have the default prefix.
  indexes = {
    for index in local.declared.indexes :
    "${trimprefix(index.collectionGroup, "evalforge_")}: ${join(", ", [
      for field in index.fields : "${field.fieldPath} ${try(field.order, field.arrayConfig)}"
      ])}" => merge(index, {
      collection = "${var.collection_prefix}${trimprefix(index.collectionGroup, "evalforge_")}"
    })
  }
  overrides = {
    for override in local.declared.fieldOverrides :
    "${trimprefix(override.collectionGroup, "evalforge_")}: ${override.fieldPath}" => merge(override, {
      collection = "${var.collection_prefix}${trimprefix(override.collectionGroup, "evalforge_")}"
    })
  }
}

resource "google_firestore_database" "scarline" {
  project                 = var.project
  name                    = var.firestore_database
  location_id             = var.firestore_location
  type                    = "FIRESTORE_NATIVE"
  delete_protection_state = var.keep_data ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy         = "DELETE"

  depends_on = [google_project_service.used]
}

resource "google_firestore_index" "composite" {
  for_each = local.indexes

  project     = var.project
  database    = google_firestore_database.scarline.name
  collection  = each.value.collection
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields

    content {
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
      array_config = try(fields.value.arrayConfig, null)
    }
  }
}

# A block without indexes switches off the ones that Firestore makes for every field by itself.
resource "google_firestore_field" "override" {
  for_each = local.overrides

  project    = var.project
  database   = google_firestore_database.scarline.name
  collection = each.value.collection
  field      = each.value.fieldPath

  index_config {
    dynamic "indexes" {
      for_each = each.value.indexes

      content {
        order        = try(indexes.value.order, null)
        array_config = try(indexes.value.arrayConfig, null)
        query_scope  = try(indexes.value.queryScope, null)
      }
    }
  }
}
