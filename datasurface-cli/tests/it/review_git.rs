//! `review` of commits: what is read, what is merged, and what nobody gets around.

use crate::{git::Repo, models};
use datasurface_model::{Dataset, Datastore, Ecosystem};
use std::fs;

const OWNER: &str = "--source github:northwind/team@main";
const STRANGER: &str = "--source github:northwind/other@main";
const ECOSYSTEM: &str = "--source github:northwind/ecosystem@main";

/// Another dataset that nobody uses yet.
fn with_dataset(name: &str) -> Ecosystem {
    let orders = Dataset::new(name, "id Integer key").classified("Public");
    models::first().edit_team("USA", "NorthWind", |team| {
        let store = Datastore::clone(team.datastores().get("NW_Data").unwrap());
        team.without_datastore(&"NW_Data".into()).datastore(store.dataset(orders))
    })
}

#[test]
fn commits_are_judged_as_folders_are() {
    let repo = Repo::new(&models::first());
    let tip = repo.git("rev-parse HEAD");
    let head = repo.propose(&with_dataset("orders"));
    let said = repo.review(&format!("git:origin/main git:{head} {OWNER}")).good();
    assert_eq!((&said.json()["tip"], &said.json()["head"]), (&tip.as_str().into(), &head.as_str().into()));
    repo.review(&format!("git:origin/main git:HEAD:model.json {OWNER}")).good();
    repo.review(&format!("git:HEAD~1 . {OWNER}")).good();
    let said = repo.review(&format!("git:origin/main git:HEAD {STRANGER}"));
    said.refused("authorization/not-yours", "model.json");
    // Positions are paths in the repository.
    let said = repo.fixture.run(&format!("review git:origin/main git:HEAD {STRANGER} --format sarif")).bad();
    let artifact = said.json()["runs"][0]["results"][0]["locations"][0]["physicalLocation"].clone();
    assert_eq!(artifact["artifactLocation"]["uri"], "model.json", "{said:?}");
}

#[test]
fn by_default_the_live_branch_is_merged_with_the_work_tree() {
    let repo = Repo::new(&models::first());
    let tip = repo.git("rev-parse HEAD");
    let said = repo.review(STRANGER).good();
    assert_eq!(said.json()["tip"], tip.as_str());
    // Neither committed nor staged.
    repo.fixture.model(&with_dataset("orders"));
    repo.review(STRANGER).refused("authorization/not-yours", "orders");
    let listing = repo.git("count-objects");
    repo.review(OWNER).good();
    assert_eq!(repo.git("count-objects"), listing, "a review writes nothing");
    // What is committed is judged without what is not.
    repo.review(&format!("--head HEAD {STRANGER}")).good();
    // What git ignores, and what is no document, is none of it.
    repo.git("checkout --quiet .");
    repo.write(".gitignore", "scratch/\n");
    repo.write("scratch/x.json", "{");
    repo.write("notes.txt", "{");
    repo.review(STRANGER).good();
    repo.write("new.json", "{");
    repo.review(STRANGER).refused("document/unreadable", "new.json");
    // Documents that are gone are gone.
    fs::remove_file(repo.fixture.path("new.json")).unwrap();
    fs::remove_file(repo.fixture.path("model.json")).unwrap();
    repo.review(ECOSYSTEM).refused("document/no-documents", "");
}

#[test]
fn another_live_branch_can_be_named() {
    let repo = Repo::new(&models::first());
    repo.git("update-ref refs/remotes/company/live HEAD");
    repo.git("update-ref -d refs/remotes/origin/main");
    repo.review(OWNER).refused("review/git", "origin/HEAD, origin/main");
    repo.review(&format!("--live company/live {OWNER}")).good();
    repo.review(&format!("--live refs/remotes/company/live {OWNER}")).good();
    repo.review(&format!("--live main {OWNER}")).good();
    repo.git("update-ref refs/remotes/origin/trunk HEAD");
    repo.git("symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/trunk");
    repo.review(OWNER).good();
}

