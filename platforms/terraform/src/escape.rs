//! Texts that Terraform takes as they are.

/// Escapes what begins an expression or a directive. In JSON syntax each text is a template, the keys of maps too.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_an_expression_is_escaped() {
        assert_eq!(escaped("a ${b} %{if} $c 5% {}"), "a $${b} %%{if} $c 5% {}");
        assert_eq!(escaped("$${b}"), "$$${b}");
    }
}
