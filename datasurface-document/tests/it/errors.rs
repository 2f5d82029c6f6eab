//! What is refused, and in which words.

use super::form::NORTHWIND;
use datasurface_document::{CODES, DocumentError, Documents};
use datasurface_model::*;

fn refused(text: &str) -> DocumentError {
    datasurface_document::from_json(text).unwrap_err()
}

/// The valid document, with one part replaced.
fn replaced(from: &str, to: &str) -> DocumentError {
    assert!(NORTHWIND.contains(from), "{from}");
    refused(&NORTHWIND.replacen(from, to, 1))
}

/// The only finding.
fn only(error: &DocumentError) -> &Diagnostic {
    assert_eq!(error.findings().len(), 1, "{error}");
    error.findings().iter().next().unwrap()
}

fn assert_says(error: &DocumentError, code: &str, message: &str, help: Option<&str>) {
    let finding = only(error);
    assert_eq!((finding.code(), finding.message(), finding.help()), (code, message, help));
    assert_eq!(finding.path().to_string(), "documents/model.json");
    assert!(CODES.iter().any(|info| info.code == code));
}

#[track_caller]
fn assert_at(error: &DocumentError, line: usize, column: usize) {
    let position = only(error).position().unwrap();
    assert_eq!((position.line, position.column), (line, column), "{error}");
}

