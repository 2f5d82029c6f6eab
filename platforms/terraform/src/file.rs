//! Files of configuration.

use datasurface_platform::{File, PlatformError};
use serde_json::Value;

/// Creates a file of JSON, of which the members of objects are in the order of their names.
pub(crate) fn json_file(path: &str, value: &Value) -> Result<File, PlatformError> {
    let mut value = value.clone();
    value.sort_all_objects();
    File::json(path, &value)
}
