//! Releases: a derived dataset is let go from the policies of a zone, if the zone consents.

use super::Ecosystem;
use datasurface_schema::{DatasetName, Entity, TeamKey, Text, WorkspaceName, ZoneName};

/// A request of a transformer that one of its outputs be free from the policies of a zone from which it derives. It holds with the
/// [`Consent`] of the zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Release {
    /// The output dataset.
    pub output: DatasetName,
    /// The zone.
    pub zone: ZoneName,
    /// The reason why nothing of what the zone protects is left.
    pub reason: String,
}

impl Release {
    /// Creates the request to release an output from the policies of a zone.
    pub fn new(output: impl Into<DatasetName>, zone: impl Into<ZoneName>, reason: impl Into<String>) -> Self {
        Self { output: output.into(), zone: zone.into(), reason: reason.into() }
    }
}

/// The consent of a zone to the release of one output, as it was when somebody looked at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Consent {
    /// The team of the transformer.
    pub team: TeamKey,
    /// The workspace of the transformer.
    pub workspace: WorkspaceName,
    /// The output dataset.
    pub output: DatasetName,
    /// The fingerprint of the artifact, of what it reads and of what it makes. With any other, the consent says nothing.
    pub of: Text,
}

impl Consent {
    /// Creates the consent to the release of an output with this fingerprint.
    pub fn new(
        team: impl Into<TeamKey>,
        workspace: impl Into<WorkspaceName>,
        output: impl Into<DatasetName>,
        of: impl Into<Text>,
    ) -> Self {
        Self { team: team.into(), workspace: workspace.into(), output: output.into(), of: of.into() }
    }

    /// Whether the consent is about an output of the transformer of a workspace, in whatever version.
    #[must_use]
    pub fn is_about(&self, team: &TeamKey, workspace: &WorkspaceName, output: &DatasetName) -> bool {
        self.team == *team && self.workspace == *workspace && self.output == *output
    }
}

impl Ecosystem {
    /// Every consent, with the zone that gives it.
    pub fn all_consents(&self) -> impl Iterator<Item = (&ZoneName, &Consent)> {
        self.zones().iter().flat_map(|zone| {
            let consents = zone.definition().into_iter().flat_map(|definition| definition.consents());
            consents.map(|consent| (zone.name(), consent))
        })
    }
}
