import { ENGINE_KINDS, type EngineKind } from '../config/types.ts';
import type { CommandRunner } from '../core/command.ts';
import { EXIT, interrupted, messageOf, RkubeError, usageError } from '../core/errors.ts';
import { docker } from './docker.ts';
import { createEngine } from './engine.ts';
import { nerdctl } from './nerdctl.ts';
import { podman } from './podman.ts';
import type { ContainerEngine, Dialect, EngineInfo } from './types.ts';

const DIALECTS: Readonly<Record<EngineKind, Dialect>> = { podman, docker, nerdctl };

/** The two settings detection reads; a NodeConfig has them. */
export interface Wanted {
  readonly engine: EngineKind | 'auto';
  readonly allowRootful: boolean;
}

/** Why an engine was not taken. */
interface Rejection {
  readonly kind: EngineKind;
  readonly reason: 'not-installed' | 'no-answer' | 'rootful';
  readonly detail: string;
  readonly next?: string | undefined;
}

/**
 * Finds the engine to use: the named one, or, for `auto`, the first of podman, docker and nerdctl that answers
 * and is rootless. A rootful engine is taken only where allowed, and only when no rootless one answers.
 * @throws RkubeError `unknown-engine`, `no-engine` or `engine-rootful`, with what was found of each
 */
export async function detectEngine(runner: CommandRunner, wanted: Wanted): Promise<ContainerEngine> {
  const rejections: Rejection[] = [];
  let rootful: ContainerEngine | undefined;
  for (const kind of candidates(wanted.engine)) {
    const found = await probe(kind, runner);
    if ('reason' in found) {
      rejections.push(found);
    } else if (found.rootless) {
      return createEngine(DIALECTS[kind], found, runner);
    } else {
      rootful ??= createEngine(DIALECTS[kind], found, runner);
      rejections.push({ kind, reason: 'rootful', detail: `${kind} ${found.version} answers, but it is rootful` });
    }
  }
  if (rootful !== undefined && wanted.allowRootful) return rootful;
  throw refusal(wanted, rejections);
}

function candidates(engine: EngineKind | 'auto'): readonly EngineKind[] {
  if (engine === 'auto') return ENGINE_KINDS;
  if (ENGINE_KINDS.includes(engine)) return [engine];
  throw usageError({
    id: 'unknown-engine',
    message: `Unknown engine "${engine}": expected auto, ${ENGINE_KINDS.join(', ')}`,
    next: 'Choose one with --engine, or leave it out.',
  });
}

async function probe(kind: EngineKind, runner: CommandRunner): Promise<EngineInfo | Rejection> {
  const { specs, parse } = DIALECTS[kind].info();
  const results = await Promise.all(specs.map((spec) => runner.run(spec)));
  if (results.some(({ canceled }) => canceled)) throw interrupted(`looking for ${kind}`);
  if (results.some(({ notFound }) => notFound))
    return { kind, reason: 'not-installed', detail: `${kind} is not installed` };
  try {
    return parse(results);
  } catch (error) {
    const next = error instanceof RkubeError ? error.next : undefined;
    return { kind, reason: 'no-answer', detail: `${kind} does not answer: ${lastWords(error)}`, next };
  }
}

/** What the engine said last, else what rkube saw. The first detail of a failed command is its command line. */
function lastWords(error: unknown): string {
  const said = error instanceof RkubeError && error.id === 'command-failed' ? error.details.slice(1) : [];
  return said.at(-1) ?? messageOf(error).replace(/^Asking \w+ about itself: /, '');
}

const HOW_TO_ROOTLESS: Readonly<Record<EngineKind, string>> = {
  podman: 'Run podman and rkube as an ordinary user.',
  docker:
    'Set up Docker for this user with `dockerd-rootless-setuptool.sh install` and choose it with `docker context use rootless`.',
  nerdctl: 'Set up containerd for this user with `containerd-rootless-setuptool.sh install`.',
};

function refusal(wanted: Wanted, rejections: readonly Rejection[]): RkubeError {
  const rootful = rejections.find(({ reason }) => reason === 'rootful');
  const silent = rejections.find(({ next }) => next !== undefined);
  const details = rejections.map(({ detail }) => detail);
  if (rootful !== undefined) {
    return new RkubeError({
      id: 'engine-rootful',
      message: `${rootful.kind} is rootful: a node would run with root's power over this host, which rkube refuses`,
      details,
      next: `${HOW_TO_ROOTLESS[rootful.kind]} Or accept the risk with --allow-rootful.`,
      exitCode: EXIT.preflight,
    });
  }
  const named = wanted.engine === 'auto' ? '' : ` ${wanted.engine}`;
  return new RkubeError({
    id: 'no-engine',
    message: `No usable container engine${named}: expected a rootless ${named === '' ? 'podman, docker or nerdctl' : 'one'} that answers`,
    details,
    next:
      silent?.next ??
      'Have Podman installed by an administrator (Debian, Ubuntu: `apt install podman uidmap passt`), or start a rootless Docker; `rkube doctor` checks what is missing.',
    exitCode: EXIT.preflight,
  });
}
