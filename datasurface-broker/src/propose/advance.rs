//! The choice of the platforms that a plan takes forward.

use crate::placed::Placed;
use chrono::NaiveDate;
use datasurface_model::{CodeInfo, Diagnostic, Freeze, ModelPath, PlatformName, nearest, segment};
use datasurface_state::{EarlyAdvance, Manifest};
use std::collections::BTreeSet;

pub(crate) static UNKNOWN: CodeInfo = CodeInfo::error(
    "revision/unknown",
    "a platform is to go forward that is neither declared nor rendered",
    "A platform is named as the model does; one that is not declared any more is named as it was. Nothing is written.",
);

pub(crate) static TOO_EARLY: CodeInfo = CodeInfo::error(
    "revision/too-early",
    "a platform is to go forward before its time",
    "The model says that the platform stays at its revision until a day, and why. Wait for that day, or say why it is urgent: \
     `datasurface advance NAME --now --reason WHY`. The lock remembers that. Nothing is written.",
);

pub(crate) static FROZEN: CodeInfo = CodeInfo::note(
    "revision/frozen",
    "a platform stays at its revision until a day",
    "The model says until when, and why. What was rendered for the platform runs on, and what others need of it waits. \
     `datasurface revisions` says what is pending. The first rendering from that day on takes it forward.",
);

/// The platforms that a plan takes forward to the revision of now. Each other one stays as it is, with all that it reads.
///
/// ```
/// use datasurface_broker::Advance;
/// assert!(Advance::only(["Development"]).takes(&"Development".into(), None));
/// assert!(!Advance::only(["Development"]).takes(&"Production".into(), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// Every platform whose policy lets it go forward.
    #[default]
    Permitted,
    /// Every platform, whatever its policy says.
    All,
    /// The platforms of these names; one that is not declared any more is named as it was. None of them may be frozen.
    Only(BTreeSet<PlatformName>),
    /// The same, whatever their policies say, for a reason that the lock remembers. No name means every platform.
    Early(BTreeSet<PlatformName>, String),
}

impl Advance {
    /// Creates the choice of these platforms.
    #[must_use]
    pub fn only(platforms: impl IntoIterator<Item = impl Into<PlatformName>>) -> Self {
        Self::Only(platforms.into_iter().map(Into::into).collect())
    }

    /// Whether a platform is taken forward, where it is frozen or not.
    #[must_use]
    pub fn takes(&self, platform: &PlatformName, freeze: Option<&Freeze>) -> bool {
        match self {
            Self::Permitted => freeze.is_none(),
            Self::All => true,
            Self::Only(platforms) => platforms.contains(platform),
            Self::Early(platforms, _) => platforms.is_empty() || platforms.contains(platform),
        }
    }

    /// Returns a finding for each name that none of these platforms has.
    pub(super) fn unknown<'p>(
        &self,
        platforms: impl Iterator<Item = &'p PlatformName> + Clone,
    ) -> Vec<Diagnostic> {
        let (Self::Only(named) | Self::Early(named, _)) = self else { return Vec::new() };
        let unknown = named.iter().filter(|name| platforms.clone().all(|one| one != *name));
        let found = unknown.map(|name| {
            let near = nearest(name.as_str(), platforms.clone().map(PlatformName::as_str));
            let help =
                near.map_or("name it as the model does".to_owned(), |near| format!("did you mean `{near}`?"));
            Diagnostic::new(&UNKNOWN, path(name), format!("no platform is called `{name}`")).with_help(help)
        });
        found.collect()
    }

    /// Returns a finding for each platform that is frozen: an error where it is named, and a note where it stays and the model went on.
    pub(super) fn frozen<'p>(
        &self,
        (placed, manifest): (&Placed, Option<&Manifest>),
        platforms: impl Iterator<Item = &'p PlatformName>,
        on: NaiveDate,
    ) -> Vec<Diagnostic> {
        let frozen = platforms.filter_map(|name| Some((name, freeze(placed, name, on)?)));
        let found = frozen.filter_map(|(name, freeze)| {
            let (until, reason) = (freeze.until(), freeze.reason());
            if matches!(self, Self::Only(named) if named.contains(name)) {
                let message = format!("`{name}` is frozen until {until}: {reason}");
                let help = format!("wait, or say why: `datasurface advance {name} --now --reason WHY`");
                return Some(Diagnostic::new(&TOO_EARLY, path(name), message).with_help(help));
            }
            let rendered = manifest.filter(|manifest| manifest.platform(name).is_some());
            let reached = rendered.map(|manifest| manifest.reached_revision(name));
            let is_noted = *self == Self::Permitted && reached != Some(&placed.revision());
            let at = reached.map_or("not rendered".to_owned(), |reached| format!("at `{}`", reached.short()));
            let message = format!("`{name}` stays {at} until {until}: {reason}");
            let help = "`datasurface revisions` says what is pending there";
            is_noted.then(|| Diagnostic::new(&FROZEN, path(name), message).with_help(help))
        });
        found.collect()
    }

    /// Returns the record of the last time that a platform which goes forward now did so before its time.
    pub(super) fn early(
        &self,
        platform: &PlatformName,
        before: Option<EarlyAdvance>,
        (placed, on): (&Placed, NaiveDate),
    ) -> Option<EarlyAdvance> {
        let to = placed.revision();
        match self {
            Self::Early(_, reason) if freeze(placed, platform, on).is_some() => {
                Some(EarlyAdvance { to, on, reason: reason.clone() })
            }
            _ => before.filter(|before| before.to == to),
        }
    }
}

/// Returns the freeze by which the model keeps a platform at its revision on a day.
pub(super) fn freeze<'a>(placed: &'a Placed, platform: &PlatformName, on: NaiveDate) -> Option<&'a Freeze> {
    placed.ecosystem.platforms().get(platform)?.advance_policy().freeze(on)
}

fn path(platform: &PlatformName) -> ModelPath {
    ModelPath::root().child(segment::PLATFORMS, platform)
}
