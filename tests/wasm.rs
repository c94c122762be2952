//! The boundary to JavaScript, in Node.js and in a browser: what js/engine/engine.js relies on.

#![cfg(target_arch = "wasm32")]

use js_sys::{Uint8Array, WebAssembly::Memory};
use sigv4_wasm::record_flags::{HAS_SECRET, KEEP, PLATFORM_HASH, PRESIGN, TRACE};
use sigv4_wasm::{Engine, Error};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const AT: f64 = 1_440_938_160_000.0; // 2015-08-30T12:36:00Z

/// The case get-vanilla of the official suite: the fields in their order, but for headers and the secret.
const VANILLA: [&str; 10] =
    ["GET", "example.amazonaws.com", "/", "", "", "us-east-1", "service", "", "AKIDEXAMPLE", ""];
/// Fields from here on follow the headers.
const CREDENTIALS: usize = 8;
const VANILLA_SIGNATURE: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

#[wasm_bindgen_test]
fn signs_a_case_of_the_official_suite() {
    let mut engine = Engine::new();
    let result = sign(&mut engine, &VANILLA, &[], true).unwrap();
    let lines: Vec<&str> = result.split('\n').collect();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={VANILLA_SIGNATURE}"
    );
    assert_eq!(lines, ["20150830T123600Z", "", "x-amz-security-token", "", "", &authorization]);
}

#[wasm_bindgen_test]
fn presigns_a_case_of_the_official_suite() {
    let mut engine = Engine::new();
    let result = call(&mut engine, &VANILLA, &[], Some(SECRET), b"", PRESIGN, AT, 3600, 0.0).unwrap();
    let expected = "X-Amz-Signature=e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d";
    assert!(result.ends_with(expected), "{result}");
}

#[wasm_bindgen_test]
fn a_trace_adds_canonical_request_and_string_to_sign() {
    let mut engine = Engine::new();
    let result = call(&mut engine, &VANILLA, &[], Some(SECRET), b"", TRACE, AT, 0, 0.0).unwrap();
    let parts: Vec<&str> = result.split('\0').collect();
    assert_eq!(parts.len(), 3);
    assert!(parts[1].starts_with("GET\n/\n\nhost:example.amazonaws.com\n"), "{}", parts[1]);
    assert!(
        parts[2].starts_with("AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n")
    );
}

#[wasm_bindgen_test]
fn a_body_follows_the_text_and_may_hold_anything() {
    let mut engine = Engine::new();
    let with = |engine: &mut Engine, body: &[u8]| {
        call(engine, &VANILLA, &[], Some(SECRET), body, 0, AT, 0, 0.0).unwrap()
    };
    let empty = with(&mut engine, b"");
    let nul = with(&mut engine, b"\0");
    let large = with(&mut engine, &[7; 100_000]);
    assert!(empty != nul && nul != large);
    assert!(empty.ends_with(VANILLA_SIGNATURE));
}

#[wasm_bindgen_test]
fn three_signatures_in_a_row_derive_one_key() {
    let mut engine = Engine::new();
    for with_secret in [true, false, false] {
        let result = sign(&mut engine, &VANILLA, &[], with_secret).unwrap();
        assert!(result.ends_with(VANILLA_SIGNATURE));
    }
    assert_eq!(engine.derived_keys(), 1.0);
    engine.clear_keys();
    assert_eq!(sign(&mut engine, &VANILLA, &[], false), Err(Error::SigningKeyMissing.status()));
}

#[wasm_bindgen_test]
fn the_secret_is_wiped_from_the_buffer() {
    let mut engine = Engine::new();
    engine.reserve(8192); // beyond the buffer lie the records of this test
    for region in ["us-east-1", "a/b"] {
        let mut fields = VANILLA;
        fields[5] = region; // the second is refused
        let _ = sign(&mut engine, &fields, &[("x-a", "b")], true);
        let memory = wasm_bindgen::memory().unchecked_into::<Memory>();
        let pointer = engine.reserve(0) as u32;
        let buffer = Uint8Array::new_with_byte_offset_and_length(&memory.buffer(), pointer, 4096).to_vec();
        assert!(!buffer.windows(8).any(|window| window == &SECRET.as_bytes()[..8]));
    }
}

