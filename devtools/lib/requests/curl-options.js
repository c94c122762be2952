// Every option of curl: how it is written, and what it is about.
//
// Source: curl(1) of 7.88 and of 8.16; a test compares the table with the `curl --help all` of the machine.

/**
 * The group of an option decides its use: a pasted command is read only for the request, and `sigv4 request` supports as many as
 * it can.
 *
 * @typedef {keyof typeof TABLE} Concern
 *
 * @typedef {object} CurlOption
 * @property {string} name  such as `--data`
 * @property {string} [short]  such as `-d`
 * @property {boolean} hasValue
 * @property {Concern} concern
 */

/** Lines of one option each: `-s, --long <value>`. */
const TABLE = {
  /** The request itself. */
  request: `
    -A, --user-agent <name>
    -b, --cookie <data|filename>
    -d, --data <data>
    --data-ascii <data>
    --data-binary <data>
    --data-raw <data>
    --data-urlencode <data>
    -e, --referer <URL>
    -F, --form <name=content>
    --form-escape
    --form-string <name=string>
    -g, --globoff
    -G, --get
    -H, --header <header/@file>
    -I, --head
    --json <data>
    --path-as-is
    -r, --range <range>
    -T, --upload-file <file>
    --url <url>
    --url-query <data>
    -X, --request <method>`,
  /** How it is sent, and how the response is handled. */
  transfer: `
    -0, --http1.0
    -4, --ipv4
    -6, --ipv6
    -c, --cookie-jar <filename>
    -C, --continue-at <offset>
    --ca-native
    --cacert <file>
    --capath <dir>
    -E, --cert <certificate[:password]>
    --compressed
    --connect-timeout <seconds>
    --connect-to <HOST1:PORT1:HOST2:PORT2>
    --create-dirs
    --create-file-mode <mode>
    -D, --dump-header <filename>
    --etag-compare <file>
    --etag-save <file>
    -f, --fail
    --fail-with-body
    --http1.1
    --http2
    --http2-prior-knowledge
    -i, --include
    --show-headers
    -j, --junk-session-cookies
    -J, --remote-header-name
    -k, --insecure
    --key <key>
    -L, --location
    --limit-rate <speed>
    -m, --max-time <seconds>
    --max-filesize <bytes>
    --max-redirs <num>
    --no-clobber
    --noproxy <no-proxy-list>
    -o, --output <file>
    --out-null
    -O, --remote-name
    --output-dir <dir>
    --pass <phrase>
    --post301
    --post302
    --post303
    -R, --remote-time
    --remove-on-error
    --resolve <[+]host:port:addr[,addr]...>
    --retry <num>
    --retry-all-errors
    --retry-connrefused
    --retry-delay <seconds>
    --retry-max-time <seconds>
    -s, --silent
    -S, --show-error
    --stderr <file>
    --tls-max <VERSION>
    --tlsv1.2
    --tlsv1.3
    --trace <file>
    --trace-ascii <file>
    --unix-socket <path>
    -U, --proxy-user <user:password>
    -v, --verbose
    -w, --write-out <format>
    -x, --proxy <[protocol://]host[:port]>
    -Y, --speed-limit <speed>
    -y, --speed-time <seconds>
    -z, --time-cond <time>`,
  /** Options without effect on one HTTP request and its response. */
  nothing: `
    -#, --progress-bar
    -1, --tlsv1
    --tlsv1.0
    --tlsv1.1
    -a, --append
    -B, --use-ascii
    -l, --list-only
    -N, --no-buffer
    -p, --proxytunnel
    -q, --disable
    --compressed-ssh
    --crlf
    --disallow-username-in-url
    --expect100-timeout <seconds>
    --fail-early
    --false-start
    --happy-eyeballs-timeout-ms <ms>
    --ignore-content-length
    --ip-tos <string>
    --keepalive-cnt <integer>
    --keepalive-time <seconds>
    --no-alpn
    --no-keepalive
    --no-npn
    --no-progress-meter
    --no-sessionid
    --raw
    --remote-name-all
    --skip-existing
    --styled-output
    --suppress-connect-headers
    --tcp-fastopen
    --tcp-nodelay
    --trace-config <string>
    --trace-ids
    --trace-time
    --tr-encoding
    --vlan-priority <priority>
    --xattr`,
  /** Other ways to authenticate the sender. */
  authentication: `
    -n, --netrc
    -u, --user <user:password>
    --anyauth
    --aws-sigv4 <provider1[:prvdr2[:reg[:srv]]]>
    --basic
    --delegation <LEVEL>
    --digest
    --krb <level>
    --location-trusted
    --login-options <options>
    --negotiate
    --netrc-file <filename>
    --netrc-optional
    --ntlm
    --ntlm-wb
    --oauth2-bearer <token>
    --sasl-authzid <identity>
    --sasl-ir
    --service-name <name>`,
  /** Several requests in a command, or options from elsewhere. */
  several: `
    -:, --next
    -K, --config <file>
    -Z, --parallel
    --parallel-immediate
    --parallel-max <num>
    --parallel-max-host <num>
    --rate <max request rate>
    --variable <[%]name=text/@file>`,
  /** Of the connection, and beyond what Node.js lets a program choose. */
  connection: `
    -2, --sslv2
    -3, --sslv3
    --abstract-unix-socket <path>
    --alt-svc <file name>
    --cert-status
    --cert-type <type>
    --ciphers <list>
    --crlfile <file>
    --curves <list>
    --dns-interface <interface>
    --dns-ipv4-addr <address>
    --dns-ipv6-addr <address>
    --dns-servers <addresses>
    --doh-cert-status
    --doh-insecure
    --doh-url <URL>
    --dump-ca-embed
    --ech <config>
    --egd-file <file>
    --engine <name>
    --follow
    --haproxy-clientip <ip>
    --haproxy-protocol
    --hsts <file name>
    --http0.9
    --http3
    --http3-only
    --interface <name>
    --ipfs-gateway <URL>
    --key-type <type>
    --libcurl <file>
    --local-port <range>
    --metalink
    --mptcp
    --pinnedpubkey <hashes>
    --preproxy <[protocol://]host[:port]>
    --proto <protocols>
    --proto-default <protocol>
    --proto-redir <protocols>
    --proxy-anyauth
    --proxy-basic
    --proxy-ca-native
    --proxy-cacert <file>
    --proxy-capath <dir>
    --proxy-cert <cert[:passwd]>
    --proxy-cert-type <type>
    --proxy-ciphers <list>
    --proxy-crlfile <file>
    --proxy-digest
    --proxy-header <header/@file>
    --proxy-http2
    --proxy-insecure
    --proxy-key <key>
    --proxy-key-type <type>
    --proxy-negotiate
    --proxy-ntlm
    --proxy-pass <phrase>
    --proxy-pinnedpubkey <hashes>
    --proxy-service-name <name>
    --proxy-ssl-allow-beast
    --proxy-ssl-auto-client-cert
    --proxy-tls13-ciphers <list>
    --proxy-tlsauthtype <type>
    --proxy-tlspassword <string>
    --proxy-tlsuser <name>
    --proxy-tlsv1
    --proxy1.0 <host[:port]>
    --random-file <file>
    --request-target <path>
    --sigalgs <list>
    --socks4 <host[:port]>
    --socks4a <host[:port]>
    --socks5 <host[:port]>
    --socks5-basic
    --socks5-gssapi
    --socks5-gssapi-nec
    --socks5-gssapi-service <name>
    --socks5-hostname <host[:port]>
    --ssl-allow-beast
    --ssl-auto-client-cert
    --ssl-no-revoke
    --ssl-revoke-best-effort
    --tls-earlydata
    --tls13-ciphers <list>
    --tlsauthtype <type>
    --tlspassword <string>
    --tlsuser <name>`,
  /** Of FTP, mail, SSH, Telnet and TFTP. */
  protocol: `
    -P, --ftp-port <address>
    -Q, --quote <command>
    -t, --telnet-option <opt=val>
    --disable-eprt
    --disable-epsv
    --ftp-account <data>
    --ftp-alternative-to-user <command>
    --ftp-create-dirs
    --ftp-method <method>
    --ftp-pasv
    --ftp-pret
    --ftp-skip-pasv-ip
    --ftp-ssl-ccc
    --ftp-ssl-ccc-mode <active/passive>
    --ftp-ssl-control
    --hostpubmd5 <md5>
    --hostpubsha256 <sha256>
    --knownhosts <file>
    --mail-auth <address>
    --mail-from <address>
    --mail-rcpt <address>
    --mail-rcpt-allowfails
    --pubkey <key>
    --ssl
    --ssl-reqd
    --tftp-blksize <value>
    --tftp-no-options
    --upload-flags <flags>`,
  /** Of the program itself. */
  program: `
    -h, --help <category>
    -M, --manual
    -V, --version`,
};

/** In the order of the table. @type {CurlOption[]} */
export const CURL_OPTIONS = Object.entries(TABLE).flatMap(([concern, lines]) =>
  lines
    .trim()
    .split(/\s*\n\s*/)
    .map((line) => {
      const [, short, name, value] = /** @type {RegExpExecArray} */ (
        /^(?:(-.), )?(--[\w.-]+)(?: (<.*>))?$/.exec(line)
      );
      return {
        name,
        ...(short !== undefined && { short }),
        hasValue: value !== undefined,
        concern: /** @type {Concern} */ (concern),
      };
    }),
);

/** @type {Map<string, CurlOption>} */
const BY_NAME = new Map(
  CURL_OPTIONS.flatMap((option) => [option.name, option.short ?? option.name].map((name) => [name, option])),
);

/**
 * @param {string} name  such as `--data` or `-d`; a switch also as `--no-…`
 * @returns {CurlOption | undefined}
 */
export function curlOption(name) {
  const option = BY_NAME.get(name) ?? BY_NAME.get(name.replace(/^--no-/, '--'));
  if (option !== undefined || !name.startsWith('--')) return option;
  // The table has what is on by default by its negation.
  return BY_NAME.get(name.replace(/^--/, '--no-'));
}
