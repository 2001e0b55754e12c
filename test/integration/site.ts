import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFailed } from 'vitest';
import { ENGINE_KINDS } from '../../src/config/types.ts';
import { CHECKS } from '../../src/preflight/checks/index.ts';
import {
  type ExecRule,
  type FakeCall,
  type FakeEngines,
  type FakeOptions,
  fakeEngines,
} from '../fixtures/engine/fake-engines.ts';
import { healthy } from './kubernetes.ts';
import { quickEngines } from './stand-ins.ts';
import { ensured, fingerprint, holdings, isRead } from './traces.ts';

export const LAUNCHER = fileURLToPath(new URL('../../scripts/rkube.mjs', import.meta.url));
export const IMAGE = 'localhost/rkube-node:v1.36.3';

/** A verb takes well under a second; one that hangs must say where before the test's own limit. Milliseconds. */
const DEADLINE_MS = 20_000;

/** What a CI machine need not have: every fatal check but those of the engine and the address; etcd; a second address. */
export const IGNORED = [
  ...CHECKS.filter(({ id, severity }) => severity === 'fatal' && !/^(engine-|address$)/.test(id)).map(({ id }) => id),
  'peer-etcd',
  'peer-address',
];
const MAKES = ['up', 'init', 'join'];

/** An address of this machine that is not loopback: the address check is real. */
export const ADDRESS =
  Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address ?? '';

if (ADDRESS === '') throw new Error('integration tests need an IPv4 address of this machine that is not loopback');

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Checks to ignore, of verbs that make something; default all that a CI machine may lack. */
  readonly ignore?: readonly string[];
  /** Verbs that make something also set up the agent. */
  readonly agent?: boolean;
  /** Nobody reads standard output. */
  readonly reader?: 'gone';
}

/** A verb that runs. */
export interface Running {
  readonly done: Promise<Outcome>;
  /** What it has printed so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  kill(signal: NodeJS.Signals): void;
  /** Signals all it started as well, as a terminal does. */
  killGroup(signal: NodeJS.Signals): void;
}

export interface SiteOptions extends FakeOptions {
  /** Answers in front of a healthy Kubernetes. */
  readonly rules?: readonly ExecRule[];
  /** Starts with what the engines of this site hold: its containers, volumes and files. */
  readonly from?: TestSite;
  /** Text of rkube.yaml in the working folder. */
  readonly config?: string;
  /** The stand-ins as programs of their own, ten times slower. */
  readonly programsOfTheirOwn?: boolean;
  /** CONTAINER_ENGINE; '' leaves the choice to rkube. */
  readonly engine?: string;
}

let sites = 0;

/** A host and account of its own: home folder, stand-in engines, the built rkube as a child process. */
export class TestSite {
  readonly home: string;
  readonly node: string;
  readonly fakes: FakeEngines;
  readonly #engine: string;
  readonly #running = new Set<number>();

  constructor(options: SiteOptions = {}) {
    this.home = mkdtempSync(join(tmpdir(), 'rkube-home-'));
    // rkube's lock is one per user and node on the whole machine, and test files run side by side.
    this.node = options.from?.node ?? `host${++sites}-${process.pid}-${process.env['VITEST_POOL_ID'] ?? '0'}`;
    const exec = [...(options.rules ?? []), ...healthy(this.node)];
    const make = options.programsOfTheirOwn === true ? fakeEngines : quickEngines;
    this.fakes = make({ images: [IMAGE], ...options, exec });
    if (options.from) {
      const { state } = options.from;
      for (const kind of ENGINE_KINDS) {
        const filter = (path: string): boolean => !path.endsWith('/rules');
        cpSync(ensured(join(state, kind)), join(this.state, kind), { recursive: true, filter });
      }
    }
    this.#engine = options.engine ?? 'podman';
    if (options.config !== undefined) writeFileSync(join(this.home, 'rkube.yaml'), options.config);
  }

  /** Where the stand-ins keep what the engines hold. */
  get state(): string {
    return this.fakes.env['FAKE_ENGINE_STATE'] ?? '';
  }

