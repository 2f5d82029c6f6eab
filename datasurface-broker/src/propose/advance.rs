//! The choice of the platforms that a plan takes forward.

use crate::placed::Placed;
use chrono::{DateTime, Utc};
use datasurface_model::{
    AdvancePolicy, CodeInfo, Diagnostic, Entity, ModelPath, PlatformName, nearest, redact_passwords, segment,
};
use datasurface_state::{AdvanceTimes, AdvanceWait, AsOf, EarlyAdvance, Manifest, PlatformLock};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static UNKNOWN: CodeInfo = CodeInfo::error(
    "revision/unknown",
    "a platform is to go forward that is neither declared nor rendered",
    "A platform is named as the model does; one that is not declared any more is named as it was. Nothing is written.",
);

pub(crate) static TOO_EARLY: CodeInfo = CodeInfo::error(
    "revision/too-early",
    "a platform is to go forward before its time",
    "The model says when the platform goes forward: not before a day, by a timetable, or in windows. Wait, or say why it is urgent: \
     `datasurface advance NAME --now --reason WHY`. The lock remembers that. Nothing is written.",
);

pub(crate) static FROZEN: CodeInfo = CodeInfo::note(
    "revision/frozen",
    "a platform stays at its revision until a day",
    "The model says until when, and why. What was rendered for the platform runs on, and what others need of it waits. \
     `datasurface revisions` says what is pending. The first rendering from that day on takes it forward.",
);

pub(crate) static SCHEDULED: CodeInfo = CodeInfo::note(
    "revision/scheduled",
    "a platform stays at its revision until its timetable or a window lets it go forward",
    "The model says when. What was rendered for the platform runs on, and what others need of it waits. `datasurface revisions` says what is \
     pending. The first rendering from that time on takes it forward; for a window, before it closes.",
);

pub(crate) static SECRET: CodeInfo = CodeInfo::error(
    "revision/secret",
    "the reason of an early advance holds a password",
    "The reason stays in the lock, where everybody reads it who may read the repository. Take the password or the token out, and change it, \
     since it was written down. Nothing is written.",
);

/// The platforms that a plan takes forward to the revision of now. Each other one stays as it is, with all that it reads.
///
/// ```
/// use datasurface_broker::Advance;
/// assert!(Advance::only(["Development"]).takes(&"Development".into(), true));
/// assert!(!Advance::only(["Development"]).takes(&"Production".into(), true));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// Every platform whose policy lets it go forward.
    #[default]
    Permitted,
    /// Every platform, whatever its policy says.
    All,
    /// The platforms of these names; one that is not declared any more is named as it was. The policy of each must let it go forward.
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

    /// Whether a platform is taken forward, where its policy lets it go, or lets it not.
    #[must_use]
    pub fn takes(&self, platform: &PlatformName, may_advance: bool) -> bool {
        match self {
            Self::Permitted => may_advance,
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

    /// Returns a finding for each platform whose policy does not let it go forward yet: an error where it is named, and a note where it stays and
    /// the model went on. Also for a reason that must not be written.
    pub(super) fn waiting(
        &self,
        (placed, manifest): (&Placed, Option<&Manifest>),
        waits: &AdvanceWaits,
    ) -> Vec<Diagnostic> {
        let found = waits.iter().filter_map(|(name, wait)| {
            let (until, reason) = (wait.end(), &wait.reason);
            if matches!(self, Self::Only(named) if named.contains(name)) {
                let stays = if wait.is_frozen { "is frozen" } else { "stays" };
                let message = format!("`{name}` {stays} until {until}: {reason}");
                let help = format!("wait, or say why: `datasurface advance {name} --now --reason WHY`");
                return Some(Diagnostic::new(&TOO_EARLY, path(name), message).with_help(help));
            }
            let rendered = manifest.filter(|manifest| manifest.platform(name).is_some());
            let reached = rendered.map(|manifest| manifest.reached_revision(name));
            let is_noted = *self == Self::Permitted && reached != Some(&placed.revision());
            let at = reached.map_or("not rendered".to_owned(), |reached| format!("at `{}`", reached.short()));
            let message = format!("`{name}` stays {at} until {until}: {reason}");
            let help = "`datasurface revisions` says what is pending there";
            let code = if wait.is_frozen { &FROZEN } else { &SCHEDULED };
            is_noted.then(|| Diagnostic::new(code, path(name), message).with_help(help))
        });
        let is_secret = matches!(self, Self::Early(_, reason) if redact_passwords(reason).is_some());
        let secret = is_secret.then(|| {
            let message = "the reason has a password or a token in it, and would stay in the lock";
            Diagnostic::new(&SECRET, ModelPath::root(), message)
                .with_help("take it out and change it, and say why without it")
        });
        found.chain(secret).collect()
    }

    /// Records in its lock that a platform goes forward: by a timetable, of which later starts alone let it go again, or before its time.
    pub(super) fn record(
        &self,
        placed: &Placed,
        (platform, lock): (&PlatformName, &mut PlatformLock),
        (waits, as_of): (&AdvanceWaits, AsOf),
    ) {
        let to = placed.revision();
        lock.early = match (self, lock.early.take().filter(|early| early.to == to)) {
            (Self::Early(_, reason), None) if waits.contains_key(platform) => {
                Some(EarlyAdvance { to, on: as_of.day(), reason: reason.clone() })
            }
            (_, before) => before,
        };
        lock.advanced = has_timetable(placed, platform).then(|| as_of.moment());
    }
}

/// What each platform waits for whose policy does not let it go forward yet.
pub(super) type AdvanceWaits = BTreeMap<PlatformName, AdvanceWait>;

/// Returns what platforms wait for by their policies.
pub(super) fn waits((placed, manifest): (&Placed, Option<&Manifest>), as_of: AsOf) -> AdvanceWaits {
    let declared = placed.ecosystem.platforms().iter();
    let waits = declared.filter_map(|platform| {
        let since = since((placed, manifest), platform.name(), as_of);
        let wait = AdvanceTimes::new(platform.advance_policy(), since).wait(as_of.moment())?;
        Some((platform.name().clone(), wait))
    });
    waits.collect()
}

/// Returns the last time that a platform went forward, as far as the lock knows. One that was rendered before it had a timetable waits for
/// the next start: nobody knows which ones it used.
pub(super) fn since(
    (placed, manifest): (&Placed, Option<&Manifest>),
    platform: &PlatformName,
    as_of: AsOf,
) -> Option<DateTime<Utc>> {
    let known = placed.lock.platforms.get(platform).and_then(|lock| lock.advanced);
    let is_rendered = || manifest.is_some_and(|manifest| manifest.platform(platform).is_some());
    known.or_else(|| (has_timetable(placed, platform) && is_rendered()).then(|| as_of.moment()))
}

fn has_timetable(placed: &Placed, platform: &PlatformName) -> bool {
    let declared = placed.ecosystem.platforms().get(platform);
    declared.is_some_and(|declared| matches!(declared.advance_policy(), AdvancePolicy::Cron(_)))
}

fn path(platform: &PlatformName) -> ModelPath {
    ModelPath::root().child(segment::PLATFORMS, platform)
}