#[wasm_bindgen_test]
fn errors_have_numbers_and_the_engine_works_on() {
    let mut engine = Engine::new();
    let change = |index: usize, text: &'static str| {
        let mut fields = VANILLA;
        fields[index] = text;
        fields
    };
    let ok = [("x-ok", "1")];
    for (fields, headers, error) in [
        (change(8, ""), &ok[..], Error::AccessKeyIdInvalid),
        (change(9, "t\r\n"), &ok, Error::SessionTokenInvalid),
        (change(9, "a\0b"), &ok, Error::SessionTokenInvalid),
        (change(5, ""), &ok, Error::RegionRequired),
        (change(6, ""), &ok, Error::ServiceRequired),
        (change(5, "a/b"), &ok, Error::RegionInvalid),
        (change(6, "a b"), &ok, Error::ServiceInvalid),
        (change(0, "G T"), &ok, Error::MethodInvalid),
        (change(1, ""), &ok, Error::HostInvalid),
        (VANILLA, &[("x-ok", "1"), ("x bad", "1")], Error::HeaderNameInvalid(1)),
        (VANILLA, &[("x-ok", "1"), ("x-ok", "1"), ("x-bad", "a\nb")], Error::HeaderValueInvalid(2)),
        (change(4, "abc"), &ok, Error::PayloadHashInvalid),
        (change(2, "/a\0b"), &ok, Error::RecordInvalid),
        (VANILLA, &[("x-a", "b\0x-c\0d")], Error::RecordInvalid),
    ] {
        assert_eq!(sign(&mut engine, &fields, headers, true), Err(error.status()), "{fields:?} {headers:?}");
        assert!(sign(&mut engine, &VANILLA, &[], true).unwrap().ends_with(VANILLA_SIGNATURE));
    }
    for secret in ["", "with newline\n"] {
        let refused = call(&mut engine, &VANILLA, &[], Some(secret), b"", 0, AT, 0, 0.0);
        assert_eq!(refused, Err(Error::SecretAccessKeyInvalid.status()), "{secret:?}");
    }
    for at in [f64::NAN, -1.0, f64::INFINITY, 253_402_300_800_000.0] {
        assert_eq!(
            call(&mut engine, &VANILLA, &[], Some(SECRET), b"", 0, at, 0, 0.0),
            Err(Error::DateInvalid.status())
        );
    }
    for expires_in in [0, 604_801] {
        let refused = call(&mut engine, &VANILLA, &[], Some(SECRET), b"", PRESIGN, AT, expires_in, 0.0);
        assert_eq!(refused, Err(Error::ExpiresInvalid.status()));
    }
}

#[wasm_bindgen_test]
fn lengths_that_lie_are_refused() {
    let mut engine = Engine::new();
    engine.reserve(64);
    for (text, token, body, headers) in [
        (1_000_000, 0, 0, 0),
        (64, 0, 0, 0),
        (0, 0, 0, 0),
        (0, 1_000_000, 0, 0),
        (usize::MAX, usize::MAX, 0, 0),
        (64, 0, 1_000_000, usize::MAX),
    ] {
        assert!(engine.sign(text, token, body, headers, HAS_SECRET, AT, 0, 0.0) < 0);
    }
}

