//! A manifest as text.

use super::{AcceptedEdit, Manifest, PlatformRecord, RenderedRevision, RenderingId, SameScopes};
use crate::lock::{Lock, LockWire};
use datasurface_graph::Fingerprint;
use datasurface_platform::{Revision, SafePath};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::collections::BTreeMap;

/// The first and only format.
const FORMAT: &str = "datasurface-target/1";

/// Platforms are a list: as members of an object, their names would be there twice, and might not agree.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestWire {
    format: String,
    revision: Revision,
    lock: Fingerprint,
    #[serde(default)]
    rendering: Option<RenderingId>,
    #[serde(default)]
    unapplied: Vec<RenderedRevision>,
    #[serde(default)]
    applied: Option<RenderedRevision>,
    #[serde(default)]
    recorded_lock: Option<LockWire>,
    platforms: Vec<PlatformRecord>,
    #[serde(default)]
    accepted: BTreeMap<SafePath, AcceptedEdit>,
}

#[derive(Serialize)]
struct WireRef<'a> {
    format: &'static str,
    revision: &'a Revision,
    lock: Fingerprint,
    rendering: RenderingId,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unapplied: &'a [RenderedRevision],
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<&'a RenderedRevision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_lock: Option<LockWire>,
    platforms: Vec<&'a PlatformRecord>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    accepted: &'a BTreeMap<SafePath, AcceptedEdit>,
}

/// The members that every format has: enough to report another format before anything else in it is rejected.
#[derive(Deserialize)]
struct Probe {
    format: String,
}

impl Manifest {
    /// Returns the manifest as text, for people to review: JSON, with a line feed at its end.
    ///
    /// # Errors
    ///
    /// If the manifest cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads the text that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, has another format, or has missing or unknown members; if a platform, a scope or a file
    /// is there twice; or if a file is also the folder of another one.
    pub fn from_json(text: &[u8]) -> Result<Self, serde_json::Error> {
        let probe: Probe = serde_json::from_slice(text)?;
        check(&probe.format)?;
        serde_json::from_slice(text)
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WireRef {
            format: FORMAT,
            revision: &self.revision,
            lock: self.lock(),
            rendering: self.rendering,
            unapplied: &self.unapplied,
            applied: self.applied.as_ref(),
            recorded_lock: self.recorded_lock.as_deref().map(LockWire::from),
            platforms: self.platforms.values().collect(),
            accepted: &self.accepted,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = ManifestWire::deserialize(deserializer)?;
        check(&wire.format)?;
        let platforms = wire.platforms.len();
        let mut manifest = Self::new(wire.revision, wire.lock, wire.platforms).with_accepted(wire.accepted);
        match wire.rendering {
            Some(rendering) => manifest = manifest.with_renderings(rendering, wire.unapplied, wire.applied),
            None => manifest.identify_earlier_renderings(),
        }
        if let Some(lock) = wire.recorded_lock {
            if !lock.is_known() {
                return Err(D::Error::custom("its lock has another format"));
            }
            manifest.recorded_lock = Some(Box::new(Lock::from(lock)));
        }
        if manifest.platforms.len() < platforms {
            return Err(D::Error::custom("a platform is there twice"));
        }
        match manifest.inconsistency(&SameScopes::default()) {
            Some(error) => Err(D::Error::custom(error)),
            None => Ok(manifest),
        }
    }
}

impl Manifest {
    /// Gives IDs to the earlier renderings of an earlier version, which named them by their revisions alone. There, every instance had all
    /// of them since the first one that it had transition files of: so the lists of all instances end alike.
    fn identify_earlier_renderings(&mut self) {
        let mut all: Vec<RenderedRevision> = Vec::new();
        for record in self.platforms.values_mut() {
            let last_first = record.earlier.iter_mut().rev().enumerate();
            let identified = last_first.map(|(position, earlier)| {
                let rendering = RenderingId::new(Fingerprint::of(&(position, &earlier.to)));
                earlier.rendering = Some(rendering);
                RenderedRevision { rendering, revision: earlier.to.clone() }
            });
            let identified: Vec<RenderedRevision> = identified.collect();
            if identified.len() > all.len() {
                all = identified;
            }
            record.earlier.retain(|earlier| !earlier.files.is_empty());
        }
        self.unapplied = all.into_iter().rev().collect();
    }
}

fn check<E: Error>(format: &str) -> Result<(), E> {
    if format == FORMAT {
        Ok(())
    } else {
        Err(E::custom(format_args!("its format is `{format}`, and only `{FORMAT}` is known")))
    }
}
