//! Approvals of those to whom stored data belongs, by the lock.

use datasurface_broker::{LOCK_FILE_NAME, Lock, OwingTeam, changed_owing_teams};
use datasurface_change::RequiredApproval;
use datasurface_model::{Ecosystem, ModelPath, ownership::OwnedPart, segment};

/// Returns an approval for each team that stored data belongs to, and that goes or gets another owner: whoever has its name next could take
/// the data up.
pub(super) fn owing_teams<'e>(
    [old, new]: &'e [Lock; 2],
    ecosystems: [&'e Ecosystem; 2],
) -> impl Iterator<Item = RequiredApproval> {
    changed_owing_teams([old, new], ecosystems).into_iter().filter_map(|changed| {
        let OwingTeam { stored, team, before, after } = changed;
        let owner = before?;
        let event = match after {
            Some(after) => format!("goes from {owner} to {after}"),
            None => "would not be known by its name any more".to_owned(),
        };
        let part = OwnedPart::Team(team);
        Some(RequiredApproval {
            path: part.path().attribute(segment::OWNER),
            part,
            owner,
            reason: format!("by the lock, stored data belongs to the team `{stored}`, which {event}"),
            related: ModelPath::root().child(segment::LOCK, LOCK_FILE_NAME),
        })
    })
}
