//! Runs targets without libFuzzer: random bytes, and the corpus with random changes. What fails is written down and can be run
//! again.
//!
//! `fuzz-loop [--seconds N | --runs N] [--seed N] [--input FILE] [TARGET…]`, from the root of the repository. libFuzzer has a file
//! for each entry of the corpus, and the repository a line of hex digits: `--unpack FOLDER` and `--pack FOLDER` turn one into the
//! other.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sigv4_wasm_fuzz::{COMPLETED, Run, TARGETS, hex};

fn main() -> ExitCode {
    let mut limit = Limit::Runs(2_000);
    let mut seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_nanos() as u64);
    let mut names: Vec<String> = Vec::new();
    let (mut input, mut unpack, mut pack) = (None, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse().ok()).expect("a number follows");
        match &*argument {
            "--seconds" => limit = Limit::Seconds(number()),
            "--runs" => limit = Limit::Runs(number()),
            "--seed" => seed = number(),
            "--input" => input = arguments.next(),
            "--unpack" => unpack = arguments.next(),
            "--pack" => pack = arguments.next(),
            _ => names.push(argument),
        }
    }
    let mut is_right = true;
    for (name, run) in TARGETS {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        if let Some(file) = &input {
            run(&fs::read(file).expect("the input can be read"));
            continue;
        }
        if let Some(folder) = &unpack {
            unpack_corpus(name, &Path::new(folder).join(name)).expect("the folder can be written");
            continue;
        }
        if let Some(folder) = &pack {
            pack_corpus(name, &Path::new(folder).join(name)).expect("the corpus can be written");
            continue;
        }
        is_right &= fuzz(name, *run, &limit, seed);
    }
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

enum Limit {
    Runs(u64),
    Seconds(u64),
}

fn fuzz(name: &str, run: Run, limit: &Limit, seed: u64) -> bool {
    let mut random = Random(seed | 1);
    let corpus = corpus_of(name);
    let started = Instant::now();
    let mut runs = 0;
    while match limit {
        Limit::Runs(most) => runs < *most,
        Limit::Seconds(seconds) => runs % 64 != 0 || started.elapsed() < Duration::from_secs(*seconds),
    } {
        // The corpus as it is, then changed or random bytes in turns.
        let data = match corpus.get(runs as usize) {
            Some(entry) => entry.clone(),
            None if runs % 2 == 0 && !corpus.is_empty() => {
                let at = random.below(corpus.len());
                random.change(&corpus[at])
            }
            None => random.bytes(),
        };
        if std::panic::catch_unwind(|| run(&data)).is_err() {
            let file = format!("fuzz/failed-{name}-{runs}");
            let _ = fs::write(&file, &data);
            eprintln!("fuzz: {name} failed after {runs} runs, seed {seed}: fuzz-loop --input {file} {name}");
            return false;
        }
        runs += 1;
    }
    let completed = COMPLETED.swap(0, Ordering::Relaxed);
    println!(
        "fuzz: {name}: {runs} runs, {completed} to the end, in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    true
}

/// What libFuzzer found to take different ways through the code.
fn corpus_of(name: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(corpus_file(name)).unwrap_or_default();
    text.lines().map(from_hex).collect()
}

fn corpus_file(name: &str) -> String {
    format!("fuzz/corpus/{name}.txt")
}

fn unpack_corpus(name: &str, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, entry) in corpus_of(name).iter().enumerate() {
        fs::write(folder.join(number.to_string()), entry)?;
    }
    Ok(())
}

/// Keeps the smallest.
fn pack_corpus(name: &str, folder: &Path) -> io::Result<()> {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder)? {
        entries.push(fs::read(file?.path())?);
    }
    entries.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    entries.truncate(MOST_ENTRIES);
    let lines: String = entries.iter().map(|entry| hex(entry) + "\n").collect();
    fs::write(corpus_file(name), lines)
}

/// So that the corpus stays small.
const MOST_ENTRIES: usize = 400;

fn from_hex(line: &str) -> Vec<u8> {
    let digit = |at: usize| line.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..line.len()).step_by(2).filter_map(digit).collect()
}

/// xorshift64*: repeatable, and good enough for this.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(400);
        // Half of them text: most inputs are.
        let is_text = self.below(2) == 0;
        let byte = |value: u64| if is_text { b' ' + (value >> 32) as u8 % 95 } else { (value >> 32) as u8 };
        (0..length).map(|_| byte(self.next())).collect()
    }

    fn change(&mut self, data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(data.len());
            match self.below(4) {
                0 if !data.is_empty() => data[at] = self.next() as u8,
                1 => data.insert(at, self.next() as u8),
                2 if !data.is_empty() => drop(data.remove(at)),
                _ => data.extend_from_within(at..),
            }
            data.truncate(4096);
        }
        data
    }
}