/// The one begins to use what the other removes, since nobody uses it.
#[test]
fn two_changes_that_are_fine_each_may_break_together() {
    let repo = Repo::new(&with_dataset("orders"));
    repo.git("checkout --quiet -b stale");
    let more = "workspaces: [{name: More, container: USA/NorthWind/Mart, groups: [{name: g, sinks: [NW_Data/orders]}]}]";
    repo.write("more.yaml", &format!("format: datasurface/1\nteam: USA/NorthWind\n{more}\n"));
    let head = repo.commit("uses");
    repo.git("checkout --quiet main");
    let live = repo.git("rev-parse HEAD");
    repo.review(&format!("--head {head} {OWNER}")).good();
    let tip = repo.propose(&models::first());
    repo.review(&format!("git:{live} git:{tip} {OWNER}")).good();
    repo.git("update-ref refs/remotes/origin/main HEAD");
    repo.review(&format!("--head {head} {OWNER}")).refused("reference/unknown-dataset", "orders");
}

#[test]
fn a_stale_branch_is_judged_by_the_tip_and_not_by_its_base() {
    let repo = Repo::new(&with_dataset("orders"));
    repo.git("checkout --quiet -b stale");
    let uses = with_dataset("orders").edit_team("USA", "NorthWind", |team| team.documented("stale"));
    let head = repo.propose(&uses);
    repo.git("checkout --quiet main");
    // Something else goes live, in the same lines.
    repo.propose(&models::first().edit_team("USA", "NorthWind", |team| team.documented("live")));
    repo.git("update-ref refs/remotes/origin/main HEAD");
    repo.review(&format!("--head {head} {OWNER}")).refused("review/conflict", "model.json");
    // By its base, it would be fine.
    repo.review(&format!("git:{head}~1 git:{head} {OWNER}")).good();
}

#[test]
fn what_went_live_since_is_no_part_of_a_change() {
    let repo = Repo::new(&models::first());
    repo.write("teams.yaml", "format: datasurface/1\nteam: USA/NorthWind\ndocumentation: ours\n");
    repo.commit("base");
    repo.git("update-ref refs/remotes/origin/main HEAD");
    repo.git("checkout --quiet -b stale");
    let head = repo.propose(&with_dataset("orders"));
    repo.git("checkout --quiet main");
    repo.write("teams.yaml", "format: datasurface/1\nteam: USA/NorthWind\ndocumentation: theirs\n");
    repo.commit("live");
    repo.git("update-ref refs/remotes/origin/main HEAD");
    let said = repo.review(&format!("--head {head} {OWNER}")).good();
    assert!(!said.out.contains("theirs") && !said.out.contains("ours\""), "{said:?}");
    // Compared with the branch alone, the change would take back what went live.
    let said = repo.review(&format!("git:origin/main git:{head} {OWNER}")).good();
    assert!(said.out.contains("ours"), "{said:?}");
}

#[test]
fn a_verdict_is_void_at_another_tip() {
    let repo = Repo::new(&models::first());
    let tip = repo.git("rev-parse HEAD");
    repo.review(&format!("--tip {tip} {OWNER}")).good();
    repo.commit("more");
    repo.git("update-ref refs/remotes/origin/main HEAD");
    repo.review(&format!("--tip {tip} {OWNER}")).refused("review/void", &tip);
    let text = repo.fixture.run(&format!("review {OWNER}")).good().out;
    assert!(
        text.contains(&format!("compared with {}, void at any other commit", repo.git("rev-parse HEAD")))
    );
}

#[test]
fn names_and_paths_mean_what_they_say() {
    let repo = Repo::new(&models::first());
    let live = repo.git("rev-parse HEAD");
    let head = repo.propose(&with_dataset("orders"));
    // A tag that is called like the live branch, or like another branch.
    repo.git("tag origin/main HEAD");
    let said = repo.review(OWNER).good();
    assert_eq!(said.json()["tip"], live.as_str());
    repo.review(&format!("git:origin/main git:HEAD {OWNER}")).refused("review/git", "a branch, and of a tag");
    repo.review(&format!("git:refs/remotes/origin/main git:HEAD {OWNER}")).good();
    // A branch that is called like a commit.
    repo.git(&format!("update-ref refs/heads/{live} {head}"));
    repo.git(&format!("update-ref refs/heads/HEAD {live}"));
    let said = repo.review(&format!("git:{live} git:HEAD {OWNER}")).good();
    assert_eq!(said.json()["tip"], live.as_str());
    assert_eq!(said.json()["head"], head.as_str());
    for revision in
        ["--output=x", "-h", "", "nothing", "HEAD:../model.json", "HEAD:./model.json", "HEAD:/model.json"]
    {
        repo.review(&format!("git:{live} git:{revision} {OWNER}")).refused("review/git", "");
        assert!(!repo.fixture.path("x").exists());
    }
    for path in ["..", "a/../b", "/etc", "a//b"] {
        repo.review(&format!("git:{live} git:HEAD --folder {path} {OWNER}")).refused("review/git", path);
    }
    repo.review(&format!("--live=-x {OWNER}")).refused("review/git", "");
    let elsewhere = repo.review(&format!("git:{live} git:HEAD:elsewhere {OWNER}"));
    elsewhere.refused("document/no-documents", "elsewhere");
}

