//! The settings of the platform.

use datasurface_platform::prelude::*;
use datasurface_terraform::TerraformSettings;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LakeSettings {
    /// Where states are, and versions.
    pub(crate) terraform: TerraformSettings,
    /// The account, as twelve digits.
    pub(crate) account: String,
    /// The region.
    pub(crate) region: String,
    /// The bucket that has the data.
    pub(crate) bucket: String,
    /// The role that jobs have.
    pub(crate) role: String,
    /// The most resources of one state.
    #[serde(default = "usual_limit")]
    pub(crate) resources_per_state: u64,
    /// What labels of jobs begin with, as if another version of the plug-in had other labels.
    #[serde(default)]
    pub(crate) job_labels: Option<String>,
}

fn usual_limit() -> u64 {
    400
}
