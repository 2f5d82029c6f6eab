//! A manifest as text.

use super::{Manifest, PlatformRecord};
use datasurface_graph::Fingerprint;
use datasurface_platform::Revision;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The first and only format.
const FORMAT: &str = "datasurface-target/1";

/// Platforms are a list: as members of an object, their names would be there twice, and might not agree.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestWire {
    format: String,
    revision: Revision,
    lock: Fingerprint,
    platforms: Vec<PlatformRecord>,
}

#[derive(Serialize)]
struct WireRef<'a> {
    format: &'static str,
    revision: &'a Revision,
    lock: Fingerprint,
    platforms: Vec<&'a PlatformRecord>,
}

/// What every format has: enough to say that it is another one before anything in it is found strange.
#[derive(Deserialize)]
struct Probe {
    format: String,
}

impl Manifest {
    /// The manifest as text, for people to review: JSON, with a line feed at its end.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads what [`to_json`](Self::to_json) wrote. Refuses other formats, unknown members, and files or scopes that
    /// are there twice.
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
            lock: self.lock,
            platforms: self.platforms.values().collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = ManifestWire::deserialize(deserializer)?;
        check(&wire.format)?;
        let platforms = wire.platforms.len();
        let manifest = Self::new(wire.revision, wire.lock, wire.platforms);
        if manifest.platforms.len() < platforms {
            return Err(D::Error::custom("a platform is there twice"));
        }
        match manifest.inconsistency() {
            Some(error) => Err(D::Error::custom(error)),
            None => Ok(manifest),
        }
    }
}

fn check<E: Error>(format: &str) -> Result<(), E> {
    if format == FORMAT {
        Ok(())
    } else {
        Err(E::custom(format_args!("its format is `{format}`, and only `{FORMAT}` is known")))
    }
}
