# shellcheck shell=bash
# A step of scripts/setup: the browsers of tests/browsers, besides the one that all tests need.

setup_browsers() {
  local -a missing=()
  have "${FIREFOX_BIN:-firefox-esr}" || have firefox || missing+=(firefox-esr)
  have WebKitWebDriver || missing+=(webkit2gtk-driver)
  have Xvfb || missing+=(xvfb) # the display of WebKit, which knows no headless mode
  if [ ${#missing[@]} -eq 0 ]; then
    ok browsers 'Firefox, WebKitGTK'
    return
  fi
  if ! have apt-get; then
    note browsers "no ${missing[*]}, and no apt-get to install it with: its tests will be skipped"
    return
  fi
  need_root "installing ${missing[*]}" \
    "apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  doing browsers "apt-get install ${missing[*]}"
  apt_install "${missing[@]}" || die_with_log "apt-get could not install ${missing[*]}"
}
