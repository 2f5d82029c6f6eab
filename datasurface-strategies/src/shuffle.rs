//! The same ecosystem, declared in another order.

use datasurface_model::{
    Ecosystem,
    document::{self, DocumentError},
};
use serde_json::Value;

/// The same ecosystem with its declarations in another order, which the seed decides.
///
/// # Errors
///
/// If it is so deep that its document cannot be read again.
pub fn shuffled(ecosystem: &Ecosystem, seed: u64) -> Result<Ecosystem, DocumentError> {
    let mut document = document::to_value(ecosystem);
    shuffle(&mut document, &mut Order(seed));
    document::from_value(document)
}

/// Declarations are lists of objects with names. A list without names (columns of a key, say) keeps its order, and so
/// do columns.
fn shuffle(value: &mut Value, order: &mut Order) {
    match value {
        Value::Array(items) => {
            if items.iter().all(|item| item.get("name").is_some() && item.get("type").is_none()) {
                for last in (1..items.len()).rev() {
                    items.swap(last, order.up_to(last));
                }
            }
            items.iter_mut().for_each(|item| shuffle(item, order));
        }
        Value::Object(members) => members.values_mut().for_each(|member| shuffle(member, order)),
        _ => {}
    }
}

/// Numbers by chance, as D. Knuth's linear congruential generator gives them.
struct Order(u64);

impl Order {
    fn up_to(&mut self, last: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % (last + 1)
    }
}
