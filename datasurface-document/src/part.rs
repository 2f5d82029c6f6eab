//! The part of the model that one document contains.

use super::{
    header::{self, DocumentHeader},
    syntax::Syntax,
    tree::{self, ReadError},
    v1::{self, Schemas},
};
use datasurface_model::{Ecosystem, EcosystemName, GovernanceZone, Repository, Team, TeamKey, ZoneName};
use std::sync::Arc;

#[derive(Debug)]
pub(super) enum DocumentPart {
    Ecosystem(Box<PartialEcosystem>),
    Zone(ZoneName, Arc<GovernanceZone>),
    Team(TeamKey, Arc<Team>),
}

/// What a document says of the ecosystem; another one may say the rest.
#[derive(Debug)]
pub(super) struct PartialEcosystem {
    pub(super) name: Option<EcosystemName>,
    pub(super) owner: Option<Repository>,
    pub(super) live: Option<Repository>,
    /// Under the name that is said here, if there is one.
    pub(super) content: Ecosystem,
}

impl DocumentPart {
    pub(super) fn header(&self) -> DocumentHeader {
        match self {
            Self::Ecosystem(_) => DocumentHeader::Ecosystem,
            Self::Zone(zone, _) => DocumentHeader::Zone(zone.clone()),
            Self::Team(team, _) => DocumentHeader::Team(team.clone()),
        }
    }

    /// Reads a document, or finds everything that is wrong with its form.
    pub(super) fn read(text: &str, syntax: Syntax, schemas: &mut Schemas) -> Result<Self, Vec<ReadError>> {
        let mut tree = tree::parse(text, syntax).map_err(|error| vec![error])?;
        let head = match header::take(&mut tree.root, &mut tree.errors) {
            Ok(head) => head,
            Err(error) => {
                tree.errors.push(error);
                return Err(tree.errors);
            }
        };
        match v1::read(head, &tree.root, schemas) {
            Ok(part) if tree.errors.is_empty() => Ok(part),
            Ok(_) => Err(tree.errors),
            Err(errors) => {
                tree.errors.extend(errors);
                Err(tree.errors)
            }
        }
    }
}
