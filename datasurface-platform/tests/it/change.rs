//! What a change says of records that cannot be right, or cannot be read.

use datasurface_graph::Fingerprint;
use datasurface_platform::{ChangeHeader, Revision, ScopeChange, ScopeChanges, ScopeRecord, prelude::*};
use std::sync::Arc;

/// A scope whose record is lost.
#[derive(Debug)]
struct Lost;

impl ScopeChanges for Lost {
    fn count(&self) -> usize {
        1
    }

    fn load(&self, _: usize) -> Result<ScopeChange, PlatformError> {
        Err(PlatformError::new(PlatformErrorKind::External, "the record is lost"))
    }
}

fn header(from: u8, to: u8) -> ChangeHeader {
    let revision = |number: u8| Revision::new(Fingerprint::of(&number));
    let instance = PlatformInstance::new("P".into(), "test".into(), Version::new(1, 0, 0), Json::object());
    ChangeHeader::new(instance, Some(revision(from)), revision(to))
}

#[test]
fn an_address_of_two_scopes_is_no_plan() {
    let with_wall = |scope: Scope| {
        let wall = Resource::new("wall", "wall");
        let new = ScopeRecord { resources: [("wall".into(), wall)].into(), ..ScopeRecord::default() };
        ScopeChange { scope, old: Arc::default(), new: new.into() }
    };
    let frame = header(1, 2);
    let plan = |scopes: Vec<ScopeChange>| {
        RenderingChange::new(&frame, &scopes).structural(|_| Judgement::update(Effect::None, String::new()))
    };
    assert_eq!(plan(vec![with_wall(Scope::Foundation)]).unwrap().steps().len(), 1);
    let twice = vec![with_wall(Scope::Foundation), with_wall(Scope::Shard("a".into()))];
    let error = plan(twice).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Rendering);
    assert_eq!(error.report(), "the resource `wall` is in foundation and in shard `a`");
}

#[test]
fn a_transition_has_no_name_while_what_it_is_told_apart_by_is_unread() {
    let said = |from, to| {
        let frame = header(from, to);
        let change = RenderingChange::new(&frame, &Lost);
        (
            change.transition_name().map_err(|error| error.report()),
            change.transition_folder(&Scope::Foundation),
        )
    };
    let (name, folder) = said(1, 1);
    assert_eq!(
        (name, folder.unwrap_err().report()),
        (Err("the record is lost".into()), "the record is lost".into())
    );
    let (name, folder) = said(1, 2);
    assert_eq!(folder.unwrap(), format!("foundation/transition/{}", name.unwrap()));
}
