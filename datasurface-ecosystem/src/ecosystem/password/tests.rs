//! What is taken for a password, and what is not.

use super::*;

#[test]
fn passwords_are_hidden_wherever_they_are() {
    for (text, expected) in [
        ("git:https://joe:secret@git.example/x.git@main", "git:https://…@git.example/x.git@main"),
        ("git:https://joe:secret@git.example/x.git", "git:https://…@git.example/x.git"),
        ("- owner: \"ssh://joe:se@cret@git.example/x@main\"", "- owner: \"ssh://joe:…@git.example/x@main\""),
        ("http://:secret@a https://joe:secret@b", "http://:…@a https://…@b"),
        ("https://joe:sec/ret@git.example/x", "https://…@git.example/x"),
        ("host: joe:secret@db.example", "host: …@db.example"),
        ("brokers: [\"joe:se:cret@b.example:9092\"]", "brokers: [\"…@b.example:9092\"]"),
        ("host: s3cret@db.example", "host: …@db.example"),
        ("{\"endpoint\":\"s3cret@files.example\"}", "{\"endpoint\":\"…@files.example\"}"),
        ("brokers: [s3cret@b.example:9092, x]", "brokers: […@b.example:9092, x]"),
        ("- s3cret@b.example:9092", "- …@b.example:9092"),
        ("gitlab:oauth2:s3cret@shop/model@main", "gitlab:…@shop/model@main"),
        ("- GitHub:s3cret@shop/model@main", "- GitHub:…@shop/model@main"),
        ("gitlab+s3cret@git.example:a/b@main", "gitlab+…@git.example:a/b@main"),
        ("gitlab+joe:s3cret@git.example:a/b@main", "gitlab+…@git.example:a/b@main"),
        ("git:joe:s3cret@git.example:x.git@main", "git:…@git.example:x.git@main"),
        ("git:wss://s3cret@git.example/x@main", "git:wss://…@git.example/x@main"),
        ("git:https:/s3cret@git.example/x.git@main", "git:https:/…@git.example/x.git@main"),
        ("git:HTTPS:\\\\joe:secret@git.example/x.git", "git:HTTPS:\\\\…@git.example/x.git"),
        ("https:///s3cret@git.example/x", "https:///…@git.example/x"),
        ("zones/EU/teams/joe:s3cret@db.example/x", "zones/EU/teams/joe:…@db.example/x"),
        ("git:joe:s3cret@git.example", "git:…@git.example"),
        ("- git:joe:s3cret@git.example:x.git", "- git:…@git.example:x.git"),
        ("github:joe:s3cret@h", "github:…@h"),
        ("`removes: {pw@h:9092: …}`", "`removes: {…@h:9092: …}`"),
        ("zones/EU/pw@h:9092/x", "zones/EU/…@h:9092/x"),
        ("{passwords: [s3cret, t0p], at: 1}", "{passwords: […], at: 1}"),
        ("\"tokens\":{\"Lake\":\"s3cret\"}", "\"tokens\":{…}"),
        ("db_password: [s3cret]", "db_password: […]"),
        ("host: joe%3As3cret%40db.example", "host: …%40db.example"),
        ("host: \"joe:s3cret%40db.example\"", "host: \"…%40db.example\""),
        ("owner: git:https://joe%3as3cret%40git.example/ü", "owner: git:https://…%40git.example/ü"),
        ("brokers: [s3cret%40b.example:9092, ü%40]", "brokers: […%40b.example:9092, ü%40]"),
        ("host: \"joe:s3cret\\U00000040db.example\"", "host: \"…\\U00000040db.example\""),
        ("host: \"joe\\u003as3cret\\x40db.example\"", "host: \"…\\x40db.example\""),
        ("database: scott/s3cret@orcl", "database: …@orcl"),
        ("{pass: s3cret, x: 1}", "{pass: …, x: 1}"),
        ("the team `EU/Sales` has no credential `joe/s3cret`", "the team `EU/Sales` has no credential `…`"),
        (
            "the team `EU/Sales` has no credential `joe:s3cret pass`",
            "the team `EU/Sales` has no credential `…`",
        ),
        ("zones/EU/teams/Sales/credentials/joe:s3cret", "zones/EU/teams/Sales/credentials/…"),
        ("`joe:s3cret` is not a name for a credential", "`…` is not a name for a credential"),
        ("(zones/EU/teams/Sales/credentials/joe:s3cret)", "(zones/EU/teams/Sales/credentials/…)"),
        ("{\"credential\":\"joe:s3cret\"}", "{\"credential\":\"…\"}"),
        ("config: {\"pem\": \"s3cret\"}", "config: {\"pem\": \"…\"}"),
    ] {
        assert_eq!(redact_passwords(text).as_deref(), Some(expected));
    }
}

