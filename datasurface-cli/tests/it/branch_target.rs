//! Targets that are branches: planned, rendered and recorded without a checkout, also by several at a time.

use crate::{git::Repo, models, run::Said};
use std::fs;

const TARGET: &str = "--target git:rendered --on 2026-02-01";

/// A repository with a model, and no branch for what is rendered.
fn repo() -> Repo {
    Repo::new(&models::first())
}

fn run(repo: &Repo, verb: &str) -> Said {
    repo.fixture.run(&format!("{verb} {TARGET}"))
}

#[test]
fn a_branch_is_rendered_as_a_folder_is() {
    let repo = repo();
    let head = repo.git("rev-parse HEAD");
    let planned = run(&repo, "plan model.json").good();
    assert_eq!(repo.git("branch --list rendered"), "", "a plan makes no branch");
    let said = run(&repo, "render model.json").good();
    assert!(said.out.contains("rendered into `git:rendered`"), "{said:?}");
    assert!(said.out.starts_with(&planned.out));

    // An orphan, whose message says the plan.
    assert_eq!(repo.git("log --format=%an%P rendered"), "Tester");
    let message = repo.git("log -1 --format=%B rendered");
    let first = message.lines().next().unwrap();
    assert!(
        first.starts_with("Render revision ") && first.contains(" steps: ") && first.ends_with(" create"),
        "{message}"
    );
    for part in [
        "\nLocal: ",
        "\n  foundation: 1 step: 1 create\n    create database database\n",
        "\n  shard `",
        "\nDatasurface-Rendering: ",
    ] {
        assert!(message.contains(part), "no {part}: {message}");
    }
    assert_eq!(repo.git("rev-parse HEAD"), head);
    assert_eq!(repo.git("status --porcelain --untracked-files=no"), "");

    // The same files as in a folder.
    let lock = repo.fixture.read("datasurface.lock");
    fs::remove_file(repo.fixture.path("datasurface.lock")).unwrap();
    repo.fixture.render();
    assert_eq!(repo.fixture.read("datasurface.lock"), lock);
    repo.git("read-tree --empty");
    repo.git("--work-tree=out add --all --force");
    repo.git("rm --quiet --cached .datasurface/writing");
    assert_eq!(repo.git("write-tree"), repo.git("rev-parse rendered^{tree}"));
    repo.git("read-tree HEAD");

    // Nothing to do is no commit; a change is one on top.
    let tip = repo.git("rev-parse rendered");
    run(&repo, "render model.json").good();
    assert_eq!(repo.git("rev-parse rendered"), tip);
    assert_eq!(run(&repo, "plan model.json --detailed-exitcode").code, 0);
    repo.fixture.model(&models::second());
    assert_eq!(run(&repo, "plan model.json --detailed-exitcode").code, 2);
    run(&repo, "render model.json").good();
    assert_eq!(repo.git("rev-parse rendered^"), tip);
    assert_eq!(run(&repo, "plan model.json --detailed-exitcode").code, 0);
}

#[test]
fn what_runs_needs_a_folder() {
    let repo = repo();
    run(&repo, "render model.json").good();
    for verb in ["run", "status", "run --follow --rounds 1"] {
        let said = repo.fixture.run(&format!("{verb} --target git:rendered")).bad();
        said.complains("target/no-folder", "what runs needs a folder");
    }
}

/// What is held is let go, as with a folder; and a crash between the branch and the lock is finished first.
#[test]
fn a_lock_that_waits_is_finished_before_anything_is_decided() {
    let repo = Repo::new(&models::second());
    repo.fixture.run("render model.json --target git:rendered --on 2026-02-02").good();
    let before = repo.fixture.read("datasurface.lock");
    repo.fixture.model(&models::first());
    repo.fixture.run("render model.json --target git:rendered --on 2026-03-01").good();
    let after = repo.fixture.read("datasurface.lock");

    // As a kill leaves it: the branch has moved, and the lock has not.
    let path = repo.fixture.path("datasurface.lock").canonicalize().unwrap();
    let waiting = serde_json::json!({ "path": path, "text": after });
    repo.write("datasurface.lock.datasurface-next", &waiting.to_string());
    repo.write("datasurface.lock", "");
    let release = "release model.json table.NW_Data.customers --target git:rendered --reason GDPR";
    repo.fixture.run(release).bad();
    repo.write("datasurface.lock", &before);
    let replaces = datasurface_graph::Fingerprint::of_bytes(before.as_bytes());
    let waiting = serde_json::json!({ "path": path, "text": after, "replaces": replaces });
    repo.write("datasurface.lock.datasurface-next", &waiting.to_string());
    let said = repo.fixture.run(release).bad();
    assert!(said.err.starts_with("note[target/unfinished]: "), "{said:?}");
    let plan = "plan model.json --target git:rendered --on 2026-03-01 --detailed-exitcode";
    let said = repo.fixture.run(plan).good();
    assert!(said.err.starts_with("note[target/unfinished]: "), "it is seen as it will be: {said:?}");
    let said = repo.fixture.run("render model.json --target git:rendered --on 2026-03-01").good();
    assert!(said.err.contains("had been interrupted, and was finished now"), "{said:?}");
    assert_eq!(repo.fixture.read("datasurface.lock"), after);
    assert!(!repo.fixture.path("datasurface.lock.datasurface-next").exists());

    repo.fixture.run(release).good();
    repo.fixture.run("render model.json --target git:rendered --on 2026-03-01").good();
    assert!(repo.git("log -1 --format=%B rendered").contains("retire"));
}

