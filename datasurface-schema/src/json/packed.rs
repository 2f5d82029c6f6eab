//! Texts that are kept as what they do not have in common with another one.
//!
//! The attributes of resources are most of what a plan holds, and those of one kind differ in a few names.

use super::Json;

/// The bytes that it takes to keep a packed text, beside those of the text: what saves less is not packed.
const OVERHEAD: usize = 96;

/// A text, compressed with another one as the dictionary.
pub(super) struct Packed {
    like: Json,
    bytes: Box<[u8]>,
    length: usize,
}

impl Packed {
    /// Packs a text; `None` if that would save nothing.
    pub(super) fn new(text: &Json, like: &Json) -> Option<Self> {
        let (text, dictionary) = (text.as_str().as_bytes(), like.as_str().as_bytes());
        if text.len() <= OVERHEAD {
            return None;
        }
        let bytes = lz4_flex::block::compress_with_dict(text, dictionary).into_boxed_slice();
        let saves = bytes.len() + OVERHEAD < text.len();
        saves.then(|| Self { like: like.clone(), bytes, length: text.len() })
    }

    /// The text, which is not kept.
    pub(super) fn text(&self) -> Json {
        let dictionary = self.like.as_str().as_bytes();
        // Nobody else made these bytes, so they are those of a text.
        let text = lz4_flex::block::decompress_with_dict(&self.bytes, self.length, dictionary);
        Json(String::from_utf8(text.unwrap_or_default()).unwrap_or_default().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_packed_where_that_saves_something_and_comes_back_as_it_was() {
        let columns = ["é", "b"].repeat(40);
        let text = |name: &str| Json::from(serde_json::json!({"name": name, "columns": columns}));
        let (one, other) = (text("one"), text("another"));
        let packed = Packed::new(&other, &one).unwrap();
        assert_eq!(packed.text(), other);
        assert!(packed.bytes.len() * 4 < other.as_str().len());
        assert!(Packed::new(&Json::object(), &one).is_none());
        let strange: String = (' '..'\u{140}').filter(|c| *c != '"' && *c != '\\').collect();
        assert!(Packed::new(&serde_json::json!(strange).into(), &one).is_none());
    }
}
