//! The jobs in `docs/ci`, as far as a shell executes them: forks, stale branches, approvals, merge queues.

use crate::{git::Repo, models};
use datasurface_model::{Dataset, Datastore, Ecosystem, PlatformDeclaration};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};
use tempfile::TempDir;

const OWNER: &str = "northwind/team";
const STRANGER: &str = "northwind/other";

/// The lines of the block that follows a line, without their indentation.
fn block(file: &str, after: &[&str]) -> String {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci").join(file)).unwrap();
    let mut lines = text.lines();
    for line in after {
        lines.find(|found| found.trim() == *line).unwrap_or_else(|| panic!("no `{line}` in {file}"));
    }
    let lines: Vec<&str> = lines.collect();
    let indentation = lines[0].len() - lines[0].trim_start().len();
    let inside =
        lines.iter().take_while(|line| line.is_empty() || line.starts_with(&" ".repeat(indentation)));
    inside.map(|line| line.get(indentation..).unwrap_or_default().to_owned() + "\n").collect()
}

/// The repository at the host, and the clone in which a job runs.
struct Host {
    repo: Repo,
    clone: TempDir,
}

impl Host {
    fn new() -> Self {
        let repo = Repo::new(&models::first());
        // The last line may lack its end.
        repo.write("approvers.txt", "Ann github:northwind/team@main\nbob github:northwind/usa@main");
        repo.commit("approvers");
        let clone = TempDir::new().unwrap();
        let mut git = repo.git_command("clone --quiet .");
        assert!(git.arg(clone.path()).status().unwrap().success());
        Self { repo, clone }
    }

    /// Runs a script in the clone, with the command on the path.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_datasurface")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let work = self.clone.path().join(".git");
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(self.clone.path()).env("PATH", path);
        shell.env("RUNNER_TEMP", &work).env("GITHUB_STEP_SUMMARY", work.join("summary.md"));
        shell.envs(variables.iter().copied()).output().unwrap()
    }

    /// Lets each approver review the change 7, as `login state commit` in each line, and runs the steps that judge this commit of it.
    fn github(&self, repository: &str, reviews: &str, head: &str) -> Output {
        self.judged(repository, reviews, &[("EVENT", "pull_request_target"), ("PULL", "7"), ("HEAD", head)])
    }

    /// Runs the steps of the queue, which has made a commit of the change on top of another one.
    fn queue(&self, repository: &str, reviews: &str, [base, made]: [&str; 2]) -> Output {
        let queue = format!("refs/heads/gh-readonly-queue/main/pr-7-{base}");
        let queue = [("QUEUE_REF", &*queue), ("QUEUE_BASE", base), ("QUEUE_HEAD", made)];
        self.judged(
            repository,
            reviews,
            &[&[("EVENT", "merge_group"), ("PULL", ""), ("HEAD", "")], &queue[..]].concat(),
        )
    }

    fn judged(&self, repository: &str, reviews: &str, event: &[(&str, &str)]) -> Output {
        self.collect(reviews, event);
        let source = format!("github:{repository}@main");
        let review = block("github.yml", &["- name: Review", "run: |"]);
        self.run(&review, &[&[("LIVE", "main"), ("SOURCE", &source)], event].concat())
    }

    /// Runs another step, with a program of the host that does this.
    fn step(&self, step: &[&str], program: &str, does: &str, variables: &[(&str, &str)]) -> Output {
        let programs = self.clone.path().join(".git/programs");
        fs::create_dir_all(&programs).unwrap();
        fs::write(programs.join(program), format!("#!/bin/sh\n{does}\n")).unwrap();
        fs::set_permissions(programs.join(program), fs::Permissions::from_mode(0o755)).unwrap();
        let script = format!("PATH='{}':$PATH\n{}", programs.display(), block("github.yml", step));
        self.run(&script, variables)
    }

    /// Collects approvals from these reviews, as the program of the host prints them.
    fn collect(&self, reviews: &str, event: &[(&str, &str)]) -> String {
        let variables = [("LIVE", "main"), ("GITHUB_REPOSITORY", "northwind/mono")];
        let head = self.repo.git("for-each-ref --format=%(objectname) refs/pull/7/head");
        let pull = "repos/northwind/mono/pulls/7";
        let does = format!(
            "case \"$*\" in 'api {pull} --jq .head.sha') echo {head};; \"api --paginate {pull}/reviews\"*) cat <<END\n{reviews}\nEND\n;; *) exit 9;; esac"
        );
        ended(
            &self.step(&["- name: Approvals", "run: |"], "gh", &does, &[&variables[..], event].concat()),
            0,
        );
        self.written("approvals")
    }

    fn gitlab(&self, head: &str, more: &[(&str, &str)]) -> Output {
        let variables = [
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_PROJECT_PATH", "northwind/mono"),
            ("CI_COMMIT_SHA", head),
        ];
        self.run(&block("gitlab.yml", &["script:", "- |"]), &[&variables[..], more].concat())
    }

    /// Proposes a model from a fork: the host has nothing of it but this reference.
    fn propose(&self, model: &Ecosystem, reference: &str) -> String {
        let head = self.repo.propose(model);
        self.repo.git(&format!("update-ref {reference} {head}"));
        self.repo.git("reset --quiet --hard HEAD~1");
        head
    }

    fn written(&self, name: &str) -> String {
        fs::read_to_string(self.clone.path().join(".git").join(name)).unwrap()
    }
}