#[wasm_bindgen_test]
fn the_host_may_hash_the_canonical_request() {
    let mut engine = Engine::new();
    for with_secret in [true, false] {
        let secret = with_secret.then_some(SECRET);
        let canonical = call(&mut engine, &VANILLA, &[], secret, b"", PLATFORM_HASH, AT, 0, 1.0).unwrap();
        assert!(canonical.starts_with("GET\n/\n\nhost:example.amazonaws.com\n"), "{canonical}");
        // SHA-256 of get-vanilla's canonical request, from the suite.
        write(&mut engine, b"bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
        let length = engine.complete(PLATFORM_HASH);
        assert!(read(&mut engine, length as usize).ends_with(VANILLA_SIGNATURE));
    }
    assert_eq!(Engine::new().complete(PLATFORM_HASH), Error::RecordInvalid.status(), "nothing is prepared");
}

#[wasm_bindgen_test]
fn signs_the_same_request_with_other_paths() {
    let mut engine = Engine::new();
    assert_eq!(engine.sign_path(0, 0), Error::RecordInvalid.status(), "nothing was signed yet");
    let paths = ["/", "/a", "/b/../c d", "/"];
    let alone = paths.map(|path| {
        let mut fields = VANILLA;
        fields[2] = path;
        let result = sign(&mut engine, &fields, &[], true).unwrap();
        result[result.len() - 64..].to_owned()
    });
    call(&mut engine, &VANILLA, &[], Some(SECRET), b"", KEEP, AT, 0, 1.0).unwrap();
    for (path, signature) in paths.iter().zip(alone) {
        write(&mut engine, path.as_bytes());
        let length = engine.sign_path(path.len(), KEEP);
        // The target to send comes first, where it is not the one that was given.
        assert_eq!(read(&mut engine, length as usize), format!("\n{signature}"), "{path}");
    }
}

#[wasm_bindgen_test]
fn credentials_cross_once_and_many_are_known() {
    let mut engine = Engine::new();
    let mut temporary = VANILLA;
    temporary[9] = "token";
    let signed = |engine: &mut Engine, secret, credentials_id| {
        call(engine, &temporary, &[], secret, b"", 0, AT, 0, credentials_id)
    };
    let first = signed(&mut engine, Some(SECRET), 1.0).unwrap();
    assert!(first.contains("x-amz-security-token"));
    for credentials_id in 2..=70 {
        assert_eq!(
            signed(&mut engine, None, credentials_id as f64),
            Err(Error::SigningKeyMissing.status()),
            "not known yet"
        );
        assert_eq!(signed(&mut engine, Some(SECRET), credentials_id as f64), Ok(first.clone()));
    }
    assert_eq!(signed(&mut engine, None, 70.0), Ok(first));
    assert_eq!(
        signed(&mut engine, None, 1.0),
        Err(Error::SigningKeyMissing.status()),
        "forgotten: there are too many"
    );
}

#[wasm_bindgen_test]
fn hashes_in_pieces() {
    let mut engine = Engine::new();
    // `openssl dgst -sha256` of 128 times `a`, and `bc`; and of `abc`, as in FIPS 180-4.
    for (blocks, rest, expected) in [
        (2, "bc", "a7cc04a0f3dfa3149238f53f0c56650c846747a3e7b06dae6dacb1421ac3fcd8"),
        (0, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ] {
        for _ in 0..blocks {
            write(&mut engine, &[b'a'; 64]);
            engine.hash_update(64);
        }
        write(&mut engine, rest.as_bytes());
        engine.hash_finish(rest.len());
        assert_eq!(read(&mut engine, 64), expected);
    }
}

fn sign(
    engine: &mut Engine,
    fields: &[&str],
    headers: &[(&str, &str)],
    with_secret: bool,
) -> Result<String, i32> {
    call(engine, fields, headers, with_secret.then_some(SECRET), b"", 0, AT, 0, 1.0)
}

/// As js/engine/engine.js calls it.
#[allow(clippy::too_many_arguments)]
fn call(
    engine: &mut Engine,
    fields: &[&str],
    headers: &[(&str, &str)],
    secret: Option<&str>,
    body: &[u8],
    flags: u32,
    epoch_millis: f64,
    expires_in: u32,
    credentials_id: f64,
) -> Result<String, i32> {
    let mut record = String::new();
    let headers_flat = headers.iter().flat_map(|(name, value)| [*name, *value]);
    let (fields, credentials) = fields.split_at(CREDENTIALS);
    let (access_key_id, token) = (credentials[0], credentials[1]);
    let credentials = [access_key_id].into_iter().chain(secret);
    for field in fields.iter().copied().chain(headers_flat).chain(credentials) {
        record.push_str(field);
        record.push('\0');
    }
    let text_length = record.len();
    let mut record = record.into_bytes();
    record.extend_from_slice(token.as_bytes());
    record.extend_from_slice(body);
    write(engine, &record);
    let flags = flags | if secret.is_some() { HAS_SECRET } else { 0 };
    let status = engine.sign(
        text_length,
        token.len(),
        body.len(),
        headers.len(),
        flags,
        epoch_millis,
        expires_in,
        credentials_id,
    );
    if status < 0 {
        return Err(status);
    }
    let pointer = if flags & PLATFORM_HASH != 0 { engine.canonical_request() } else { engine.reserve(0) };
    Ok(String::from_utf8(view(pointer, status as usize).to_vec()).unwrap())
}

fn write(engine: &mut Engine, bytes: &[u8]) {
    let pointer = engine.reserve(bytes.len());
    view(pointer, bytes.len()).copy_from(bytes);
}

fn read(engine: &mut Engine, length: usize) -> String {
    let pointer = engine.reserve(0);
    String::from_utf8(view(pointer, length).to_vec()).unwrap()
}

fn view(pointer: usize, length: usize) -> Uint8Array {
    let memory = wasm_bindgen::memory().unchecked_into::<Memory>();
    Uint8Array::new_with_byte_offset_and_length(&memory.buffer(), pointer as u32, length as u32)
}