#[test]
fn a_lock_that_is_deleted_is_missed() {
    let repo = Repo::new(&models::first());
    repo.write("datasurface.lock", r#"{"format": "datasurface-lock/1"}"#);
    repo.commit("lock");
    repo.git("update-ref refs/remotes/origin/main HEAD");
    repo.review(STRANGER).good();
    fs::remove_file(repo.fixture.path("datasurface.lock")).unwrap();
    repo.review(ECOSYSTEM).refused("lock/gone", "");
    repo.commit("deleted");
    repo.review(&format!("--head HEAD {ECOSYSTEM}")).refused("lock/gone", "");
    repo.review(&format!("git:origin/main git:HEAD {ECOSYSTEM}")).refused("lock/gone", "");
}

#[test]
fn a_configuration_in_a_commit_or_in_the_work_tree_is_the_ecosystems() {
    let repo = Repo::new(&models::first());
    repo.write("datasurface.toml", "[hooks.mine]\ncommand = [\"./started\"]\n");
    repo.review(OWNER).refused("authorization/not-yours", "with `datasurface.toml`");
    let head = repo.commit("program");
    repo.review(&format!("--head {head} {OWNER}"))
        .refused("authorization/not-yours", "with `datasurface.toml`");
}

#[test]
fn links_and_submodules_are_refused() {
    let repo = Repo::new(&models::first());
    repo.write("elsewhere/secret.txt", "secret");
    std::os::unix::fs::symlink("elsewhere/secret.txt", repo.fixture.path("more.yaml")).unwrap();
    for head in ["", "--head HEAD"] {
        let said = repo.review(&format!("{head} {OWNER}"));
        if head.is_empty() {
            said.refused("document/unreadable-file", "more.yaml");
            repo.commit("link");
        } else {
            said.refused("document/unreadable-file", "`more.yaml` is a link");
        }
        assert!(!said.out.contains("secret"), "{said:?}");
    }
    repo.git("rm --quiet more.yaml");
    repo.review(OWNER).good();
    let commit = repo.git("rev-parse HEAD");
    repo.git(&format!("update-index --add --cacheinfo 160000,{commit},sub"));
    repo.git("commit --quiet -m submodule");
    repo.review(&format!("--head HEAD {OWNER}")).refused("document/unreadable-file", "submodule");
}

/// What a checkout has is what is judged: its links, the folders that it leaves out, and the bytes of its documents.
#[test]
fn a_checkout_has_the_documents_that_are_judged() {
    let repo = Repo::new(&models::first());
    let judged = |what: &str| {
        repo.commit(what);
        let said = repo.review(&format!("--head HEAD {OWNER}"));
        repo.git("reset --quiet --hard HEAD~1");
        said
    };
    let link = |end: &str, name: &str| {
        fs::create_dir_all(repo.fixture.path("notes")).unwrap();
        std::os::unix::fs::symlink(end, repo.fixture.path(name)).unwrap();
    };
    link("nowhere", "notes/.datasurface");
    repo.write("notes/hidden.txt", "x");
    judged("a-mark-that-is-none").refused("document/unreadable-file", "notes/.datasurface");
    link("/etc", "notes/out");
    judged("a-link-out").refused("document/unreadable-file", "leads out");
    link("../README", "notes/README");
    judged("a-link-inside").good();
    for attributes in
        ["*.json working-tree-encoding=SHIFT_JIS\n", "# x\nmodel.* ident\n", "[attr]m.png ident\n* m.png\n"]
    {
        repo.write(".gitattributes", attributes);
        judged("other-bytes").refused("review/git", ".gitattributes");
    }
    for attributes in
        ["*.json -ident text eol=lf\n", "*.txt working-tree-encoding=UTF-16 ident\n", "# * ident\n"]
    {
        repo.write(".gitattributes", attributes);
        judged("the-same-bytes").good();
    }
    for (file, is_judged) in [
        ("inner/datasurface.lock", false),
        ("inner/datasurface.toml", false),
        (".hidden/datasurface.lock", true),
        ("out/datasurface.lock", true),
    ] {
        repo.write(file, "");
        repo.write("out/.datasurface/state", "");
        let said = judged("what-stands-beside-another-model");
        if is_judged { drop(said.good()) } else { said.refused("review/git", "--folder inner") }
    }
    fs::create_dir_all(repo.fixture.path("notes")).unwrap();
    fs::rename(repo.fixture.path("model.json"), repo.fixture.path("notes/model.json")).unwrap();
    repo.commit("moved");
    for folder in ["notes", "./notes/", "."] {
        repo.review(&format!("git:HEAD git:HEAD --folder {folder} {OWNER}")).good();
    }
}

/// Everything by which git would execute something that a repository or its settings name.
/// Names in an older encoding are in many repositories. One that a document has is refused, since a report could not say it.
#[cfg(target_os = "linux")]
#[test]
fn a_name_in_another_encoding_matters_where_it_is_that_of_a_document() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let repo = Repo::new(&models::first());
    let path = |name: &[u8]| repo.fixture.path("").join(OsStr::from_bytes(name));
    fs::write(path(b"caf\xe9.txt"), "menu").unwrap();
    repo.commit("menu");
    repo.git("update-ref refs/remotes/origin/main HEAD");
    repo.review(STRANGER).good();
    repo.review(&format!("git:HEAD git:HEAD {STRANGER}")).good();
    fs::write(path(b"caf\xe9.yaml"), "format: datasurface/1\n").unwrap();
    repo.review(STRANGER).refused("review/git", "no plain text");
    repo.commit("document");
    repo.review(STRANGER).refused("review/git", "not plain text");
}