fn grown() -> Ecosystem {
    let orders = Dataset::new("orders", "id Integer key").classified("Public");
    models::first().edit_team("USA", "NorthWind", |team| {
        let store = Datastore::clone(team.datastores().get("NW_Data").unwrap());
        team.without_datastore(&"NW_Data".into()).datastore(store.dataset(orders))
    })
}

#[track_caller]
fn ended(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
}

#[test]
fn github_judges_a_change_of_a_fork() {
    let host = Host::new();
    let head = host.propose(&grown(), "refs/pull/7/head");
    ended(&host.github(OWNER, "", &head), 0);
    assert!(host.written("summary.md").starts_with("## datasurface review: allowed\n"));
    ended(&host.github(STRANGER, "", &head), 1);
    assert!(host.written("summary.md").contains("### Missing approvals\n\n- ` github:northwind/team@main `"));
    assert!(host.written("review.sarif").contains("authorization/not-yours"));
    // Nothing of the change was checked out.
    let clone = fs::read_to_string(host.clone.path().join("model.json")).unwrap();
    assert!(!clone.contains("orders"));
}

#[test]
fn github_judges_the_commit_that_was_approved() {
    let host = Host::new();
    let head = host.propose(&grown(), "refs/pull/7/head");
    ended(&host.github(STRANGER, &format!("ann APPROVED {head}"), &head), 0);
    ended(&host.github(STRANGER, &format!("bob APPROVED {head}"), &head), 1);
    // Something else is pushed before the job of that commit runs, or runs again.
    let pushed = host.propose(&grown().documented("other"), "refs/pull/7/head");
    ended(&host.github(STRANGER, &format!("ann APPROVED {head}"), &head), 0);
    assert!(host.written("review.json").contains(&format!("\"head\": \"{head}\"")));
    ended(&host.github(STRANGER, &format!("ann APPROVED {head}"), &pushed), 1);
}

#[test]
fn github_collects_the_last_word_of_each_approver_about_the_commit_at_hand() {
    let host = Host::new();
    let (team, usa) = ("github:northwind/team@main\n", "github:northwind/usa@main\n");
    for (reviews, collected) in [
        ("ann APPROVED now", team.to_owned()),
        ("bob APPROVED now\nann APPROVED now", format!("{team}{usa}")),
        ("ann CHANGES_REQUESTED now\nann APPROVED now", team.to_owned()),
        // Taken back, dismissed, of an earlier commit, of somebody who speaks for nobody, of somebody called nearly so.
        ("ann APPROVED now\nann CHANGES_REQUESTED now", String::new()),
        ("ann DISMISSED now", String::new()),
        ("ann APPROVED before", String::new()),
        ("mallory APPROVED now", String::new()),
        ("ann-2 APPROVED now\nan APPROVED now", String::new()),
        ("", String::new()),
    ] {
        let event = [("EVENT", "pull_request_target"), ("PULL", "7"), ("HEAD", "now")];
        assert_eq!(host.collect(reviews, &event), collected, "{reviews}");
    }
}

#[test]
fn github_installs_what_the_live_branch_names() {
    let host = Host::new();
    let path = host.clone.path().join(".git/path");
    let variables = [("GITHUB_PATH", path.to_str().unwrap())];
    let installs = |source: &str| {
        fs::write(host.clone.path().join(".datasurface-source"), source).unwrap();
        host.step(&["- name: Install", "run: |"], "cargo", "echo \"$@\"", &variables)
    };
    let tools = host.clone.path().join(".git/tools");
    let asked = format!("install --locked --root {} --git https://git.example/tool", tools.display());
    for source in ["https://git.example/tool 3f9c", "https://git.example/tool 3f9c\n"] {
        let installed = installs(source);
        ended(&installed, 0);
        let said = String::from_utf8(installed.stdout).unwrap();
        assert_eq!(said, format!("{asked} --rev 3f9c datasurface-cli\n"));
    }
    assert!(host.written("path").ends_with(&format!("{}/bin\n", tools.display())));
    // An address alone is that of any version.
    assert_ne!(installs("https://git.example/tool\n").status.code(), Some(0));
}

