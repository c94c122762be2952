//! Credentials that are asked with `fetch`, in Node.js and in a browser. What is asked and read is tested natively, in
//! tests/providers.rs; here, that it is sent, ended and thrown as the platform has it.

#![cfg(all(target_arch = "wasm32", feature = "web", feature = "providers"))]

use js_sys::{Function, Promise, Reflect};
use sigv4_wasm::providers::{AssumeRole, CognitoIdentity, Container, Environment, HttpSource, Variables};
use sigv4_wasm::web::{ProvideCredentials, WebProvider};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

/// Puts `fetch` in place, which keeps what it is asked in `played`, and answers with the body of a function of the request.
async fn play(answer: &str) {
    let body = format!(
        "const real = globalThis.realFetch ??= globalThis.fetch;
         globalThis.played = [];
         const answer = async (request, text) => {{ {answer} }};
         globalThis.fetch = async (request) => {{
           const text = await request.clone().text();
           const {{ method, url, redirect, signal }} = request;
           played.push({{ method, url, redirect, signal, text, headers: Object.fromEntries(request.headers) }});
           return answer(request, text);
         }};"
    );
    Function::new_no_args(&body).call0(&JsValue::NULL).unwrap();
}

/// What an expression of JavaScript comes to.
async fn eval(expression: &str) -> JsValue {
    let value = Function::new_no_args(&format!("return {expression}")).call0(&JsValue::NULL).unwrap();
    JsFuture::from(Promise::resolve(&value)).await.unwrap()
}

async fn text_of(expression: &str) -> String {
    eval(expression).await.as_string().unwrap_or_else(|| panic!("{expression} is not a text"))
}

const KEYS: &str = "Response.json({ AccessKeyId: 'ASIAWEB', SecretAccessKey: 'secret', Token: 't0ken',
    Expiration: new Date(Date.now() + 3600000).toISOString() })";

#[wasm_bindgen_test]
async fn asks_once_for_all_that_wait() {
    play(&format!("await new Promise((resolve) => setTimeout(resolve, 10)); return {KEYS};")).await;
    let source =
        HttpSource::new("https://api.example.com/keys").header("authorization", "Bearer abc").post("{}");
    let provider = WebProvider::new(source);
    let (one, other) = (provider.credentials(), provider.credentials());
    let mut both = (std::pin::pin!(one), std::pin::pin!(other));
    let mut found = (None, None);
    std::future::poll_fn(|context| {
        use std::task::Poll::{Pending, Ready};
        if found.0.is_none()
            && let Ready(one) = both.0.as_mut().poll(context)
        {
            found.0 = Some(one.unwrap());
        }
        if found.1.is_none()
            && let Ready(other) = both.1.as_mut().poll(context)
        {
            found.1 = Some(other.unwrap());
        }
        if found.0.is_some() && found.1.is_some() { Ready(()) } else { Pending }
    })
    .await;
    let (Some(one), Some(other)) = found else { panic!("both have credentials") };
    assert_eq!((one.access_key_id(), one.session_token()), ("ASIAWEB", Some("t0ken")));
    assert_eq!(one.access_key_id().as_ptr(), other.access_key_id().as_ptr());
    assert_eq!(
        text_of("JSON.stringify(played.map(({ method, url, redirect, text, headers }) => [method, url, redirect, text, headers.authorization]))").await,
        r#"[["POST","https://api.example.com/keys","manual","{}","Bearer abc"]]"#
    );
}

#[wasm_bindgen_test]
async fn a_pool_gives_credentials_that_sign_for_a_role() {
    play(
        "const target = request.headers.get('x-amz-target');
         if (target?.endsWith('.GetId')) return Response.json({ IdentityId: 'eu-west-1:id' });
         if (target) return Response.json({ Credentials: { AccessKeyId: 'ASIAPOOL', SecretKey: 's', SessionToken: 't', Expiration: 1893456000 } });
         return new Response('<R><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey></R>');",
    )
    .await;
    let role = AssumeRole::new("arn:aws:iam::123456789012:role/r", CognitoIdentity::new("eu-west-1:pool"))
        .region("eu-west-1");
    let provider = WebProvider::new(role);
    let found = ProvideCredentials::credentials(&provider).await.unwrap();
    assert_eq!(found.access_key_id(), "ASIAROLE");
    let authorization = text_of("played[2].headers.authorization").await;
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=ASIAPOOL/"), "{authorization}");
    assert!(text_of("played[2].text").await.starts_with("Action=AssumeRole&"));
}

#[wasm_bindgen_test]
async fn a_service_that_says_nothing_is_left_in_time() {
    play("return new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));")
        .await;
    let source =
        Container::new().url("https://api.example.com/keys").variables(Variables::from_iter([("", "")]));
    let error = WebProvider::new(source).credentials().await.unwrap_err();
    assert_eq!(error.to_string(), "Container: https://api.example.com did not answer in time");
    assert_eq!(eval("played[0].signal.aborted").await, JsValue::TRUE);
}

#[wasm_bindgen_test]
async fn errors_have_the_code_of_the_npm_package() {
    let code = |error: JsValue| Reflect::get(&error, &"code".into()).unwrap().as_string().unwrap();
    let thrown =
        |provider: WebProvider| async move { ProvideCredentials::credentials(&provider).await.unwrap_err() };
    let nothing = Environment::new().variables(Variables::from_iter([("", "")]));
    assert_eq!(code(thrown(WebProvider::new(nothing)).await), "ERR_SIGV4_CREDENTIALS_NOT_FOUND");
    play("throw new TypeError('Failed to fetch');").await;
    let source = || HttpSource::new("https://api.example.com/keys");
    assert_eq!(code(thrown(WebProvider::new(source())).await), "ERR_SIGV4_CREDENTIALS_PROVIDER");
    // What a page sees of a redirect.
    play("return { status: 0, arrayBuffer: async () => new ArrayBuffer(0) };").await;
    let error = WebProvider::new(source()).credentials().await.unwrap_err();
    assert_eq!(error.to_string(), "HttpSource: it answered 302");
}

/// Over a socket, where the platform has servers: in Node.js.
#[wasm_bindgen_test]
async fn the_fetch_of_the_platform_is_one_that_it_takes() {
    let started = eval(
        "(async () => {
           const http = globalThis.process?.getBuiltinModule?.('node:http');
           if (!http) return '';
           globalThis.fetch = globalThis.realFetch ?? globalThis.fetch;
           const server = http.createServer((request, response) => {
             const isFirst = request.url === '/keys' && request.headers.authorization === 'pod-token';
             response.writeHead(isFirst ? 302 : 200, { location: '/elsewhere' });
             response.end(JSON.stringify({ AccessKeyId: 'ASIAELSEWHERE', SecretAccessKey: 's' }));
           });
           globalThis.stop = () => { server.closeAllConnections(); server.close(); };
           await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
           return `http://127.0.0.1:${server.address().port}`;
         })()",
    )
    .await;
    let origin = started.as_string().unwrap();
    if origin.is_empty() {
        return;
    }
    let source = |path: &str| Container::new().url(format!("{origin}{path}")).authorization("pod-token");
    let error = WebProvider::new(source("/keys")).credentials().await.unwrap_err();
    assert_eq!(error.to_string(), "Container: it answered 302");
    let found = WebProvider::new(source("/others")).credentials().await.unwrap();
    assert_eq!(found.access_key_id(), "ASIAELSEWHERE");
    eval("stop()").await;
}
