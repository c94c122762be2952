//! Reads elements that contain text in the XML of AWS STS. Entities that a document defines are not expanded.

use alloc::string::String;

/// The text of the first element with this name that contains only text. Unknown entities remain unchanged.
pub(super) fn element(xml: &str, name: &str) -> Option<String> {
    let mut rest = xml;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let Some(tail) = after.strip_prefix(name) else { continue };
        let Some((attributes, tail)) = tail.split_once('>') else { continue };
        let is_start = attributes.is_empty() || attributes.starts_with([' ', '\t', '\r', '\n']);
        let Some((text, end)) = tail.split_once("</") else { continue };
        let is_end = end.strip_prefix(name).is_some_and(|end| end.starts_with('>'));
        if is_start && is_end && !text.contains('<') && !attributes.ends_with('/') {
            return Some(unescape(text));
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain += before;
        rest = after;
        match after.split_once(';').and_then(|(entity, after)| Some((character(entity)?, after))) {
            Some((character, after)) => {
                plain.push(character);
                rest = after;
            }
            None => plain.push('&'),
        }
    }
    plain + rest
}

/// The character of an entity.
fn character(entity: &str) -> Option<char> {
    let code = match entity {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => entity.strip_prefix('#')?,
    };
    let code = match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => code.parse(),
    };
    char::from_u32(code.ok()?).filter(|char| *char != '\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_with_text_are_read() {
        let xml = "<R xmlns=\"x\"><Keys><Key>no<b/></Key><Key id='1'>a&#43;&#x2b;&amp;&lt;&bad;&#0;&</Key></Keys></R>";
        assert_eq!(element(xml, "Key").as_deref(), Some("a++&<&bad;&#0;&"));
        assert_eq!(element("<A></A>", "A").as_deref(), Some(""));
        for xml in ["", "<A", "<A>", "<A>x", "<A>x</B>", "<AB>x</AB>", "<A/>x</A>", "<A>x</A", "A>x</A>"] {
            assert_eq!(element(xml, "A"), None, "{xml}");
        }
    }
}
