//! The owners of a model's files, for the host of its repository: a file `CODEOWNERS`.

use crate::CONFIGURATION_FILE_NAME;
use datasurface_model::{Ecosystem, Entity, Repository, TeamKey, Text, ownership::OwnedPart};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// The owners of the files of one branch of one repository, as GitHub and GitLab read them from a file `CODEOWNERS`: `Display` writes it.
///
/// Who may approve a file is so the one whom change control asks for its parts, if each part stands in the folder of its owner. Names of
/// teams at the host are made of the names of the parts; a host knows them otherwise if [`with_team`](Self::with_team) says so.
///
/// ```
/// use datasurface_change::CodeOwners;
/// use datasurface_model::{Ecosystem, GovernanceZone, Team};
/// let zone = GovernanceZone::new().team("Sales", "github:shop/mono@main:teams/sales", Team::new());
/// let ecosystem = Ecosystem::new("Shop", "github:shop/mono@main", "github:shop/mono@main").zone("EU", "github:shop/mono@main", zone);
/// let owners = CodeOwners::new(&ecosystem, &"github:shop/mono@main".into()).with_team("", "@shop/keepers");
/// let rules: Vec<String> = owners.to_string().lines().skip(1).map(str::to_owned).collect();
/// assert_eq!(
///     rules,
///     ["* @shop/keepers", "/teams/sales/ @shop/eu-sales", "/datasurface.lock @shop/keepers", "/datasurface.toml @shop/keepers"],
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeOwners {
    /// The names at the host, by the path of the owner.
    teams: BTreeMap<Text, BTreeSet<Text>>,
    /// The path of the owner of the lock, if it is in this repository.
    lock: Option<Text>,
    folder: Text,
}

impl CodeOwners {
    /// Lists the owners in a branch of a repository.
    #[must_use]
    pub fn new(ecosystem: &Ecosystem, repository: &Repository) -> Self {
        let organization = match repository.path().rsplit_once('/') {
            Some((organization, _)) => format!("{organization}/"),
            None => String::new(),
        };
        let mut found = Self { teams: BTreeMap::new(), lock: None, folder: Text::default() };
        for part in parts(ecosystem) {
            let Some(owner) = part.owner(ecosystem).filter(|owner| owner.is_same_branch(repository)) else {
                continue;
            };
            let path = Text::from(owner.owner_path().unwrap_or_default());
            if part == OwnedPart::Ecosystem {
                found.lock = Some(path.clone());
            }
            let name = match &part {
                OwnedPart::Ecosystem => slug(ecosystem.name().as_str()),
                OwnedPart::Zone(zone) => slug(zone.as_str()),
                OwnedPart::Team(team) => format!("{}-{}", slug(team.zone.as_str()), slug(team.team.as_str())),
            };
            found.teams.entry(path).or_default().insert(format!("@{organization}{name}").into());
        }
        found
    }

    /// Sets the name at the host of those who speak for the owner with this path, in place of what the parts are called. The empty path
    /// is that of the owner without one.
    #[must_use]
    pub fn with_team(mut self, path: &str, name: impl Into<Text>) -> Self {
        if let Some(teams) = self.teams.get_mut(path) {
            *teams = BTreeSet::from([name.into()]);
        }
        self
    }

    /// Sets the folder of the model, in which the lock and the configuration are.
    #[must_use]
    pub fn with_lock_in(mut self, folder: impl Into<Text>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Whether nobody owns anything in the repository.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.teams.is_empty()
    }
}

impl fmt::Display for CodeOwners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Generated from the model by `datasurface codeowners`. The last pattern that fits a file wins."
        )?;
        let listed = |teams: &BTreeSet<Text>| teams.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
        // A path comes before those inside of it, and the empty one is the first.
        for (path, teams) in &self.teams {
            match path.as_str() {
                "" => writeln!(f, "* {}", listed(teams))?,
                path => writeln!(f, "/{path}/ {}", listed(teams))?,
            }
        }
        let folder = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
        let Some(teams) = self.lock.as_ref().and_then(|path| self.teams.get(path)) else { return Ok(()) };
        for name in ["datasurface.lock", CONFIGURATION_FILE_NAME] {
            writeln!(f, "/{folder}{name} {}", listed(teams))?;
        }
        Ok(())
    }
}

/// All parts that somebody owns.
fn parts(ecosystem: &Ecosystem) -> Vec<OwnedPart> {
    let mut parts = vec![OwnedPart::Ecosystem];
    for zone in ecosystem.zones() {
        parts.push(OwnedPart::Zone(zone.name().clone()));
        let teams = zone.definition().into_iter().flat_map(|definition| definition.teams());
        parts.extend(teams.map(|team| OwnedPart::Team(TeamKey::new(zone.name(), team.name()))));
    }
    parts
}

/// A name as hosts call teams: in lower case, with hyphens.
fn slug(name: &str) -> String {
    let plain = |character: char| if character.is_alphanumeric() { character } else { '-' };
    name.to_lowercase().chars().map(plain).collect()
}
