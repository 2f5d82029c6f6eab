//! The choice of the platforms that a plan takes forward.

use datasurface_model::{CodeInfo, Diagnostic, ModelPath, PlatformName, nearest, segment};
use std::collections::BTreeSet;

pub(crate) static UNKNOWN: CodeInfo = CodeInfo::error(
    "revision/unknown",
    "a platform is to go forward that is neither declared nor rendered",
    "A platform is named as the model does; one that is not declared any more is named as it was. Nothing is written.",
);

/// The platforms that a plan takes forward to the revision of now. Each other one stays as it is, with all that it reads.
///
/// ```
/// use datasurface_broker::Advance;
/// assert!(Advance::only(["Development"]).takes(&"Development".into()));
/// assert!(!Advance::only(["Development"]).takes(&"Production".into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// Every platform.
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

    /// Returns a finding for each name that none of these platforms has.
    pub(super) fn unknown<'p>(
        &self,
        platforms: impl Iterator<Item = &'p PlatformName> + Clone,
    ) -> Vec<Diagnostic> {
        let Self::Only(named) = self else { return Vec::new() };
        let unknown = named.iter().filter(|name| platforms.clone().all(|one| one != *name));
        let found = unknown.map(|name| {
            let near = nearest(name.as_str(), platforms.clone().map(PlatformName::as_str));
            let help =
                near.map_or("name it as the model does".to_owned(), |near| format!("did you mean `{near}`?"));
            let path = ModelPath::root().child(segment::PLATFORMS, name);
            Diagnostic::new(&UNKNOWN, path, format!("no platform is called `{name}`")).with_help(help)
        });
        found.collect()
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
