import { EDGES_NS } from './histogram.ts';
import type { Counted } from './stats.ts';

/** What Prometheus calls the text that it reads. */
export const METRICS_TYPE = 'text/plain; version=0.0.4';

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number];

/**
 * All that is counted, as Prometheus reads it.
 *
 * Source: Prometheus, "Exposition formats", text format 0.0.4.
 */
export function renderMetrics(counted: Counted): string {
  const { requests, accepted, closed, shed, bytesIn, bytesOut, unlogged, states, refused, responses } = counted;
  return [
    family('requests_total', 'counter', 'Requests whose head has arrived.', [[{}, requests]]),
    family(
      'responses_total',
      'counter',
      'Answers by route and status; without a route those that no route has given.',
      responses.map(({ route, status, count }) => [{ ...routeLabels(route), status }, count]),
    ),
    latencies(counted),
    family(
      'connections',
      'gauge',
      'Open connections by what they are doing.',
      Object.entries(states).map(([state, count]) => [{ state }, count]),
    ),
    family('connections_accepted_total', 'counter', 'Connections that were opened.', [[{}, accepted]]),
    family('connections_closed_total', 'counter', 'Connections that were closed.', [[{}, closed]]),
    family('connections_shed_total', 'counter', 'Connections that were turned away for the limit.', [[{}, shed]]),
    family(
      'refused_total',
      'counter',
      'Messages that were refused, by reason.',
      Array.from(refused, ([reason, count]) => [{ reason }, count]),
    ),
    family('received_bytes_total', 'counter', 'Bytes received.', [[{}, bytesIn]]),
    family('sent_bytes_total', 'counter', 'Bytes sent.', [[{}, bytesOut]]),
    family('log_dropped_total', 'counter', 'Lines of the log that were left out, since nobody took them in time.', [[{}, unlogged]]),
  ].join('');
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `lanewise_${name}${renderLabels(labels)} ${value}\n`);
  return `# HELP lanewise_${name} ${help}\n# TYPE lanewise_${name} ${type}\n${lines.join('')}`;
}

function latencies({ latency }: Counted): string {
  const name = 'lanewise_latency_seconds';
  const below = latency.below(EDGES_NS);
  const lines = EDGES_NS.map((edge, i) => `${name}_bucket{le="${edge / 1e9}"} ${below[i]}\n`);
  return [
    `# HELP ${name} From the end of the head to the hand-over of the answer to the system.\n# TYPE ${name} histogram\n`,
    ...lines,
    `${name}_bucket{le="+Inf"} ${latency.count}\n${name}_sum ${latency.sumNs / 1e9}\n${name}_count ${latency.count}\n`,
  ].join('');
}

/** 'GET /echo', '/any' or '' as labels. */
function routeLabels(route: string): Labels {
  const slash = route.indexOf('/');
  return { method: route.slice(0, Math.max(0, slash)).trim(), route: route.slice(Math.max(0, slash)) };
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
