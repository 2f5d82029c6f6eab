//! What is not JSON is refused: the parser that keeps ranges takes nothing that serde's reader refuses.

use datasurface_document::Documents;
use serde::de::IgnoredAny;

const DOCUMENT: &str = r#"{"format": "datasurface/1", "name": "E\n", "owner": "git:a@b", "live": "git:a@c",
    "vendors": [{"name": "V", "cloud": "aws", "locations": ["A"]}, {"name": "W"}], "waivers": [],
    "platforms": [{"name": "P", "kind": "k", "config": {"a": [1, -2.5e3, null], "b": {}, "c": true}}],
    "zones": [{"name": "Z", "owner": "git:z@z", "definition": {"teams": [{"name": "T", "owner": "git:t@t", "definition":
    {"containers": [{"name": "C", "kind": {"postgres": {"host": "h", "database": "d"}}}]}}]}}]}"#;

fn is_read(text: &str) -> bool {
    Documents::new().document("a.json", text).load().is_ok()
}

#[test]
fn what_one_byte_too_many_or_too_few_makes_of_a_document_is_read_if_it_is_json() {
    assert!(is_read(DOCUMENT));
    let mut read = 0;
    for at in 0..=DOCUMENT.len() {
        let (before, after) = DOCUMENT.split_at(at);
        let fewer = after.chars().next().map_or("", |first| &after[first.len_utf8()..]);
        let others =
            ["", ",", ":", "[", "]", "{", "}", "\"", "\\", "\n", "\u{1}", "0", "-", "e", "+", " ", "null"];
        for other in others {
            for rest in [after, fewer] {
                let text = format!("{before}{other}{rest}");
                let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
                assert!(is_json || !is_read(&text), "{text}");
                read += usize::from(is_read(&text));
            }
        }
    }
    assert!(read > 1000, "{read}");
}
