.DEFAULT_GOAL := help
.PHONY: help setup build devtools demo test miri test-browsers test-examples test-matrix test-matrix-all test-reproducible fuzz bench deny docs sbom lint fmt clean

help:
	@echo 'make demo    build, and send signed requests through a local gateway'
	@echo 'make test    everything CI runs: build, native, Node and browser tests'
	@echo 'make miri    the tests of the one file with unsafe code, under Miri'
	@echo 'make test-browsers'
	@echo '             the same tests in Chromium, Firefox and WebKit (500 MB of packages)'
	@echo 'make test-examples'
	@echo '             every example, by the command of its README (850 MB of packages)'
	@echo 'make test-matrix'
	@echo '             also every runtime and bundler, and the table of docs/runtimes.md'
	@echo 'make test-matrix-all'
	@echo '             also old and new releases of Node.js, HTTP clients, Express and Next.js (Linux, x64)'
	@echo 'make test-reproducible'
	@echo '             builds twice, and compares byte by byte what would be published'
	@echo 'make fuzz    the targets of fuzz/, for MINUTES=10 in all'
	@echo 'make deny    licences, sources and known vulnerabilities of all dependencies'
	@echo 'make sbom    bills of materials (CycloneDX), in target/sbom/'
	@echo 'make build   the npm package, in pkg/'
	@echo 'make devtools'
	@echo '             the package with the command sigv4, in devtools/'
	@echo 'make docs    the documentation as a site, in docs/.vitepress/dist'
	@echo 'make bench   build, and compare with other signers'
	@echo 'make lint    rustfmt, clippy, prettier, tsc, imports, docs and wording'
	@echo 'make fmt     format all sources'
	@echo 'make setup   install what all of these need (they do it themselves)'
	@echo 'make clean   remove target, pkg and .cache'

setup:
	@echo '== setup'
	@scripts/setup test

build:
	@echo '== build: the npm package, in pkg/'
	@scripts/setup build
	@node scripts/build.mjs

devtools: build
	@echo '== devtools: the command sigv4, in devtools/'
	@scripts/setup devtools
	@node scripts/devtools.mjs

demo: devtools
	@echo '== demo'
	@node scripts/consumer.mjs devtools
	@cd target/devtools && node examples/demo.mjs

test:
	@echo '== test: setup, build, all tests'
	@scripts/setup test
	@$(MAKE) --no-print-directory devtools
	@scripts/test

miri:
	@echo '== miri: the one file with unsafe code'
	@if cargo +nightly miri --version >/dev/null 2>&1; then \
	  cargo +nightly miri test --lib wasm::; \
	else \
	  echo 'skipped: Miri (rustup toolchain install nightly --component miri)'; \
	fi

test-browsers: build
	@echo '== test-browsers: Chromium, Firefox, WebKit'
	@scripts/setup browsers
	@scripts/test browsers

test-examples:
	@echo '== test-examples: setup, build, every example'
	@scripts/setup examples
	@$(MAKE) --no-print-directory devtools
	@scripts/test examples

test-matrix: test-browsers
	@echo '== test-matrix: runtimes, bundlers, test runners, types'
	@scripts/setup matrix
	@scripts/wasm-env node tests/matrix/run.js
	@node tests/matrix/page.js

test-matrix-all: test-matrix
	@echo '== test-matrix-all: releases of Node.js, HTTP clients, Express and Next.js'
	@scripts/setup matrix-all
	@scripts/wasm-env node tests/matrix/run.js --versions
	@node tests/matrix/page.js versions

test-reproducible:
	@echo '== test-reproducible: two clean builds'
	@scripts/setup build
	@[ -d devtools/node_modules ] || $(MAKE) --no-print-directory devtools
	@scripts/test-reproducible

fuzz:
	@echo '== fuzz'
	@scripts/fuzz $(or $(MINUTES),10)

deny:
	@echo '== deny: licences, sources and known vulnerabilities'
	@scripts/deny

sbom:
	@echo '== sbom: bills of materials, in target/sbom/'
	@scripts/setup build
	@node scripts/sbom.mjs

docs: devtools
	@echo '== docs: the site, in docs/.vitepress/dist'
	@node scripts/site.mjs
	@. .cache/env.sh && node scripts/lighthouse.mjs

bench: build
	@echo '== bench'
	@. .cache/env.sh && node bench/run.mjs

lint: build
	@echo '== lint: rustfmt, clippy, prettier, tsc, imports, docs, words'
	cargo fmt --all --check
	cargo clippy --all-targets --features checksum,http,mismatch,policy,providers,sigv4a,tables,tower,verify -- -D warnings
	@if scripts/wasm-env clippy-driver --version >/dev/null 2>&1; then \
	  for module in wasm/*; do \
	    echo "scripts/wasm-env cargo clippy --target wasm32-unknown-unknown, feature module-$${module#wasm/}"; \
	    scripts/wasm-env cargo clippy --target wasm32-unknown-unknown --no-default-features --features module-$${module#wasm/} -- -D warnings || exit 1; \
	  done; \
	else \
	  echo 'skipped: clippy for wasm32 (the compiler with that target has no clippy-driver)'; \
	fi
	npx --no-install prettier --check .
	npx --no-install tsc -p tsconfig.json --noEmit
	node scripts/check-imports.mjs
	node scripts/check-docs.mjs
	node scripts/error-page.mjs --check
	@if [ -d devtools/node_modules ]; then node scripts/curl-options-page.mjs --check; fi
	node scripts/check-words.mjs
	@if [ -d devtools/node_modules ]; then npx --no-install tsc -p devtools/tsconfig.json; fi

fmt:
	@echo '== fmt: rustfmt, prettier'
	@scripts/setup build
	cargo fmt --all
	npx --no-install prettier --write --log-level warn .

clean:
	@echo '== clean: target, pkg, .cache'
	rm -rf target pkg .cache
