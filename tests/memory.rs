//! Nothing of a secret or a session token is in memory that is freed: every block is looked at when it goes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sigv4_wasm::{Config, Credentials, Error, Payload, RequestView, Signer, Timestamp};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEPTxTOKEN";

struct Watching;

static IS_WATCHING: AtomicBool = AtomicBool::new(false);
static FREED: AtomicUsize = AtomicUsize::new(0);
static FOUND: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the allocator of the system, with the arguments that it was given.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeros, so that all of a block can be read.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if IS_WATCHING.load(Ordering::Relaxed) {
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            FREED.fetch_add(1, Ordering::Relaxed);
            // Ten bytes of either, so that a piece is found, too.
            let has = |secret: &str| {
                let pieces = secret.as_bytes().windows(10).step_by(5);
                pieces.into_iter().any(|piece| bytes.windows(10).any(|window| window == piece))
            };
            if has(SECRET) || has(TOKEN) {
                FOUND.fetch_add(1, Ordering::Relaxed);
            }
        }
        unsafe { System.dealloc(block, layout) }
    }
    // `realloc` is that of the trait: it goes through both.
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// How many blocks were freed, and how many with a piece of a secret in them.
fn watch(work: impl FnOnce()) -> (usize, usize) {
    FREED.store(0, Ordering::Relaxed);
    FOUND.store(0, Ordering::Relaxed);
    IS_WATCHING.store(true, Ordering::Relaxed);
    work();
    IS_WATCHING.store(false, Ordering::Relaxed);
    (FREED.load(Ordering::Relaxed), FOUND.load(Ordering::Relaxed))
}

// One test, because the allocator is one.
#[test]
fn what_is_freed_holds_nothing_of_a_secret() {
    let (_, found) = watch(|| drop(std::hint::black_box(SECRET.to_owned())));
    assert_eq!(found, 1, "the test finds what is not wiped");
    let (_, found) = watch(|| {
        let mut text = Vec::with_capacity(8);
        TOKEN.bytes().for_each(|byte| text.push(byte));
        text.fill(0);
    });
    assert!(found > 0, "and what is left where a text was before it grew");

    let now: Timestamp = "20150830T123600Z".parse().unwrap();
    let long = "x".repeat(20_000);
    let body = vec![7; 1000];
    let signs = |target: &str, life: Option<u64>| {
        let credentials = Credentials::new("ASIAEXAMPLE", SECRET, Some(TOKEN)).unwrap();
        let clone = credentials.clone();
        let signer = Signer::new(Config::new("s3", "us-east-1"));
        let request = RequestView::new("PUT", "example.com", target)
            .header("x-amz-meta-long", &long)
            .payload(Payload::Bytes(&body));
        match life {
            Some(seconds) => {
                let life = Duration::from_secs(seconds);
                let trace = signer.trace_presigned(&request, &credentials, now, life)?;
                assert!(trace.signature().query().is_some_and(|query| query.contains(TOKEN)));
                drop(signer.presign(&request, &clone, now, life)?.clone());
            }
            None => {
                let trace = signer.trace(&request, &credentials, now)?;
                assert!(trace.signature().headers().any(|header| header.value() == TOKEN));
                drop(signer.sign(&request, &clone, now)?.clone());
            }
        }
        Ok::<(), Error>(())
    };
    let stale = format!("/a?X-Amz-Security-Token={TOKEN}&b=c");
    for (target, life, is_signed) in [
        ("/a+b?c=d", None, true),
        ("/a", Some(60), true),
        (&stale[..], Some(60), true),
        ("/a", Some(0), false),
        (&long[..], None, true),
    ] {
        let (freed, found) = watch(|| assert_eq!(signs(target, life).is_ok(), is_signed));
        assert!(freed > 5);
        assert_eq!(found, 0, "{} bytes of target, {life:?}", target.len());
    }
}
