//! The jobs in `docs/ci`, as far as a shell executes them: forks, stale branches, approvals, merge queues.

use crate::{git::Repo, models};
use datasurface_model::{Dataset, Datastore, Ecosystem};
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

    fn github(&self, repository: &str, more: &[(&str, &str)]) -> Output {
        let source = format!("github:{repository}@main");
        let variables =
            [("LIVE", "main"), ("SOURCE", &source), ("PULL", "7"), ("EVENT", "pull_request_target")];
        self.run(&block("github.yml", &["- name: Review", "run: |"]), &[&variables[..], more].concat())
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

    /// Collects approvals from these reviews, each a login, a state and a commit, as the program of the host prints them.
    fn approvals(&self, reviews: &str, head: &str) -> String {
        let variables =
            [("LIVE", "main"), ("PULL", "7"), ("HEAD", head), ("GITHUB_REPOSITORY", "northwind/mono")];
        let asked = "[ \"$1 $2 $3\" = 'api --paginate repos/northwind/mono/pulls/7/reviews' ] || exit 9";
        let does = format!("{asked}\ncat <<END\n{reviews}\nEND");
        ended(&self.step(&["- name: Approvals", "run: |"], "gh", &does, &variables), 0);
        self.written("approvals")
    }

    fn gitlab(&self, more: &[(&str, &str)]) -> Output {
        let variables = [
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_PROJECT_PATH", "northwind/mono"),
            ("CI_MERGE_REQUEST_IID", "7"),
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
    host.propose(&grown(), "refs/pull/7/head");
    ended(&host.github(OWNER, &[]), 0);
    assert!(host.written("summary.md").starts_with("## datasurface review: allowed\n"));
    ended(&host.github(STRANGER, &[]), 1);
    assert!(host.written("summary.md").contains("### Missing approvals\n\n- ` github:northwind/team@main `"));
    assert!(host.written("review.sarif").contains("authorization/not-yours"));
    // Nothing of the change was checked out.
    let clone = fs::read_to_string(host.clone.path().join("model.json")).unwrap();
    assert!(!clone.contains("orders"));
}

#[test]
fn github_takes_approvals_of_the_proposal() {
    let host = Host::new();
    host.propose(&grown(), "refs/pull/7/head");
    fs::write(host.clone.path().join(".git/approvals"), "github:northwind/team@main\n").unwrap();
    ended(&host.github(STRANGER, &[]), 0);
    fs::write(host.clone.path().join(".git/approvals"), "github:northwind/usa@main\n").unwrap();
    ended(&host.github(STRANGER, &[]), 1);
}

#[test]
fn github_collects_the_last_word_of_each_approver_about_the_commit_at_hand() {
    let host = Host::new();
    host.repo.write("approvers.txt", "Ann github:northwind/team@main\nbob github:northwind/usa@main\n");
    host.repo.git("add approvers.txt");
    host.repo.git("commit --quiet --message approvers");
    let clone = host.clone.path().display();
    assert!(host.run(&format!("git -C '{clone}' fetch --quiet origin"), &[]).status.success());
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
        assert_eq!(host.approvals(reviews, "now"), collected, "{reviews}");
    }
}

#[test]
fn github_installs_what_the_live_branch_names() {
    let host = Host::new();
    fs::write(host.clone.path().join(".datasurface-source"), "https://git.example/tool\n").unwrap();
    let path = host.clone.path().join(".git/path");
    let variables = [("GITHUB_PATH", path.to_str().unwrap())];
    let installs = host.step(&["- name: Install", "run: |"], "cargo", "echo \"$@\"", &variables);
    ended(&installs, 0);
    let tools = host.clone.path().join(".git/tools");
    let asked = format!("install --locked --root {} --git https://git.example/tool", tools.display());
    assert_eq!(String::from_utf8(installs.stdout).unwrap(), format!("{asked} datasurface-cli\n"));
    assert_eq!(host.written("path"), format!("{}/bin\n", tools.display()));
}

#[test]
fn github_judges_against_the_tip_and_again_in_the_queue() {
    let host = Host::new();
    let base = host.repo.git("rev-parse HEAD");
    host.propose(&grown(), "refs/pull/7/head");
    // Something else goes live after the clone was made, in the same lines.
    host.repo.propose(&models::first().edit_team("USA", "NorthWind", |team| team.documented("live")));
    host.repo.propose(&models::first().documented("live"));
    ended(&host.github(OWNER, &[]), 0);
    let tip = host.repo.git("rev-parse HEAD");
    assert!(host.written("summary.md").contains(&tip));
    // What the queue has made of it.
    let merged = host.propose(&grown().documented("live"), "refs/heads/gh-readonly-queue/main/pr-7");
    let queue = |base: &str| {
        [("EVENT", "merge_group"), ("QUEUE_BASE", base), ("QUEUE_HEAD", &merged)]
            .map(|(n, v)| (n, v.to_owned()))
    };
    let run = |base: &str, source: &str| {
        let queue = queue(base);
        host.github(source, &queue.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    ended(&run(&tip, OWNER), 0);
    ended(&run(&tip, STRANGER), 1);
    ended(&run(&base, OWNER), 1);
}

#[test]
fn gitlab_judges_a_merge_request_and_a_train() {
    let host = Host::new();
    let model = |text: &str| {
        Ecosystem::new("Mono", "gitlab:northwind/mono@main", "gitlab:northwind/mono@main").documented(text)
    };
    host.repo.propose(&model("before"));
    host.propose(&model("after"), "refs/merge-requests/7/head");
    ended(&host.gitlab(&[]), 0);
    ended(&host.gitlab(&[("CI_MERGE_REQUEST_PROJECT_PATH", "mallory/mono")]), 1);
    let owner =
        [("CI_MERGE_REQUEST_PROJECT_PATH", "mallory/mono"), ("APPROVED_BY", "gitlab:northwind/mono@main")];
    ended(&host.gitlab(&owner), 0);
    let report = fs::read_to_string(host.clone.path().join("review.xml")).unwrap();
    assert!(report.contains("failures=\"0\""));
    host.propose(&model("train"), "refs/merge-requests/7/train");
    ended(&host.gitlab(&[("CI_MERGE_REQUEST_EVENT_TYPE", "merge_train")]), 0);
    let stranger =
        [("CI_MERGE_REQUEST_EVENT_TYPE", "merge_train"), ("CI_MERGE_REQUEST_PROJECT_PATH", "mallory/mono")];
    ended(&host.gitlab(&stranger), 1);
}