#[test]
fn what_another_tool_applied_is_recorded_in_the_branch() {
    let repo = repo();
    run(&repo, "render model.json").good();
    let said = repo.fixture.run("applied --target git:rendered").good();
    let message = repo.git("log -1 --format=%s rendered");
    assert!(
        message.starts_with("Record rendering ") && message.ends_with(" as applied"),
        "{message}: {said:?}"
    );
    let tip = repo.git("rev-parse rendered");
    repo.fixture.run("applied --target git:rendered").good();
    assert_eq!(repo.git("rev-parse rendered"), tip, "once is enough");
    repo.fixture
        .run("applied --target git:elsewhere")
        .bad()
        .complains("target/unknown-revision", "nothing is rendered");
}

#[test]
fn a_work_tree_that_has_the_branch_is_named() {
    let repo = repo();
    run(&repo, "render model.json").good();
    repo.git("worktree add --quiet tree rendered");
    repo.fixture.model(&models::second());
    run(&repo, "plan model.json").good();
    run(&repo, "render model.json").bad().complains("target/branch", "is checked out in");
    repo.git("worktree remove --force tree");
    run(&repo, "render model.json").good();
}

#[test]
fn names_that_are_none_of_a_branch() {
    let repo = repo();
    for (name, code) in [
        ("git:", "target/no-branch"),
        ("git:-x", "target/no-branch"),
        ("git:rendered:../up", "target/no-branch"),
        ("git:refs/tags/v1", "target/no-branch"),
        ("git:a..b", "target/branch"),
        ("git:origin/main", "target/branch"),
    ] {
        let said = repo.fixture.run(&format!("render model.json --target {name}")).bad();
        assert!(said.err.contains(&format!("error[{code}]")), "{name}: {said:?}");
    }
    assert!(!repo.fixture.path("datasurface.lock").exists());
    // A folder of that name is named by its path.
    repo.fixture.run("render model.json --target ./git:x").good();
    assert!(repo.fixture.path("git:x/.datasurface").is_dir());
}

/// Two change other things of one model, at once, and somebody else commits meanwhile: everything is there in the end.
#[test]
fn renders_that_race_lose_nothing() {
    let repo = repo();
    run(&repo, "render model.json").good();
    repo.fixture.model(&models::second());
    let targets = ["git:rendered", "git:rendered:staging"];
    fs::create_dir(repo.fixture.path("staging")).unwrap();
    fs::copy(repo.fixture.path("model.json"), repo.fixture.path("staging/model.json")).unwrap();
    let models = ["model.json", "staging/model.json"];
    let before: usize = repo.git("rev-list --count rendered").parse().unwrap();
    let racing: Vec<_> = [0, 1, 0, 1]
        .map(|which| format!("render {} --target {} --on 2026-02-01", models[which], targets[which]))
        .iter()
        .map(|arguments| repo.fixture.command(arguments).spawn().unwrap())
        .collect();
    for number in 0..5 {
        repo.write("note.txt", &number.to_string());
        let blob = repo.git("hash-object -w note.txt");
        let import = format!("M 100644 {blob} note-{number}.txt");
        // As a person does who commits without looking at anything else.
        while !else_commits(&repo, &import) {}
    }
    for render in racing {
        let output = render.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let after: usize = repo.git("rev-list --count rendered").parse().unwrap();
    assert_eq!(after, before + 2 + 5, "{}", repo.git("log --oneline rendered"));
    let files = repo.git("ls-tree -r --name-only rendered");
    assert!((0..5).all(|number| files.contains(&format!("note-{number}.txt"))), "{files}");
    for (model, target) in models.into_iter().zip(targets) {
        let planned =
            repo.fixture.run(&format!("plan {model} --target {target} --on 2026-02-01 --detailed-exitcode"));
        assert_eq!((planned.code, planned.err.as_str()), (0, ""), "{planned:?}");
    }
    assert!(!repo.fixture.path("datasurface.lock.datasurface-next").exists());
}

/// Commits a change; false if somebody else was faster.
fn else_commits(repo: &Repo, change: &str) -> bool {
    use std::{io::Write, process::Stdio};
    let tip = repo.git("rev-parse rendered");
    let mut import =
        repo.git_command("fast-import --quiet").stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let commit = format!(
        "commit refs/heads/rendered\ncommitter Else <else@example.org> 0 +0000\ndata 4\nelse\nfrom {tip}\n{change}\n\n"
    );
    import.stdin.take().unwrap().write_all(commit.as_bytes()).unwrap();
    import.wait().unwrap().success()
}
