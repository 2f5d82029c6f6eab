//! The choice of the platforms that a plan takes forward.

use datasurface_model::PlatformName;
use std::collections::BTreeSet;

/// The platforms that a plan takes forward to the revision of now. Each other one stays as it is, with all that it reads.
///
/// ```
/// use datasurface_broker::Advance;
/// assert!(Advance::only(["Development"]).takes(&"Development".into()));
/// assert!(!Advance::only(["Development"]).takes(&"Production".into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// All platforms.
    #[default]
    All,
    /// The platforms of these names; one that is not declared any more is named as it was.
    Only(BTreeSet<PlatformName>),
}

impl Advance {
    /// Creates the choice of these platforms.
    #[must_use]
    pub fn only(platforms: impl IntoIterator<Item = impl Into<PlatformName>>) -> Self {
        Self::Only(platforms.into_iter().map(Into::into).collect())
    }

    /// Whether a platform is taken forward.
    #[must_use]
    pub fn takes(&self, platform: &PlatformName) -> bool {
        match self {
            Self::All => true,
            Self::Only(platforms) => platforms.contains(platform),
        }
    }
}