#[test]
fn the_format_is_asked_for_first() {
    let help = Some("begin with `format: datasurface/1`");
    assert_says(&refused("{}"), "document/format", "the document does not say its `format`", help);
    let error = refused(r#"{"nonsense": {"x": []}, "format": "datasurface/9", "more": "oops"}"#);
    let help = Some("supported: `datasurface/1`");
    assert_says(&error, "document/format", "the format `datasurface/9` is not supported", help);
    assert_at(&error, 1, 35);
    let error = replaced("\"datasurface/1\"", "1");
    assert_says(&error, "document/unreadable", "`format` must be text", None);
    assert_at(&error, 2, 13);
}

#[test]
fn unknown_members_are_refused_with_the_nearest() {
    let error = replaced("\"live\":", "\"main\":");
    let message = "`main` is not known here";
    let known = "known here: `format`, `name`, `owner`, `live`, `vendors`, `platforms`, `zones`, `group_pins`, `primary_pins`, \
                 `waivers`, `classifications`, `documentation`, `renamed_from`";
    assert_says(&error, "document/unknown-field", message, Some(known));
    assert_at(&error, 5, 3);
    let error = replaced("\"datastores\":", "\"datstores\":");
    assert_eq!(only(&error).help(), Some("did you mean `datastores`?"));
    for inner in
        ["\"since\"", "\"type\"", "\"sql\": \"SELECT", "\"dataset\"", "\"tables\"", "\"kind\": \"local"]
    {
        let (_, rest) = inner.split_at(inner[1..].find('"').unwrap() + 2);
        let error = replaced(inner, &format!("\"zzzzzz\"{rest}"));
        let finding = error.findings().iter().next().unwrap();
        assert_eq!(finding.message(), "`zzzzzz` is not known here", "{error}");
    }
}

#[test]
fn wrong_shapes_are_said_in_plain_words() {
    for (from, to, said, help) in [
        ("\"name\": \"NorthWind\"", "\"name\": []", "expected text, found a list", None),
        (
            "\"name\": \"Source\",",
            "",
            "`name` is missing",
            Some(
                "known here: `name`, `kind`, `locations`, `encryption`, `read_only`, `credential`, `usable_by`, \
                 `documentation`, `renamed_from`",
            ),
        ),
        ("\"name\": \"NorthWind\"", "\"name\": \"a\", \"name\": \"b\"", "`name` is given twice", None),
        (
            "\"github:northwind/live@main\"",
            "5",
            "expected a repository, as `github:owner/name@branch`, found the number `5`",
            None,
        ),
        (
            "\"15 min\"",
            "\"soon\"",
            "`soon` is not a span of time; write it as `30 s`, `15 min`, `4 h` or `1 d`",
            None,
        ),
        ("\"90 d\"", "\"long\"", "`long` is not a span of days; write it as `90 d` or `7 y`", None),
        ("\"2026-02-01\"", "\"2026-13-01\"", "`2026-13-01` is not a day; write it as `2027-01-31`", None),
        ("\"high\"", "\"hihg\"", "`hihg` is none of the choices here", Some("did you mean `high`?")),
        (
            "\"postgres\"",
            "\"postgre\"",
            "`postgre` is none of the choices here",
            Some("did you mean `postgres`?"),
        ),
        (
            "\"postgres\"",
            "\"mssql\"",
            "`mssql` is none of the choices here",
            Some("did you mean `sql_server`?"),
        ),
        ("\"Integer\"", "\"Intger\"", "`Intger` is not a data type; did you mean `Integer`?", None),
        (
            "\"nullable\": false",
            "\"nullable\": \"no\"",
            "expected `true` or `false`, found the text `no`",
            None,
        ),
        ("\"database\": \"local.db\"", "\"x\": 1, \"x\": 2", "`x` is given twice", None),
        (
            "\"name\": \"by a hash\"",
            "\"name\": \"by a hash\", \"name\": \"left out\"",
            "`name` is given twice",
            None,
        ),
        (
            "\"people\": {",
            "\"people\": {\"PII\": {\"why\": \"\", \"columns\": {}},",
            "`PII` is given twice",
            None,
        ),
        ("\"regulators\": [", "\"regulators\": [\"SEC\", ", "`SEC` is given twice", None),
        (
            "\"locations\": [\n                    \"Azure/USA\"",
            "\"locations\": [\"Azure/USA\", \"Azure / USA\"",
            "`Azure/USA` is given twice",
            None,
        ),
        ("\"2026-02-01\"", "\"2026-2-1\"", "`2026-2-1` is not a day; write it as `2027-01-31`", None),
        (
            "\"high\"",
            "{\"high\": null}",
            "`high` stands alone here",
            Some("write the word, without an object around it: `high`"),
        ),
        (
            "\"database\": \"northwind\"",
            "\"database\": \"northwind\", \"port\": 99999",
            "expected a whole number from 0 to 65535, found the number `99999`",
            None,
        ),
        (
            "\"name\": \"Masked\"",
            "\"name\": \"Masked\", \"datasets\": [[\"a\", \"id Integer key\"]]",
            "expected a dataset, as an object, found a list",
            None,
        ),
        ("\"zones\": [", "\"zones\": {}, \"x\": [", "expected a list of objects, found an object", None),
    ] {
        let error = replaced(from, to);
        let found = error.findings().iter().map(|finding| (finding.code(), finding.message()));
        assert!(found.clone().any(|found| found == ("document/unreadable", said)), "{error}\nnot {said}");
        if let Some(help) = help {
            assert_eq!(only(&error).help(), Some(help));
        }
    }
}

#[test]
fn a_value_that_is_refused_is_said_with_its_own_place() {
    let (line, text) =
        (1..).zip(NORTHWIND.lines()).find(|(_, text)| text.contains("\"2026-02-01\"")).unwrap();
    let column = text.find("\"2026-02-01\"").unwrap() + 1;
    assert_at(&replaced("\"2026-02-01\"", "\"2026-13-01\""), line, column);
}

/// An empty list permits nothing, and a list that is left out everything: what YAML makes of a list without elements must not be
/// taken for the second.
#[test]
fn nothing_is_said_where_a_list_means_more_than_its_elements() {
    let policy = |rule: &str| format!("zone: Z\npolicies:\n- name: p\n  rule:\n    {rule}\n");
    let team = |inside: &str| format!("team: Z/T\n{inside}\n");
    for document in [
        policy("locations:\n      allow:"),
        policy("storage:\n      allow:"),
        team("datastores:\n- name: S\n  approved:"),
        team("workspaces:\n- name: W\n  holding_only:"),
    ] {
        let text = format!("format: datasurface/1\n{document}");
        let error = Documents::new().document("part.yaml", text.as_str()).load().unwrap_err();
        let said = error.to_string();
        assert!(said.contains("found `null`"), "{said}");
        let none = Documents::new().document("part.yaml", format!("{} []", text.trim_end())).load();
        assert!(!none.err().is_some_and(|error| error.to_string().contains("document/unreadable")), "{text}");
    }
}

#[test]
fn what_is_no_json_is_said_with_its_place() {
    for (text, line, column, said) in [
        ("", 1, 1, "the document is not JSON: it ends where a value is missing"),
        ("[]", 1, 1, "expected an ecosystem, a zone or a team, as an object"),
        ("{\n  \"é\": é", 2, 8, "the document is not JSON: this cannot stand here"),
        (
            "{\"format\": \"datasurface/1\"\n  \"name\"}",
            2,
            3,
            "the document is not JSON: expected `,` or `}`",
        ),
        (
            "{\"format\": \"datasurface/1\", \"name\": \"E\"",
            1,
            39,
            "the document is not JSON: it ends inside an object",
        ),
        (
            "{\"name\": \"\\ud800\"}",
            1,
            11,
            "the document is not JSON: a text with escapes that mean no character",
        ),
    ] {
        let error = refused(text);
        assert_says(&error, "document/unreadable", said, None);
        assert_at(&error, line, column);
    }
}

/// Whoever reads by recursion must not be led deeper than its stack.
#[test]
fn no_depth_is_too_much_to_be_refused() {
    for depth in [128, 500, 600, 100_000] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for name in ["a.json", "a.yaml"] {
            let text = format!("{{\"format\": \"datasurface/1\", \"x\": {nested}}}");
            let error = Documents::new().document(name, text).load().unwrap_err();
            assert!(
                error.to_string().contains("the document is nested too deeply"),
                "{name} {depth}: {error}"
            );
        }
    }
}

