//! The same ecosystem, declared in another order.

use crate::random::Random;
use datasurface_model::Ecosystem;
use serde_json::Value;

/// Lists of declarations: their order says nothing. (That of columns and keys does.)
pub(crate) const DECLARATIONS: [&str; 14] = [
    "vendors",
    "policies",
    "locations",
    "platforms",
    "zones",
    "teams",
    "containers",
    "datastores",
    "datasets",
    "workspaces",
    "groups",
    "sinks",
    "group_pins",
    "primary_pins",
];

/// The same ecosystem, with all declarations in another order.
pub(crate) fn shuffled(ecosystem: &Ecosystem, random: &mut Random) -> Option<Ecosystem> {
    let mut document: Value = serde_json::from_str(&datasurface_model::document::to_json(&ecosystem)).ok()?;
    shuffle(&mut document, random);
    let shuffled = datasurface_model::document::from_json(&document.to_string()).ok()?;
    (shuffled == *ecosystem).then_some(shuffled)
}

fn shuffle(value: &mut Value, random: &mut Random) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, member) in members.iter_mut() {
        match member {
            // What a platform's settings mean is its own business, and so is their order.
            _ if name == "config" => {}
            Value::Array(elements) => {
                if DECLARATIONS.contains(&name.as_str()) {
                    // Which of several pinned platforms comes first may matter: those are names, not declarations.
                    if name != "platforms" || elements.iter().all(Value::is_object) {
                        random.shuffle(elements);
                    }
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
    use crate::northwind_masked;
    use datasurface_strategies::ecosystems;
    use proptest::{
        strategy::{Strategy, ValueTree},
        test_runner::TestRunner,
    };

    #[test]
    fn the_order_differs_and_nothing_else() {
        let ecosystem = northwind_masked();
        let mut document: Value =
            serde_json::from_str(&datasurface_model::document::to_json(&ecosystem)).unwrap();
        shuffle(&mut document, &mut Random::new(1));
        let text = document.to_string();
        let before: Value = serde_json::from_str(&datasurface_model::document::to_json(&ecosystem)).unwrap();
        assert_ne!(text, before.to_string());
        assert_eq!(shuffled(&ecosystem, &mut Random::new(1)).unwrap(), ecosystem);
    }
    /// A list whose order says something, taken for declarations, would make the law of order a law about nothing.
    #[test]
    fn whatever_is_declared_can_be_declared_in_another_order() {
        let mut runner = TestRunner::deterministic();
        for _ in 0..64 {
            let tree = ecosystems().new_tree(&mut runner).unwrap();
            let ecosystem = tree.current();
            assert_eq!(shuffled(&ecosystem, &mut Random::new(7)).as_ref(), Some(&ecosystem));
        }
    }
}
