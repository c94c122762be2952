//! The header and parameter names of session tokens, collected at compile time from the rules of services.

use super::service_rules::{DEFAULT, SERVICE_RULES};

/// The headers that carry session tokens, each once. The parameter of a presigned URL has the same index in
/// [`SESSION_TOKEN_PARAMETERS`].
pub(crate) const SESSION_TOKEN_HEADERS: [&str; SESSION_TOKEN_NAMES] = {
    let mut names = [DEFAULT.session_token_header; SESSION_TOKEN_NAMES];
    let (mut row, mut count) = (0, 1);
    while row < SERVICE_RULES.len() {
        if is_first_of_its_token(row) {
            names[count] = SERVICE_RULES[row].1.session_token_header;
            count += 1;
        }
        row += 1;
    }
    names
};

/// The parameters of presigned URLs that carry session tokens.
pub(crate) const SESSION_TOKEN_PARAMETERS: [&str; SESSION_TOKEN_NAMES] = {
    let mut names = [DEFAULT.session_token_parameter; SESSION_TOKEN_NAMES];
    let (mut row, mut count) = (0, 1);
    while row < SERVICE_RULES.len() {
        if is_first_of_its_token(row) {
            names[count] = SERVICE_RULES[row].1.session_token_parameter;
            count += 1;
        }
        row += 1;
    }
    names
};

/// The number of different names of session tokens.
pub(crate) const SESSION_TOKEN_NAMES: usize = {
    let (mut row, mut count) = (0, 1);
    while row < SERVICE_RULES.len() {
        count += is_first_of_its_token(row) as usize;
        row += 1;
    }
    count
};

/// Whether neither the default nor an earlier row has the same name for the session token.
const fn is_first_of_its_token(row: usize) -> bool {
    let name = SERVICE_RULES[row].1.session_token_header.as_bytes();
    let mut before = 0;
    while before < row {
        if is_same(name, SERVICE_RULES[before].1.session_token_header.as_bytes()) {
            return false;
        }
        before += 1;
    }
    !is_same(name, DEFAULT.session_token_header.as_bytes())
}

pub(super) const fn is_same(name: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < name.len() && index < other.len() {
        if name[index] != other[index] {
            return false;
        }
        index += 1;
    }
    name.len() == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_of_a_session_token_is_listed_once() {
        assert_eq!(SESSION_TOKEN_HEADERS, ["x-amz-security-token", "x-amz-s3session-token"]);
        assert_eq!(SESSION_TOKEN_PARAMETERS, ["X-Amz-Security-Token", "X-Amz-S3session-Token"]);
        // Code that looks for both, ignoring case, needs one list.
        for (_, rules) in SERVICE_RULES {
            assert_eq!(rules.session_token_parameter.to_ascii_lowercase(), rules.session_token_header);
        }
    }
}