#[test]
fn everything_that_is_wrong_is_said_in_one_go() {
    let text = NORTHWIND
        .replacen("\"live\":", "\"lvie\":", 1)
        .replacen("\"high\"", "\"hihg\"", 1)
        .replacen("\"Integer\"", "\"Intger\"", 1)
        .replacen("\"credential\": \"reader\"", "\"credential\": 1", 1)
        .replacen("\"name\": \"NW_Data\"", "\"name\": \"NW_Data\", \"name\": \"b\"", 1)
        .replacen("\"output\": \"Masked\",", "", 1);
    let error = Documents::new().document("a.json", text).document("b.yaml", "format: [").load().unwrap_err();
    let said: Vec<_> = error.findings().iter().map(Diagnostic::message).collect();
    assert_eq!(
        said,
        [
            "`lvie` is not known here",
            "`Intger` is not a data type; did you mean `Integer`?",
            "`hihg` is none of the choices here",
            "`name` is given twice",
            "`output` is missing",
            "expected the name of a credential of the team, as text, found the number `1`",
            "the document is not YAML: unclosed bracket '['",
        ]
    );
}

#[test]
fn hostile_nesting_is_refused() {
    let depth = 200_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"locations\":", "}]")] {
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        refused(&nested);
        replaced("\"local.db\"", &nested);
        replaced("\"USA\"\n", &nested);
    }
    let long_path = vec!["a"; depth].join("/");
    let error = replaced("\"USA\"\n", &format!("\"{long_path}\"\n"));
    assert!(error.to_string().contains("more than 256 locations inside each other"), "{error}");
    let error = replaced("\"local.db\"", &format!("{}{}", "[".repeat(200), "]".repeat(200)));
    assert!(error.to_string().contains(": the document is nested too deeply"), "{error}");
}

#[test]
fn long_mistakes_are_shortened() {
    let long = "x".repeat(1_000_000);
    let error = replaced("\"datastores\":", &format!("\"{long}\":"));
    assert!(error.to_string().len() < 1000);
    assert!(refused(&format!("{{\"format\": \"{long}\"}}")).to_string().len() < 1000);
}

