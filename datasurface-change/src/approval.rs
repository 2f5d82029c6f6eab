//! Approvals: whose are needed besides the source's, and which claims were taken on trust.

use datasurface_model::{ModelPath, Repository, Text, ownership::OwnedPart};
use serde::Serialize;
use std::{collections::BTreeSet, fmt};

/// The claim that a repository approved a proposal. As text: `github:shop/sales@main=3f9c…`.
///
/// Change control cannot tell whether the claim is true: whoever calls it answers for that, and every claim that counted
/// is in the report. It is about one proposal alone, since it has that one's
/// [fingerprint](super::ChangeControl::fingerprint).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ApprovalClaim {
    /// The repository that approved the proposal.
    pub repository: Repository,
    /// The fingerprint of the proposal that it approved.
    pub fingerprint: Text,
}

impl ApprovalClaim {
    /// Creates the claim that a repository approved the proposal with this fingerprint.
    pub fn new(repository: impl Into<Repository>, fingerprint: impl Into<Text>) -> Self {
        Self { repository: repository.into(), fingerprint: fingerprint.into() }
    }
}

impl From<&str> for ApprovalClaim {
    /// Reads `repository=fingerprint`. Without a fingerprint, it is a claim about no proposal, which counts for nothing.
    fn from(text: &str) -> Self {
        let (repository, fingerprint) = text.rsplit_once('=').unwrap_or((text, ""));
        Self::new(repository, fingerprint)
    }
}

impl From<String> for ApprovalClaim {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl fmt::Display for ApprovalClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.repository, self.fingerprint)
    }
}

/// The approvals of a change, besides that of its source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Approvals {
    /// The fingerprint that an approval of this proposal names. None where no approval is missing or claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Text>,
    /// The approvals that are missing, by repository.
    pub missing: Vec<MissingApproval>,
    /// The claims that were taken on trust, each with the parts that are allowed for that reason alone.
    pub trusted: Vec<TrustedClaim>,
    /// The claims about other proposals, which count for nothing: an older one, or a forged one.
    pub ignored: Vec<ApprovalClaim>,
}

/// A repository that has to approve a change, and has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingApproval {
    /// The repository.
    pub repository: Repository,
    /// The parts that it is asked for: those that it owns, and those that the change needs its approval for.
    pub parts: BTreeSet<OwnedPart>,
}

/// A claim that was taken on trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrustedClaim {
    /// The claim.
    pub claim: ApprovalClaim,
    /// The parts that the change may touch for this reason alone; none if it was not needed.
    pub parts: BTreeSet<OwnedPart>,
}

/// A part of a change that needs the approval of an owner, besides that of the part itself: somebody trusted the former
/// owner, or has policies that hold no longer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RequiredApproval {
    /// The place of the change.
    pub path: ModelPath,
    /// The part that is about to change hands or place.
    pub part: OwnedPart,
    /// The repository that has to approve it.
    pub owner: Repository,
    /// The reason, in a few words.
    pub reason: String,
    /// The place that the owner has at heart: the approval, or the zone.
    pub related: ModelPath,
}

impl MissingApproval {
    /// Adds parts to what is missing of a repository.
    pub(super) fn add(
        missing: &mut Vec<Self>,
        repository: &Repository,
        parts: impl IntoIterator<Item = OwnedPart>,
    ) {
        let position = missing.iter().position(|known| known.repository.is_same(repository));
        match position.and_then(|position| missing.get_mut(position)) {
            Some(known) => known.parts.extend(parts),
            None => missing.push(Self { repository: repository.clone(), parts: parts.into_iter().collect() }),
        }
    }
}
