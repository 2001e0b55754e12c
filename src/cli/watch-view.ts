import type { Change } from '../cluster/changes.ts';
import type { Site } from '../cluster/site.ts';
import { type Sight, watch } from '../cluster/watch.ts';
import { EXIT } from '../core/errors.ts';
import type { Invocation } from './invocation.ts';
import { statusText } from './status-text.ts';

/** Of the latest changes a terminal shows so many below the status. */
const SHOWN = 10;

type Screen = Invocation['process']['stdout'] & { columns?: number };

/** Shows the status and what changes: a terminal is drawn anew, else lines come one by one. Ends by a signal. */
export async function showWatch(invocation: Invocation, site: Site): Promise<void> {
  const { stdout, lifetime, env } = invocation.process;
  // Nobody reads any more (`rkube status --watch | head`).
  const gone = new AbortController();
  stdout.once('error', () => gone.abort());
  const view =
    invocation.flags['json'] === true ? jsonLine : stdout.isTTY && env['TERM'] !== 'dumb' ? screen(stdout) : lines;
  for await (const sight of watch(site, AbortSignal.any([lifetime.signal, gone.signal]))) {
    for (const line of view(sight)) invocation.print(line);
  }
  if (lifetime.interrupted) invocation.exitCode = EXIT.interrupted;
}

type View = (sight: Sight) => readonly string[];

/** First `{"at", "status"}`, then one `{"at", "change"}` a line. */
const jsonLine: View = ({ status, changes }) => {
  if (changes.length > 0) return changes.map(({ at, ...change }) => JSON.stringify({ at, change }));
  const { pods: _, ...shown } = status;
  return [JSON.stringify({ at: new Date().toISOString(), status: shown })];
};

const lines: View = ({ status, changes }) => (changes.length === 0 ? [statusText(status), '\n'] : changes.map(line));

function screen(stdout: Screen): View {
  let latest: readonly string[] = [];
  return ({ status, changes }) => {
    latest = [...latest, ...changes.map(line)].slice(-SHOWN);
    const width = (stdout.columns ?? 80) - 1;
    const shown = [...statusText(status).split('\n'), '', ...latest].map((each) => each.slice(0, width));
    return [`\u001B[H\u001B[J${shown.join('\n')}`];
  };
}

const line = ({ at, kind, name, state }: Change): string => `${at.slice(0, 19)}Z  ${kind} ${name}: ${state}`;