#[test]
fn what_documents_say_twice_is_told_with_every_place() {
    let whole = "format: datasurface/1\nname: E\nowner: git:o@main\nlive: git:l@main\ndocumentation: a\nrenamed_from: D\n\
        zones:\n- name: USA\n  owner: git:z@main\n  definition:\n    documentation: b\n    teams:\n    \
        - name: T\n      owner: git:t@main\n";
    let again = "format: datasurface/1\ndocumentation: c\nrenamed_from: C\nname: E\n";
    let zone = "format: datasurface/1\nzone: USA\ndocumentation: d\n";
    let team = "format: datasurface/1\nteam: USA/T\ndocumentation: e\n";
    let documents = Documents::new().document("a.yaml", whole).document("b.yaml", again);
    let documents = documents.document("c.yaml", zone).document("d.yaml", team).document("e.yaml", team);
    let error = documents.document("f.yaml", team).load().unwrap_err();
    let places = error.findings().iter().map(|finding| {
        assert_eq!(finding.code(), "document/twice");
        let related = finding.related_places().iter().map(|related| related.position.as_deref().cloned());
        let at = [finding.position().cloned()].into_iter().chain(related);
        let at: Vec<_> =
            at.map(|position| position.map(|at| format!("{}:{}", at.document, at.line))).collect();
        (finding.message().to_owned(), at.into_iter().flatten().collect::<Vec<_>>().join(" "))
    });
    let places: Vec<_> = places.collect();
    let expected = [
        ("the `documentation` of the ecosystem is said twice", "b.yaml:2 a.yaml:5"),
        ("the `name` of the ecosystem is said twice", "b.yaml:4 a.yaml:2"),
        ("the `renamed_from` of the ecosystem is said twice", "b.yaml:3 a.yaml:6"),
        ("the `documentation` of the zone `USA` is said twice", "c.yaml:3 a.yaml:11"),
        ("the `documentation` of the team `USA/T` is said twice", "e.yaml:3 d.yaml:3 f.yaml:3"),
    ];
    assert_eq!(places, expected.map(|(message, at)| (message.to_owned(), at.to_owned())));
}

/// The team is declared, by a document about a zone that is called otherwise: to be told of the zone is enough.
#[test]
fn who_misspells_a_zone_is_not_told_of_each_of_its_teams() {
    let whole = "format: datasurface/1\nname: E\nowner: git:o@main\nlive: git:l@main\nzones:\n- name: Finance\n  owner: git:z@main\n";
    let zone = "format: datasurface/1\nzone: Finanse\nteams:\n- name: T\n  owner: git:t@main\n";
    let team = |key: &str| format!("format: datasurface/1\nteam: {key}\ndatastores: []\n");
    let documents = Documents::new().document("a.yaml", whole).document("b.yaml", zone);
    let documents = documents.document("c.yaml", team("Finance/T")).document("d.yaml", team("Finance/Other"));
    let told: Vec<_> =
        documents.load().unwrap_err().findings().iter().map(|finding| finding.message().to_owned()).collect();
    let expected =
        ["no document declares the zone `Finanse`", "no document declares the team `Finance/Other`"];
    assert_eq!(told, expected);
}

#[test]
fn a_credential_where_one_is_named_is_refused_with_what_to_write() {
    let error =
        replaced("\"credential\": \"reader\"", "\"credential\": {\"name\": \"reader\", \"kind\": \"token\"}");
    let said = error.to_string();
    assert!(said.contains("write its name alone, as `credential: reader`"), "{said}");
    assert!(said.contains("credentials: [{name: reader"), "{said}");
}

#[test]
fn who_writes_a_former_form_is_told_the_new_one() {
    let said = |members: &str| {
        let team = format!("format: datasurface/1\nteam: Finance/T\n{members}\n");
        let findings = Documents::new().document("team.yaml", team).load().unwrap_err().into_findings();
        let unreadable = findings.iter().find(|finding| finding.code() == "document/unreadable").unwrap();
        (unreadable.message().to_owned(), unreadable.help().unwrap_or_default().to_owned())
    };
    let approving = |approval: &str| {
        said(&format!(
            "datastores:\n- name: D\n  datasets: [{{name: d, schema: id Integer key}}]\n  approved: [{approval}]"
        ))
    };
    let form = "`{team: <zone>/<team>, group: <workspace>/<group>, dataset: <dataset>}`";
    let (message, _) = approving("US/Finance/Report/daily");
    assert_eq!(message, format!("expected an approval, as {form}, found the text `US/Finance/Report/daily`"));
    let (message, help) = approving("{group: Report/daily, dataset: d}");
    assert_eq!(message, "`team` is missing");
    assert_eq!(
        help,
        "write an approval, as `{team: <zone>/<team>, group: <workspace>/<group>, dataset: <dataset>}`"
    );
    let (message, _) = said("credentials: [lake_rw]");
    let form = "`{name: lake_rw, opens: [<zone>/<team>/<container>]}`";
    assert_eq!(message, format!("expected a credential, as {form}, found the text `lake_rw`"));
}
