//! The response to a rejected request, in the form of API Gateway or of S3.

use alloc::string::String;

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::verify::{Rejection, S3Error};

impl Rejection {
    /// The HTTP status to respond with.
    ///
    /// ```
    /// # use sigv4_wasm::verify::Verifier;
    /// let (parts, ()) = http::Request::get("http://127.0.0.1/").body(())?.into_parts();
    /// let rejection = Verifier::any().begin_http(&parts, "20150830T123600Z".parse()?).err().unwrap();
    /// assert_eq!(rejection.status_code(), http::StatusCode::FORBIDDEN);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::FORBIDDEN)
    }

    /// The response of API Gateway: `{"message": …}`, with the name of the exception in `x-amzn-errortype`.
    ///
    /// ```
    /// # use sigv4_wasm::verify::Verifier;
    /// # let (parts, ()) = http::Request::get("http://127.0.0.1/").body(())?.into_parts();
    /// # let rejection = Verifier::any().begin_http(&parts, "20150830T123600Z".parse()?).err().unwrap();
    /// let response = rejection.into_response();
    /// assert_eq!(response.headers()["x-amzn-errortype"], "MissingAuthenticationTokenException");
    /// assert_eq!(response.body(), r#"{"message":"Missing Authentication Token"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_response(self) -> Response<String> {
        let mut body = String::from("{\"message\":\"");
        escape_json(self.message(), &mut body);
        body += "\"}";
        let mut response = response(self.status_code(), "application/json", body);
        let exception = HeaderValue::from_static(self.kind().exception());
        response.headers_mut().insert(HeaderName::from_static("x-amzn-errortype"), exception);
        response
    }

    /// The response of S3: its own codes and statuses, in XML ("Error responses", Amazon S3 API reference).
    ///
    /// ```
    /// # use sigv4_wasm::verify::Verifier;
    /// # let (parts, ()) = http::Request::get("http://127.0.0.1/").body(())?.into_parts();
    /// # let rejection = Verifier::any().begin_http(&parts, "20150830T123600Z".parse()?).err().unwrap();
    /// assert!(rejection.into_s3_response().body().contains("<Code>AccessDenied</Code>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_s3_response(self) -> Response<String> {
        let kind = self.kind();
        let S3Error { status, code, message, has_region } = kind.s3_error().unwrap_or(S3Error {
            status: kind.status(),
            code: kind.exception(),
            message: None,
            has_region: false,
        });
        let region = self.details().and_then(|details| details.expected_region.as_deref());
        let region = region.filter(|_| has_region);
        let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let message = message.unwrap_or(self.message());
        for (name, text) in [("Code", Some(code)), ("Message", Some(message)), ("Region", region)] {
            if let Some(text) = text {
                body.extend(["<", name, ">"]);
                escape_xml(text, &mut body);
                body.extend(["</", name, ">"]);
            }
        }
        body += "</Error>";
        response(StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN), "application/xml", body)
    }
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// RFC 8259, section 7.
fn escape_json(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\0'..='\x1F' => {
                out.push_str("\\u00");
                out.extend(
                    [char as u32 >> 4, char as u32 & 15]
                        .iter()
                        .filter_map(|digit| char::from_digit(*digit, 16)),
                );
            }
            _ => out.push(char),
        }
    }
}

/// Characters that XML cannot contain become `?` ("Extensible Markup Language", section 2.2).
fn escape_xml(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\t' => out.push(char),
            '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => out.push('?'),
            _ => out.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_break_no_body() {
        let (mut json, mut xml) = (String::new(), String::new());
        let text = "'<a> & \"b\"\\\n\u{1}\u{1F}é'";
        escape_json(text, &mut json);
        escape_xml(text, &mut xml);
        assert_eq!(json, "'<a> & \\\"b\\\"\\\\\\n\\u0001\\u001fé'");
        assert_eq!(xml, "'&lt;a&gt; &amp; \"b\"\\\n??é'");
    }
}
