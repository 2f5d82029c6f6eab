//! Names of the attributes by which the host compares resources of Terraform.

/// The arguments, as they are written.
pub(crate) const ARGUMENTS: &str = "arguments";

/// The settings of the life of a resource.
pub(crate) const LIFECYCLE: &str = "lifecycle";

/// The id that imports the resource into another state.
pub(crate) const IMPORT_ID: &str = "import_id";
