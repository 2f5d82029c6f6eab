//! JSON and YAML are two ways to write the same things.

use super::form::NORTHWIND;
use datasurface_document::Documents;
use datasurface_model::*;
use datasurface_strategies as strategies;
use proptest::prelude::*;
use serde_json::Value;

/// What a finding says, and where: places are not the same, since the texts are not.
type Said = (String, String, Option<String>, Vec<String>);

fn load(name: &str, text: String) -> Result<Ecosystem, Vec<Said>> {
    let said = |finding: Diagnostic| -> Said {
        let related = finding.related_places().iter().map(|related| related.message.clone()).collect();
        let help = finding.help().map(str::to_owned);
        (finding.code().to_owned(), finding.message().to_owned(), help, related)
    };
    let loaded = Documents::new().document(name, text).load();
    loaded.map_err(|error| {
        let mut all: Vec<Said> = error.into_findings().into_iter().map(said).collect();
        all.sort();
        all
    })
}

/// Documents of everything that can be built, and one that a person wrote.
fn documents() -> impl Strategy<Value = Value> {
    prop_oneof![2 => strategies::documents(), 1 => Just(serde_json::from_str(NORTHWIND).unwrap())]
}

pub(super) fn damaged() -> impl Strategy<Value = Value> {
    strategies::damaged(documents())
}

fn in_both(document: &Value) -> [Result<Ecosystem, Vec<Said>>; 2] {
    [load("a.json", document.to_string()), load("a.yaml", datasurface_document::value_to_yaml(document))]
}

proptest! {
    #[test]
    fn what_one_refuses_the_other_refuses_in_the_same_words(document in damaged()) {
        let [json, yaml] = in_both(&document);
        prop_assert_eq!(json, yaml, "{:#}", document);
    }

    #[test]
    fn an_object_is_never_said_as_a_list(document in strategies::with_positional_object(documents())) {
        let [json, yaml] = in_both(&document);
        prop_assert!(json.is_err(), "{:#}", document);
        prop_assert_eq!(json, yaml, "{:#}", document);
    }
}

/// A list in place of an object hides nothing that stands beside it, wherever its dashes are.
#[test]
fn a_list_in_place_of_an_object_hides_nothing_beside_it() {
    let json = r#"{"format": "datasurface/1", "zone": "USA", "teams": [{"name": "T", "owner": "git:a@b", "definition": {
        "datastores": [{"name": "S", "capture": {"container": "USA/T/C", "kind": [{"cdc": {}}], "credential": 5}}]}}]}"#;
    let of_json = load("a.json", json.to_owned()).unwrap_err();
    assert_eq!(of_json.len(), 2, "{of_json:?}");
    for list in [
        "\n          - cdc: {}",
        "\n            - cdc: {}",
        " [cdc: {}]",
        "\n          # -\n          -\n            # x\n            cdc: {}",
    ] {
        let yaml = format!(
            "
format: datasurface/1
zone: USA
teams:
- name: T
  owner: git:a@b
  definition:
    datastores:
      - name: S
        capture:
          container: USA/T/C
          kind:{list}
          credential: 5
"
        );
        assert_eq!(load("a.yaml", yaml.clone()).unwrap_err(), of_json, "{yaml}");
        assert_eq!(load("a.yaml", yaml.replace('\n', "\r\n")).unwrap_err(), of_json, "{yaml}");
    }
}

#[test]
fn whole_numbers_are_whole_or_refused() {
    let platform = |number: &str| {
        let text = format!(
            r#"{{"format": "datasurface/1", "name": "E", "owner": "git:a@b", "live": "git:a@c",
                "platforms": [{{"name": "P", "kind": "local", "config": {{"rows": {number}}}}}]}}"#
        );
        [load("a.json", text.clone()), load("a.yaml", text)]
    };
    for number in ["0", "-0", "0.0", "-1", "18446744073709551615", "-9223372036854775808", "1.5", "1e19"] {
        let [json, yaml] = platform(number);
        assert!(json.is_ok(), "{number}: {json:?}");
        assert_eq!(json, yaml, "{number}");
    }
    for number in ["18446744073709551616", "-9223372036854775809", "123456789012345678901234567890"] {
        let [json, yaml] = platform(number);
        assert_eq!(json, yaml);
        let (_, message, help, _) = json.unwrap_err().remove(0);
        assert_eq!(message, format!("the number `{number}` is out of range"));
        assert!(help.unwrap().contains("64 bits"));
    }
    for (number, says) in [
        (".nan", "what is no number"),
        (".inf", "infinity"),
        ("-.inf", "infinity"),
        ("1e400", "1.8e308"),
        ("-1e400", "1.8e308"),
    ] {
        let [_, yaml] = platform(number);
        let (_, message, help, _) = yaml.unwrap_err().remove(0);
        assert_eq!(message, format!("the number `{number}` is out of range"));
        assert!(help.unwrap().contains(says), "{number}");
    }
}

#[test]
fn a_word_stands_alone_and_text_between_quotation_marks() {
    let frame = |rest: &str| {
        format!(
            "format: datasurface/1\nname: E\nowner: git:a@b\nlive: git:a@c\nvendors:\n- name: V\n  {rest}\n"
        )
    };
    for (rest, message, help) in [
        (
            "cloud:\n    azure:",
            "`azure` stands alone here",
            "write the word, without an object around it: `azure`",
        ),
        (
            "renamed_from: 007",
            "expected text, found the number `7`",
            "put `007` between quotation marks to make it text",
        ),
    ] {
        let (_, said, helps, _) = load("a.yaml", frame(rest)).unwrap_err().remove(0);
        assert_eq!((said.as_str(), helps.as_deref()), (message, Some(help)));
    }
}