#[test]
fn nothing_that_a_change_names_is_executed() {
    let repo = Repo::new(&models::first());
    let trap = repo.fixture.path(".git/sprung");
    let script = repo.fixture.path(".git/trap.sh");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\ncat\n", trap.display())).unwrap();
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.display();
    for (name, value) in [
        ("core.fsmonitor", format!("{script}")),
        ("filter.trap.clean", format!("{script}")),
        ("filter.trap.smudge", format!("{script}")),
        ("filter.trap.process", format!("{script}")),
        ("filter.trap.required", "true".to_owned()),
        ("merge.trap.driver", format!("{script} %A")),
        ("merge.default", "trap".to_owned()),
        ("diff.trap.textconv", format!("{script}")),
        ("diff.external", format!("{script}")),
        ("core.sshCommand", format!("{script}")),
        ("remote.origin.url", "ssh://example.org/x".to_owned()),
        ("remote.origin.promisor", "true".to_owned()),
        ("core.pager", format!("{script}")),
    ] {
        let done = repo.git_command("config").arg(name).arg(&value).status().unwrap();
        assert!(done.success());
    }
    for hook in ["post-checkout", "post-index-change", "post-merge", "reference-transaction", "pre-commit"] {
        fs::create_dir_all(repo.fixture.path(".git/hooks")).unwrap();
        fs::copy(repo.fixture.path(".git/trap.sh"), repo.fixture.path(&format!(".git/hooks/{hook}")))
            .unwrap();
    }
    let plumb = |arguments: &str| {
        repo.git(&format!("-c core.fsmonitor=false -c core.hooksPath=/dev/null {arguments}"))
    };
    repo.write(".gitattributes", "* filter=trap merge=trap diff=trap\n");
    // The change, and what went live since, touch the same document, so that a driver would be asked.
    let attributes = plumb("hash-object -w --no-filters .gitattributes");
    repo.fixture.model(&with_dataset("orders"));
    let model = plumb("hash-object -w --no-filters model.json");
    let tree = {
        plumb(&format!("update-index --add --cacheinfo 100644,{attributes},.gitattributes"));
        plumb(&format!("update-index --add --cacheinfo 100644,{model},model.json"));
        plumb("write-tree")
    };
    let head = plumb(&format!("commit-tree -p origin/main -m change {tree}"));
    repo.fixture.model(&models::first().documented("live"));
    let model = plumb("hash-object -w --no-filters model.json");
    plumb(&format!("update-index --add --cacheinfo 100644,{model},model.json"));
    let tree = plumb("write-tree");
    let tip = plumb(&format!("commit-tree -p origin/main -m live {tree}"));
    plumb(&format!("update-ref refs/remotes/origin/main {tip}"));
    let _ = fs::remove_file(&trap);

    repo.review(&format!("--head {head} {OWNER}")).good();
    repo.review(&format!("git:origin/main git:{head} {OWNER}"));
    repo.review(OWNER);
    let missing = "3".repeat(40);
    repo.review(&format!("git:{missing} git:HEAD {OWNER}")).refused("review/git", &missing);
    assert!(!trap.exists(), "a program was executed");
    // The traps are real: git alone walks into them.
    let _ = repo.git_command("status").output();
    assert!(trap.exists());
    fs::remove_file(&trap).unwrap();
    let merge = format!(
        "-c core.fsmonitor=false -c core.hooksPath=/dev/null merge-tree --write-tree origin/main {head}"
    );
    let _ = repo.git_command(&merge).output();
    assert!(trap.exists());
    fs::remove_file(&trap).unwrap();
}

