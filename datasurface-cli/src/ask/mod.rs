//! `ask`: answers questions about the graphs of all platforms.

mod arguments;
mod known;
mod reply;

pub(crate) use arguments::Ask;

use crate::{answer::Answer, input::Input};
use arguments::Question;
use datasurface_broker::{Broker, Placed};
use datasurface_graph::{Node, query::Queries};
use datasurface_model::Diagnostic;
use reply::Reply;
use serde::Serialize;

/// An answer for programs.
#[derive(Serialize)]
struct ReplyJson<'a> {
    /// None, if the question could not be asked.
    answer: Option<&'a Reply>,
}

pub(crate) fn ask(arguments: &Ask, broker: &Broker) -> Answer<'static> {
    let question = &arguments.question;
    let about = question.about();
    let replied = Input::read(&about.model).and_then(|mut input| {
        let placed = input.place(broker)?;
        match reply(question, &placed) {
            Ok(reply) => Ok((reply, input.findings)),
            Err(unknown) => {
                input.findings.extend([*unknown]);
                Err(input.findings)
            }
        }
    });
    let (reply, findings) = match replied {
        Ok((reply, findings)) => (Some(reply), findings),
        Err(findings) => (None, findings),
    };
    let text = reply.as_ref().map(Reply::text);
    Answer::of(about.format, &findings, text, &ReplyJson { answer: reply.as_ref() })
}

/// The answer, unless the question names something that is not there.
fn reply(question: &Question, placed: &Placed) -> Result<Reply, Box<Diagnostic>> {
    for node in question.nodes() {
        known::node(placed.graphs(), node)?;
    }
    let asked = Queries::new(placed.graphs());
    let keys = |nodes: Vec<Node<'_>>| nodes.iter().map(Node::key).collect::<Vec<_>>();
    Ok(match question {
        Question::Why { node, .. } => Reply::Groups(asked.groups_served_by(node)),
        Question::Upstream { nodes, .. } => Reply::Nodes(keys(asked.upstream(nodes))),
        Question::Downstream { nodes, .. } => Reply::Nodes(keys(asked.downstream(nodes))),
        Question::Paths { from, to, most, .. } => {
            Reply::Ways(asked.paths(from, to, *most).into_iter().map(keys).collect())
        }
        Question::Cycles { .. } => Reply::Ways(asked.cycles().into_iter().map(keys).collect()),
        Question::BringUp { .. } => Reply::Order(asked.bring_up()),
        Question::Impact { loss, .. } => {
            let lost = loss.lost();
            lost.iter().try_for_each(|lost| known::lost(placed.ecosystem(), lost))?;
            let asked = asked.with_platform_places(placed.platform_places());
            Reply::Hit(lost.iter().flat_map(|lost| asked.impact(lost)).collect())
        }
    })
}
