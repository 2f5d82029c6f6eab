//! Passwords in addresses, as in `https://user:password@host`: a model has no place for them, and a report must not
//! repeat them.

/// Replaces each password in an address by an ellipsis. Returns none if the text has no password.
#[must_use]
pub fn redact_passwords(text: &str) -> Option<String> {
    let (before, mut after) = around_password(text)?;
    let mut hidden = format!("{before}…");
    while let Some((before, rest)) = around_password(after) {
        hidden.push_str(before);
        hidden.push('…');
        after = rest;
    }
    hidden.push_str(after);
    Some(hidden)
}

/// Returns the text before the first password in an address, and the text after it.
fn around_password(text: &str) -> Option<(&str, &str)> {
    text.match_indices("://").find_map(|(at, scheme)| {
        let (_, address) = text.split_at_checked(at + scheme.len())?;
        let word = address.split(char::is_whitespace).next()?;
        let (user, rest) = word.split_once(':')?;
        if user.contains(['/', '?', '#', '@', '[', '"']) {
            return None;
        }
        let length = password_length(rest)?;
        let start = at + scheme.len() + user.len() + ':'.len_utf8();
        Some((text.get(..start)?, text.get(start + length..)?))
    })
}

/// Returns the length of the password in an address that goes on with `rest` after `user:`; none if that was a host,
/// and `rest` begins with its port.
fn password_length(rest: &str) -> Option<usize> {
    let authority = rest.split('/').next().unwrap_or(rest);
    let is_port = authority.chars().all(|c| c.is_ascii_digit());
    let end = authority.rfind('@');
    // A `/` in a password ought to be encoded, and is not by everybody.
    let end = end.or_else(|| rest.find('@').filter(|_| !is_port));
    end.filter(|length| *length > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_wherever_they_are() {
        for (text, expected) in [
            ("git:https://joe:secret@git.example/x.git@main", "git:https://joe:…@git.example/x.git@main"),
            ("git:https://joe:secret@git.example/x.git", "git:https://joe:…@git.example/x.git"),
            (
                "- owner: \"ssh://joe:se@cret@git.example/x@main\"",
                "- owner: \"ssh://joe:…@git.example/x@main\"",
            ),
            ("http://:secret@a https://joe:secret@b", "http://:…@a https://joe:…@b"),
            ("https://joe:sec/ret@git.example/x", "https://joe:…@git.example/x"),
        ] {
            assert_eq!(redact_passwords(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for text in [
            "git:git@git.example:x.git@main",
            "git:https://joe@git.example/x.git@main",
            "git:https://git.example:8443/x.git@main",
            "git:ssh://git@git.example:22/x.git@main",
            "git:https://[::1]:8443/x.git@main",
            "git:file:///C:/x@main",
            "https://joe:@git.example/x",
            "{\"owner\":\"https://git.example/x\",\"live\":\"git@git.example\"}",
        ] {
            assert_eq!(redact_passwords(text), None, "{text}");
        }
    }
}
