//! Names of the attributes by which the host compares resources of Terraform.

/// The arguments, as they are written.
pub(crate) const ARGUMENTS: &str = "arguments";

/// The settings of the life of a resource.
pub(crate) const LIFECYCLE: &str = "lifecycle";

/// The setting of the life of a resource by which Terraform refuses to destroy it.
pub(crate) const PREVENT_DESTROY: &str = "prevent_destroy";

/// The id that imports the resource into another state.
pub(crate) const IMPORT_ID: &str = "import_id";
