//! Templates: how Terraform reads every text in JSON syntax, the keys of maps too.

/// A template of literal texts and expressions.
#[derive(Default)]
pub(crate) struct Template {
    done: String,
    /// The literal text at the end. It is written once it is whole: `$` and `{` may come one by one.
    text: String,
}

impl Template {
    /// Adds a text that is taken as it is.
    pub(crate) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds the value of an expression.
    pub(crate) fn expression(&mut self, expression: &str) {
        let text = std::mem::take(&mut self.text);
        let kept = text.trim_end_matches('$');
        self.done.push_str(&escaped(kept));
        // A dollar sign right before an expression would escape it: only another expression can stand for that.
        if kept.len() < text.len() {
            self.done.push_str(&format!("${{\"{}\"}}", "$".repeat(text.len() - kept.len())));
        }
        self.done.push_str(&format!("${{{expression}}}"));
    }

    pub(crate) fn finish(self) -> String {
        self.done + &escaped(&self.text)
    }
}

/// Escapes what begins an expression or a directive.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(before: &[&str], behind: &str) -> String {
        let mut template = Template::default();
        before.iter().for_each(|text| template.text(text));
        template.expression("a.b");
        template.text(behind);
        template.finish()
    }

    #[test]
    fn only_what_begins_an_expression_is_escaped() {
        assert_eq!(escaped("a ${b} %{if} $c 5% {}"), "a $${b} %%{if} $c 5% {}");
        assert_eq!(escaped("$${b}"), "$$${b}");
    }

    #[test]
    fn texts_make_no_expression_together() {
        assert_eq!(joined(&["$", "{c}"], ""), "$${c}${a.b}");
        assert_eq!(joined(&["%", "{c}"], "{d}"), "%%{c}${a.b}{d}");
    }

    #[test]
    fn a_dollar_sign_before_an_expression_does_not_escape_it() {
        assert_eq!(joined(&["5 $$"], "$"), "5 ${\"$$\"}${a.b}$");
    }
}