#[test]
fn github_judges_against_the_tip_and_again_in_the_queue() {
    let host = Host::new();
    let base = host.repo.git("rev-parse HEAD");
    let head = host.propose(&grown(), "refs/pull/7/head");
    // Something else goes live after the clone was made, in the same lines.
    host.repo.propose(&models::first().edit_team("USA", "NorthWind", |team| team.documented("live")));
    let tip = host.repo.propose(&models::first().documented("live"));
    ended(&host.github(OWNER, "", &head), 0);
    assert!(host.written("summary.md").contains(&tip));
    // What the queue has made of it.
    let merged = host.propose(&grown().documented("live"), "refs/heads/gh-readonly-queue/main/pr-7");
    ended(&host.queue(OWNER, "", [&tip, &merged]), 0);
    ended(&host.queue(STRANGER, "", [&tip, &merged]), 1);
    ended(&host.queue(STRANGER, &format!("ann APPROVED {head}"), [&tip, &merged]), 0);
    ended(&host.queue(STRANGER, &format!("ann APPROVED {base}"), [&tip, &merged]), 1);
    // What was approved is not what the queue has made.
    let other =
        host.propose(&grown().documented("live, and other"), "refs/heads/gh-readonly-queue/main/pr-7");
    let said = host.queue(STRANGER, &format!("ann APPROVED {head}"), [&tip, &other]);
    ended(&said, 1);
    assert!(String::from_utf8(said.stdout).unwrap().contains("no approval counts"));
    // The queue is behind the live branch.
    let said = host.queue(OWNER, "", [&base, &merged]);
    ended(&said, 1);
    assert!(String::from_utf8(said.stdout).unwrap().contains("has moved on"));
}

#[test]
fn gitlab_judges_a_merge_request_and_a_train() {
    let host = Host::new();
    let model = |text: &str| {
        Ecosystem::new("Mono", "gitlab:northwind/mono@main", "gitlab:northwind/mono@main").documented(text)
    };
    let base = host.repo.propose(&model("before"));
    let head = host.propose(&model("after"), "refs/merge-requests/7/head");
    ended(&host.gitlab(&head, &[]), 0);
    let stranger = ("CI_MERGE_REQUEST_PROJECT_PATH", "mallory/mono");
    ended(&host.gitlab(&head, &[stranger]), 1);
    let owner = ("APPROVED_BY", "gitlab:northwind/mono@main");
    ended(&host.gitlab(&head, &[stranger, owner, ("APPROVED_AT", &head)]), 0);
    ended(&host.gitlab(&head, &[stranger, owner, ("APPROVED_AT", &base)]), 1);
    let report = fs::read_to_string(host.clone.path().join("review.xml")).unwrap();
    assert!(report.contains("datasurface review"), "{report}");
    // The pipeline of a merged result has a commit of its own.
    let of = ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &*head);
    let train = ("CI_MERGE_REQUEST_EVENT_TYPE", "merge_train");
    let merged = host.propose(&model("after"), "refs/merge-requests/7/train");
    ended(&host.gitlab(&merged, &[of, train]), 0);
    ended(&host.gitlab(&merged, &[of, train, stranger]), 1);
    ended(&host.gitlab(&merged, &[of, train, stranger, owner, ("APPROVED_AT", &head)]), 0);
    let other = host.propose(&model("other"), "refs/merge-requests/7/train");
    ended(&host.gitlab(&other, &[of, train, stranger, owner, ("APPROVED_AT", &head)]), 1);
    // The train is not on top of the live branch any more: nor is a merge of a model that is broken accepted.
    host.repo.propose(&model("live").documented("elsewhere"));
    ended(&host.gitlab(&merged, &[of, train]), 1);
    let broken = host.propose(
        &model("after").platform(PlatformDeclaration::new("P", "nothing")),
        "refs/merge-requests/7/train",
    );
    let said = host.gitlab(&broken, &[of, train]);
    ended(&said, 1);
    assert!(String::from_utf8(said.stdout).unwrap().contains("platform/unknown-kind"), "a broken model");
}
