//! The same ecosystem, declared in another order.

use datasurface_document::{DocumentError, from_value, to_value};
use datasurface_model::Ecosystem;
use fastrand::Rng;
use serde_json::Value;

/// Lists of declarations: their order says nothing. (That of columns and keys does.)
pub const DECLARATIONS: [&str; 19] = [
    "vendors",
    "policies",
    "locations",
    "platforms",
    "zones",
    "teams",
    "containers",
    "credentials",
    "consents",
    "releases",
    "approved",
    "selects",
    "datastores",
    "datasets",
    "workspaces",
    "groups",
    "sinks",
    "group_pins",
    "primary_pins",
];

/// Returns the same ecosystem, read from a document with its declarations in another order, which the seed decides.
///
/// # Errors
///
/// If the ecosystem is so deep that its document cannot be read again.
pub fn shuffled(ecosystem: &Ecosystem, seed: u64) -> Result<Ecosystem, DocumentError> {
    let mut document = to_value(ecosystem);
    shuffle(&mut document, &mut Rng::with_seed(seed));
    from_value(document)
}

fn shuffle(value: &mut Value, random: &mut Rng) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, member) in members.iter_mut() {
        match member {
            // What a platform's settings mean is its own business, and so is their order.
            _ if name == "config" => {}
            Value::Array(elements) => {
                // Which of several pinned platforms comes first may matter: those are names, not declarations.
                let are_declarations = name != "platforms" || elements.iter().all(Value::is_object);
                if are_declarations && DECLARATIONS.contains(&name.as_str()) {
                    random.shuffle(elements);
                }
                elements.iter_mut().for_each(|element| shuffle(element, random));
            }
            _ => shuffle(member, random),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystems;
    use proptest::{
        strategy::{Strategy, ValueTree},
        test_runner::TestRunner,
    };

    /// A list whose order says something, taken for declarations, would make the law of order a law about nothing.
    #[test]
    fn the_order_differs_and_nothing_else() {
        let mut runner = TestRunner::deterministic();
        let mut reordered = 0;
        for seed in 0..64 {
            let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
            assert_eq!(shuffled(&ecosystem, seed).as_ref(), Ok(&ecosystem));
            let (before, mut after) = (to_value(&ecosystem), to_value(&ecosystem));
            shuffle(&mut after, &mut Rng::with_seed(seed));
            reordered += usize::from(before != after);
        }
        assert!(reordered > 32, "{reordered}");
    }
}