#[test]
fn the_environment_does_not_say_which_repository_is_meant() {
    let (repo, other) = (Repo::new(&models::first()), Repo::new(&with_dataset("orders")));
    let mut command = repo.fixture.command(&format!("review {OWNER} --format json"));
    command.env("GIT_DIR", other.fixture.path(".git")).env("GIT_INDEX_FILE", "/nowhere");
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.bare")
        .env("GIT_CONFIG_VALUE_0", "true");
    let output = command.output().unwrap();
    let tip = repo.git("rev-parse HEAD");
    assert!(String::from_utf8(output.stdout).unwrap().contains(&tip));
}

#[test]
fn history_that_is_cut_off_is_not_guessed() {
    let repo = Repo::new(&models::first());
    repo.git("checkout --quiet --orphan unrelated");
    let head = repo.propose(&with_dataset("orders"));
    repo.review(&format!("--head {head} {OWNER}")).refused("review/git", "");
}

#[test]
fn the_first_check_in_is_said_to_be_one() {
    let first = models::first();
    let repo = Repo::new(&first);
    let with_model = repo.git("rev-parse HEAD");
    repo.git("rm --quiet model.json");
    repo.write("README.md", "nothing yet");
    repo.commit("empty");
    repo.git("update-ref refs/remotes/origin/main HEAD");
    repo.fixture.model(&first);
    repo.review(ECOSYSTEM).refused("review/first", "--first");
    repo.review(&format!("--first {STRANGER}")).refused("authorization/not-yours", "");
    let refused = repo.review(&format!("--first {ECOSYSTEM}"));
    refused.refused("authorization/not-yours", "github:northwind/usa@main");
    let fingerprint = refused.json()["fingerprint"].as_str().unwrap().to_owned();
    let approved =
        ["usa", "team"].map(|owner| format!("--approved-by github:northwind/{owner}@main={fingerprint}"));
    repo.review(&format!("--first {ECOSYSTEM} {}", approved.join(" "))).good();
    repo.review(&format!("--first {ECOSYSTEM} {}", approved[0])).bad();
    // Folders, too.
    fs::create_dir(repo.fixture.path("empty")).unwrap();
    repo.review(&format!("empty model.json --first {ECOSYSTEM} {}", approved.join(" "))).good();
    repo.review(&format!("empty model.json {ECOSYSTEM}")).refused("review/first", "");
    // Nobody says so of what is live.
    repo.review(&format!("git:{with_model} model.json --first {ECOSYSTEM}")).refused("review/first", "leave");
}