  get env(): Readonly<Record<string, string>> {
    return {
      ...this.fakes.env,
      HOME: this.home,
      HOST_IP: ADDRESS,
      NODE_NAME: this.node,
      CONTAINER_ENGINE: this.#engine,
      // Not the socket of an engine that this machine may have.
      DOCKER_HOST: `unix://${this.state}/docker.sock`,
    };
  }

  /** Runs a verb to its end. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.start(args, options).done;
  }

  /** Starts a verb. An empty variable counts as not set. */
  start(args: readonly string[], { input = '', env = {}, ignore = IGNORED, agent, reader }: RunOptions = {}): Running {
    const noAgent = agent === true ? [] : ['--no-agent'];
    const ignored = MAKES.includes(args[0] ?? '') ? [...ignore.flatMap((id) => ['--ignore', id]), ...noAgent] : [];
    // A process group of its own, so that nothing it started outlives the test.
    const child = spawn(process.execPath, [LAUNCHER, ...args, ...ignored], {
      cwd: this.home,
      env: { ...this.env, ...env },
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) this.#running.add(pid);
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    if (reader === 'gone') child.stdout.destroy();
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    const done = new Promise<Outcome>((resolve, reject) => {
      child.once('error', reject);
      // Not `close`: a stand-in that outlives a killed rkube keeps the pipes open.
      child.once('exit', (exitCode, signal) => setImmediate(() => resolve({ ...output, exitCode, signal })));
    }).finally(() => clearTimeout(timer));
    // Outside of tests (beforeAll) whoever runs a verb looks at its outcome.
    if (expect.getState().currentTestName !== undefined) {
      onTestFailed(() => void process.stderr.write(`$ rkube ${args.join(' ')}\n${output.stdout}${output.stderr}\n`));
    }
    return {
      done,
      output,
      kill: (signal) => void child.kill(signal),
      killGroup: (signal) => void (pid && process.kill(-pid, signal)),
    };
  }

  /** Calls that change something, one line each: what an administrator would see in the engine's log. */
  changes(): string[] {
    return this.fakes
      .calls()
      .filter(({ argv }) => !isRead(argv))
      .map(({ argv }) => this.line(argv));
  }

  line(argv: readonly string[]): string {
    const words =
      argv[0] === 'create'
        ? ['create', argv[argv.indexOf('--name') + 1], argv.at(-1)]
        : argv.filter((word) => word !== '--interactive');
    return words.join(' ').replaceAll(this.node, 'NODE');
  }

  /** The calls whose arguments match. */
  called(pattern: RegExp): FakeCall[] {
    return this.fakes.calls().filter(({ argv }) => pattern.test(argv.join(' ')));
  }

  /** Lets commands go on that a rule with `hold` holds. */
  release(): void {
    writeFileSync(join(this.state, 'release'), '');
  }

  /** Resolves when the engines were asked this. */
  async waitFor(pattern: RegExp): Promise<void> {
    for (const end = Date.now() + DEADLINE_MS; Date.now() < end; ) {
      if (this.called(pattern).length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the engines were never asked ${pattern}`);
  }

  /** Everything the engines hold and every file in the home folder, by name. */
  contents(): string[] {
    return holdings(this.state, this.home).map((name) => name.replaceAll(this.node, 'NODE'));
  }

  /** The same as long as nothing that the engines hold and no file in the home folder changes. */
  fingerprint(): string {
    return fingerprint(this.state, this.home);
  }

  read(path: string): string {
    return readFileSync(join(this.home, path), 'utf8');
  }

  /** Permission bits, octal. */
  mode(path: string): string {
    return (statSync(join(this.home, path)).mode & 0o777).toString(8);
  }

  [Symbol.dispose](): void {
    for (const pid of this.#running) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It ended, and all it started.
      }
    }
    this.fakes[Symbol.dispose]();
    rmSync(this.home, { recursive: true, force: true });
  }
}
