// The metrics of the proxy, for Prometheus.
//
// Source: "Exposition formats", Prometheus documentation.

/** Upper bounds of the histogram, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How many hosts have series of their own. Clients can name many hosts if a pattern allows them: further hosts share one series. */
const MAX_SERIES = 256;

/** The series of one upstream. */
class Series {
  /** The requests by status. @type {Map<number, number>} */
  statuses = new Map();
  buckets = new Float64Array(BUCKETS.length);
  seconds = 0;
  count = 0;
  requestBytes = 0;
  responseBytes = 0;
}

export class Metrics {
  /** The series by host. @type {Map<string, Series>} */
  #series = new Map();
  /** The refusals by code. @type {Map<string, number>} */
  #refusals = new Map();
  inFlight = 0;
  webSockets = 0;

  /**
   * A request that an upstream answered.
   *
   * @param {{ host: string, status: number, durationMs: number, requestBytes: number, responseBytes: number }} done
   */
  add({ host, status, durationMs, requestBytes, responseBytes }) {
    const name = this.#series.has(host) || this.#series.size < MAX_SERIES ? host : 'other';
    let series = this.#series.get(name);
    if (series === undefined) this.#series.set(name, (series = new Series()));
    const seconds = durationMs / 1000;
    series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1);
    series.seconds += seconds;
    series.count += 1;
    series.requestBytes += requestBytes;
    series.responseBytes += responseBytes;
    for (let i = BUCKETS.length - 1; i >= 0 && seconds <= BUCKETS[i]; i--) series.buckets[i] += 1;
  }

  /**
   * A request that the proxy answered itself.
   *
   * @param {string} code
   */
  refuse(code) {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  /** @returns {string} in the text format */
  text() {
    const all = [...this.#series].map(([host, series]) => ({ upstream: `upstream="${host}"`, series }));
    const each = (/** @type {(series: Series) => number} */ value) =>
      all.map(({ upstream, series }) => /** @type {Sample} */ ([`{${upstream}}`, value(series)]));
    const { user, system } = process.cpuUsage();
    return [
      metric('sigv4_proxy_requests_total', 'counter', 'Requests that an upstream answered', [
        ...all.flatMap(({ upstream, series }) =>
          [...series.statuses].map(
            ([status, count]) => /** @type {Sample} */ ([`{${upstream},status="${status}"}`, count]),
          ),
        ),
      ]),
      metric(
        'sigv4_proxy_refusals_total',
        'counter',
        'Requests that the proxy answered itself, by code',
        [...this.#refusals].map(([code, count]) => [`{code="${code}"}`, count]),
      ),
      metric(
        'sigv4_proxy_request_duration_seconds',
        'histogram',
        'From the head of a request to the end of its response',
        all.flatMap(({ upstream, series }) => [
          ...BUCKETS.map(
            (bound, i) => /** @type {Sample} */ ([`_bucket{${upstream},le="${bound}"}`, series.buckets[i]]),
          ),
          [`_bucket{${upstream},le="+Inf"}`, series.count],
          [`_sum{${upstream}}`, series.seconds],
          [`_count{${upstream}}`, series.count],
        ]),
      ),
      metric(
        'sigv4_proxy_request_bytes_total',
        'counter',
        'Bytes of bodies that clients sent',
        each((series) => series.requestBytes),
      ),
      metric(
        'sigv4_proxy_response_bytes_total',
        'counter',
        'Bytes of bodies that upstreams sent',
        each((series) => series.responseBytes),
      ),
      metric('sigv4_proxy_in_flight_requests', 'gauge', 'Requests in progress', [['', this.inFlight]]),
      metric('sigv4_proxy_open_websockets', 'gauge', 'WebSockets in use', [['', this.webSockets]]),
      metric('process_cpu_seconds_total', 'counter', 'CPU time of the process', [
        ['', (user + system) / 1e6],
      ]),
      metric('process_resident_memory_bytes', 'gauge', 'Memory of the process', [
        ['', process.memoryUsage.rss()],
      ]),
    ].join('');
  }
}

/**
 * @typedef {[labels: string, value: number]} Sample  labels: with what follows the name
 *
 * @param {string} name
 * @param {string} type
 * @param {string} help
 * @param {Sample[]} samples
 */
function metric(name, type, help, samples) {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}.\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
