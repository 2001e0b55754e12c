import { join } from 'node:path';
import { EXIT, usageError } from '../core/errors.ts';
import { NETWORKS } from '../engine/network/index.ts';
import type { NetworkDriver } from '../engine/network/types.ts';
import type { EngineInfo } from '../engine/types.ts';
import { replaceFile } from '../host/replace-file.ts';
import type { Host } from '../host/types.ts';
import { type Advice, advise } from '../preflight/network/advice.ts';
import { planDropIn, undoDropIn } from '../preflight/network/drop-in.ts';
import { measureAll, type Wish, wishedDrivers } from '../preflight/network/run.ts';
import { rateText, sourceText } from '../preflight/network/text.ts';
import { type Measurement, nameOf } from '../preflight/network/types.ts';
import { confirm } from './confirm.ts';
import { openGround, openSite } from './context.ts';
import type { Invocation } from './invocation.ts';
import { table } from './table.ts';

/**
 * `rkube doctor --network`: measures, advises, and on demand writes or takes back the engine's drop-in.
 * @throws RkubeError `two-ways` for --apply with --undo
 */
export async function networkDoctor(invocation: Invocation): Promise<void> {
  const { flags } = invocation;
  if (flags['network'] !== true) {
    throw usageError({
      id: 'not-network',
      message: '--driver, --apply and --undo belong to --network',
      next: 'Give --network, too.',
    });
  }
  if (flags['undo'] !== true) return measureAndAdvise(invocation);
  if (flags['apply'] !== true) return undo(invocation);
  throw usageError({ id: 'two-ways', message: '--apply writes and --undo takes back', next: 'Give one of them' });
}

async function measureAndAdvise(invocation: Invocation): Promise<void> {
  const { host, engine, config } = await openSite(invocation);
  const { info } = engine;
  const flag = (name: string): string => (invocation.flags[name] as string | undefined) ?? '';
  const [peer = '', ...more] = (invocation.flags['peer'] as readonly string[] | undefined) ?? [];
  if (more.length > 0)
    throw usageError({
      id: 'one-peer',
      message: `--network measures with one peer, got ${[peer, ...more].join(', ')}`,
      next: 'Give one --peer; without --network there may be several',
    });
  const wish: Wish = { address: config.address, driver: flag('driver'), peer };
  const drivers = await wishedDrivers(host, info, wish);
  const measurements = await measureAll(invocation.run, host, info, drivers, wish);
  const advice = advise(measurements);
  const chosen = drivers.find((each) => nameOf(each) === advice.driver);
  const plan = chosen && (await planFor(host, info, chosen, measurements));
  const apply = invocation.flags['apply'] === true;
  const written = apply && plan !== undefined && (await applied(invocation, plan));
  invocation.answer(
    {
      engine: { kind: info.kind, version: info.version },
      address: wish.address,
      measurements,
      advice,
      dropIn: plan && { ...plan, written },
    },
    () => [figures(measurements), '', ...adviceText(advice)].join('\n'),
  );
  if (plan === undefined) {
    invocation.exitCode = EXIT.failed;
  } else if (written) {
    invocation.next(`Written: ${plan.path}; \`rkube doctor --network --undo\` takes it back.`, ...takesEffect(plan));
  } else if (plan.needed) {
    if (!apply) invocation.next('', `--apply writes ${plan.path}:`, ...indented(plan.text));
    if (!apply) invocation.next(...takesEffect(plan));
  } else {
    invocation.next('', `${info.kind} uses ${advice.driver} already: there is nothing to write.`);
  }
}

interface Plan {
  readonly path: string;
  readonly text: string;
  readonly restart: string;
  readonly effect: string;
  /** The engine does not use the driver yet, or another file is there. */
  readonly needed: boolean;
}

async function planFor(
  host: Host,
  { kind }: EngineInfo,
  driver: NetworkDriver,
  measured: readonly Measurement[],
): Promise<Plan> {
  const { dropIn } = NETWORKS[kind];
  const { restart, effect } = dropIn;
  const { path, text, same } = await planDropIn(configFolder(host), dropIn.file, dropIn.lines(driver));
  const inUse = measured.some((each) => each.inUse && nameOf(each) === nameOf(driver));
  return { path, text, restart, effect, needed: !inUse && !same };
}

/** Shown first, then asked, then written. */
async function applied(invocation: Invocation, { path, text, needed }: Plan): Promise<boolean> {
  if (!needed) return false;
  invocation.next(`This is written to ${path}:`, ...indented(text));
  await confirm(invocation, `Write ${path}?`);
  await replaceFile(path, text, 0o644);
  return true;
}

/** Needs no engine: it may be what the file keeps from starting. */
async function undo(invocation: Invocation): Promise<void> {
  const { host } = await openGround(invocation);
  const folder = configFolder(host);
  const undone: { path: string; restart: string; effect: string }[] = [];
  for (const { dropIn } of Object.values(NETWORKS)) {
    const path = await undoDropIn(folder, dropIn.file);
    if (path !== undefined) undone.push({ path, restart: dropIn.restart, effect: dropIn.effect });
  }
  invocation.answer(
    undone.map(({ path }) => path),
    () => undone.map(({ path }) => `removed ${path}`).join('\n'),
  );
  if (undone.length === 0) invocation.next("Nothing to take back: there is no drop-in of rkube's.");
  for (const each of undone) invocation.next(...takesEffect(each));
}

const configFolder = ({ env, home }: Host): string => env['XDG_CONFIG_HOME'] || join(home, '.config');

const takesEffect = ({ restart, effect }: Pick<Plan, 'restart' | 'effect'>): string[] =>
  restart === ''
    ? [`Takes effect by itself: ${effect}.`]
    : [`Takes effect with: ${restart}`, `  (${effect}; rkube restarts nothing)`];

const indented = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`);

const adviceText = ({ driver, reasons }: Advice): string[] => [
  driver === '' ? 'Advice: none' : `Advice: ${driver}`,
  ...reasons.map((reason) => `  ${reason}`),
];

function figures(measurements: readonly Measurement[]): string {
  const rows = measurements.map((each) => [
    `${each.inUse ? '*' : ' '} ${nameOf(each)}`,
    rateText(each.uplink),
    rateText(each.published),
    rateText(each.vxlan),
    [each.uplink, each.published].map((rate) => rate?.cpuSecondsPerGB.toFixed(1) ?? '-').join(' / '),
    sourceText(each),
    each.problem,
  ]);
  return table(['  DRIVER', 'OUT Gbit/s', 'IN Gbit/s', 'VXLAN Gbit/s', 'CPU s/GB OUT / IN', 'SOURCE', ''], rows);
}
