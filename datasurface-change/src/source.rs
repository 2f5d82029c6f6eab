//! The source of a change: a repository, and in one that several own, the folders that the change touches.

use super::approval::ApprovalClaim;
use datasurface_model::{Ecosystem, Repository, Text};
use std::collections::BTreeSet;

/// The name that the configuration has beside a model. It names programs, which whoever checks or renders the model starts.
pub const CONFIGURATION_FILE_NAME: &str = "datasurface.toml";

/// The source of a change: the repository that it comes from, the folders of owners that it touches there, and whether it
/// touches the lock besides the model.
///
/// In a repository that several own, each owner has a [path](Repository::owner_path), and the source owns what belongs to
/// the folders that are named by [`in_path`](Self::in_path) or found by [`touching_files`](Self::touching_files). Where
/// nothing is said of folders, it owns nothing there: a file that nobody has looked at could be anybody's.
///
/// ```
/// use datasurface_change::ChangeSource;
/// let source = ChangeSource::new("github:shop/mono@main").touching_files(["teams/sales/store.yaml"]);
/// assert_eq!(source.repository().to_string(), "github:shop/mono@main");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSource {
    repository: Repository,
    paths: BTreeSet<Text>,
    files: Option<BTreeSet<Text>>,
    touches_lock: bool,
    touches_configuration: bool,
}

impl ChangeSource {
    /// Creates the source of a change that comes from this branch of a repository, and does not touch the lock. If the
    /// repository is said with a path, the change touches that folder.
    pub fn new(repository: impl Into<Repository>) -> Self {
        let repository = repository.into();
        let paths = repository.owner_path().map(Text::from).into_iter().collect();
        Self { repository, paths, files: None, touches_lock: false, touches_configuration: false }
    }

    /// Declares that the change touches files of the owner with this path, as `teams/sales`. The empty path is that of the
    /// owner who has none: of all files that stand in no other owner's folder.
    #[must_use]
    pub fn in_path(mut self, path: impl Into<Text>) -> Self {
        self.paths.insert(path.into());
        self
    }

    /// Sets all files that the change touches, by their paths from the root of the repository, as `teams/sales/store.yaml`;
    /// of a file that was moved, both. Each counts for the owner whose path is the longest that covers it.
    #[must_use]
    pub fn touching_files(mut self, files: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.files.get_or_insert_default().extend(files.into_iter().map(Into::into));
        self
    }

    /// Declares that the change touches the lock, too, which belongs to the ecosystem. The model does not know the
    /// lock: the caller that reads it (the broker) declares this.
    #[must_use]
    pub fn touching_lock(mut self) -> Self {
        self.touches_lock = true;
        self
    }

    /// Declares that the change touches the configuration, which names programs: it belongs to the ecosystem, as the lock does.
    #[must_use]
    pub fn touching_configuration(mut self) -> Self {
        self.touches_configuration = true;
        self
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    pub(super) fn touches_lock(&self) -> bool {
        self.touches_lock
    }

    pub(super) fn touches_configuration(&self) -> bool {
        self.touches_configuration
    }
}

/// The owners' paths in the branch that a change comes from.
#[derive(Debug, Default)]
pub(super) struct OwnerPaths(BTreeSet<Text>);

impl OwnerPaths {
    /// Those of one or both ecosystems: a folder counts as soon as it is somebody's, and as long as it was.
    pub(super) fn of(ecosystems: &[&Ecosystem], source: &ChangeSource) -> Self {
        let mut paths = BTreeSet::new();
        let mut add = |owner: &Repository| {
            if let Some(path) = owner.owner_path()
                && owner.is_same_branch(&source.repository)
            {
                paths.insert(Text::from(path));
            }
        };
        for ecosystem in ecosystems {
            add(ecosystem.owner());
            for zone in ecosystem.zones() {
                add(zone.owner());
                zone.definition()
                    .into_iter()
                    .flat_map(|zone| zone.teams())
                    .for_each(|team| add(team.owner()));
            }
        }
        Self(paths)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the path of the owner whose file this is, which is empty for the owner without one; none for what is no
    /// path from the root of a repository.
    pub(super) fn of_file(&self, file: &str) -> Option<&str> {
        if file.split('/').any(|part| matches!(part, "" | "." | "..")) || file.contains('\\') {
            return None;
        }
        let covers =
            |path: &&Text| file.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let longest = self.0.iter().filter(covers).max_by_key(|path| path.len());
        Some(longest.map_or("", Text::as_str))
    }
}

/// Those for whom a change is made: its source, and those who approved it.
pub(super) struct Actors<'c> {
    source: &'c ChangeSource,
    /// The owners' paths in the source's branch that it acts for; the empty one is that of the owner without a path.
    paths: BTreeSet<Text>,
    /// The claims that are about this very proposal.
    claims: Vec<&'c ApprovalClaim>,
}

/// The one among the actors to whom something belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor<'c> {
    /// The source itself.
    Source,
    /// An approval that is taken on trust.
    Claim(&'c ApprovalClaim),
}

impl<'c> Actors<'c> {
    pub(super) fn new(
        old: &Ecosystem,
        new: &Ecosystem,
        source: &'c ChangeSource,
        claims: Vec<&'c ApprovalClaim>,
    ) -> Self {
        let mut paths = source.paths.clone();
        match &source.files {
            Some(files) => {
                let known = OwnerPaths::of(&[old, new], source);
                paths.extend(files.iter().filter_map(|file| known.of_file(file)).map(Text::from));
            }
            // Whoever owns the whole repository need say nothing. Whether somebody does is up to what was live: a change
            // cannot make itself room.
            None if paths.is_empty() && OwnerPaths::of(&[old], source).is_empty() => {
                paths.insert(Text::default());
            }
            None => {}
        }
        Self { source, paths, claims }
    }

    /// Returns the actor to whom the parts of this owner belong, if there is one.
    pub(super) fn owning(&self, owner: &Repository) -> Option<Actor<'c>> {
        let is_source = owner.is_same_branch(&self.source.repository)
            && self.paths.contains(owner.owner_path().unwrap_or_default());
        if is_source {
            return Some(Actor::Source);
        }
        self.claiming(owner).map(Actor::Claim)
    }

    /// Returns the claim that this owner approved the proposal.
    pub(super) fn claiming(&self, owner: &Repository) -> Option<&'c ApprovalClaim> {
        self.claims.iter().copied().find(|claim| claim.repository.is_same(owner))
    }

    /// Whether the owner is in the source's branch, where folders tell the owners apart.
    pub(super) fn shares_branch(&self, owner: &Repository) -> bool {
        owner.is_same_branch(&self.source.repository)
    }
}