#[test]
fn tokens_and_parameters_are_hidden_wherever_they_are() {
    let token = "ghp_0123456789012345678901234567890123456789";
    for (text, expected) in [
        (format!("git:https://{token}@git.example/x.git@main"), "git:https://…@git.example/x.git@main"),
        (format!("git:https://git.example/{token}/x"), "git:https://git.example/…/x"),
        ("https://q3x7a9m2k5w8e1r4t6y0z@git.example/x".to_owned(), "https://…@git.example/x"),
        ("git:https://joe@git.example/x.git@main".to_owned(), "git:https://…@git.example/x.git@main"),
        ("HTTPS://a.b%2Fc@git.example/x".to_owned(), "HTTPS://…@git.example/x"),
        ("https://ghp_x:@git.example/x".to_owned(), "https://…:@git.example/x"),
        ("https://s3cret:x-oauth-basic@git.example/x".to_owned(), "https://…@git.example/x"),
        ("git:ghp_x@git.example:x.git@main".to_owned(), "git:…@git.example:x.git@main"),
        ("ssh://glpat-abc@git.example/x@main".to_owned(), "ssh://…@git.example/x@main"),
        ("glpat-abc@git.example:x.git@main".to_owned(), "…@git.example:x.git@main"),
        ("git:https://h/x.git?token=secret@main".to_owned(), "git:https://h/x.git?…"),
        ("https://h/x?secret".to_owned(), "https://h/x?…"),
        ("https://h/x#tok=secret".to_owned(), "https://h/x#…"),
        ("git:git@h:x.git#tok=secret@main".to_owned(), "git:git@h:x.git#…"),
        ("- git:git@h:x.git?secret@main".to_owned(), "- git:git@h:x.git?…"),
        ("host=db;Password=secret;x=y".to_owned(), "host=db;Password=…;x=y"),
        ("https://h/x;AccountKey=c2VjcmV0".to_owned(), "https://h/x;AccountKey=…"),
        ("database: x; PASSWORD = se-cret; y".to_owned(), "database: x; PASSWORD = …; y"),
        ("https://joe%3Asecret@git.example/x".to_owned(), "https://…@git.example/x"),
        ("{\"api-key\":\"se cret\",\"at\":1}".to_owned(), "{\"api-key\":\"…\",\"at\":1}"),
        (
            "{private_key: se-cret, sas: \"sv=1&sig=s%3D\"}".to_owned(),
            "{private_key: …, sas: \"sv=1&sig=…\"}",
        ),
        ("{at: 1, db_password: secret}".to_owned(), "{at: 1, db_password: …}"),
        ("file: shop.db?key=secret".to_owned(), "file: shop.db?key=…"),
        ("shop.db?mode=ro&HexKey=2DD2".to_owned(), "shop.db?mode=ro&HexKey=…"),
        ("{account: acme-shop:secret, database: d}".to_owned(), "{account: …, database: d}"),
        ("{\"account\":\"acme:secret\"}".to_owned(), "{\"account\":\"…\"}"),
    ] {
        assert_eq!(redact_passwords(&text).as_deref(), Some(expected));
    }
}

#[test]
fn settings_of_several_secrets_are_known() {
    let holds = |settings: serde_json::Value| holds_secret(&settings.into());
    for settings in [
        serde_json::json!({"passwords": ["s3cret"]}),
        serde_json::json!({"tokens": {"Lake": "s3cret"}}),
        serde_json::json!({"at": {"db_secrets": {"Lake": {"value": "s3cret"}}}}),
        serde_json::json!({"at": "joe:#s3cret@db.example"}),
    ] {
        assert!(holds(settings.clone()), "{settings}");
    }
    for settings in [
        serde_json::json!({"tokens": 7}),
        serde_json::json!({"tokens": {"most": 7}, "secrets": []}),
        serde_json::json!({"secrets": "vault", "primary_keys": ["id"]}),
        serde_json::json!({"module": "git+https://git.example/x#egg=x", "at": "https://h/x?a#b=c"}),
    ] {
        assert!(!holds(settings.clone()), "{settings}");
    }
}

#[test]
fn what_is_no_password_stays() {
    for text in [
        "git:git@git.example:x.git@main",
        "git:https://git@git.example/x.git@main",
        "git:https://git.example:8443/x.git@main",
        "git:ssh://git@git.example:22/x.git@main",
        "git:ssh://APKAEIBAERJR2EXAMPLE@git.example/x.git@main",
        "git:ssh://joe@git.example/x.git@main",
        "git:joe@git.example:x.git@main",
        "git:https://[::1]:8443/x.git@main",
        "git:file:///C:/x@main",
        "file: C:/x@y/a.db",
        "https://h/C#/x",
        "https://h/x#part-1",
        "https://files.example/a%40b%3Ac/d",
        "file: 100%40.db",
        "account: acme-shop.eu-west-1",
        "the account: at https://acme.example",
        "bank_account: a:b",
        "shop.db?mode=ro",
        "SELECT key=1 FROM t WHERE a ? 'key'",
        "host: db.example # ask joe@nw.example",
        "owner: joe@nw.example",
        "github:nw/model@main",
        "github:nw@main",
        "github:nw/model@a@b:teams/sales",
        "git:git.example:x.git@main:teams/sales",
        "git:server:model@v1.0",
        "git:git.example:x@release.next",
        "git:server:teams/model@release.next",
        "gitlab+git.example:nw/model@main",
        "mail to mailto:joe@nw.example",
        "SELECT token = 'x', password FROM t",
        "columns: {token: {name: x}, secrets: many, use_token: true}",
        "password: \"\"",
        "{bypass: s3cret}",
        "database: shop@blue",
        "credential: reader",
        "credential: EU/Sales/reader",
        "credential: arn:aws:secretsmanager:eu-west-1:1:secret:x",
        "{credential: {name: opener, kind: access_key}}",
        "zones/EU/teams/Sales/credentials/reader/opens/EU/Sales/Lake",
        "the team `EU/Sales` has no credential `reader`",
        "credential `reader` of `EU/Sales`",
        "{\"owner\":\"https://git.example/x\",\"live\":\"git@git.example\"}",
    ] {
        assert_eq!(redact_passwords(text), None, "{text}");
    }
}
