import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lifetime } from '../../src/core/lifetime.ts';
import { LocalRunner } from '../../src/core/runner.ts';
import type { NetworkDriver } from '../../src/engine/network/types.ts';
import { localHost } from '../../src/host/local.ts';
import { replaceFile } from '../../src/host/replace-file.ts';
import { planDropIn } from '../../src/preflight/network/drop-in.ts';
import { type Ground, measure } from '../../src/preflight/network/measure.ts';
import { Probe, program } from '../../src/preflight/network/probe.ts';
import { says } from './says.ts';
import { ADDRESS, TestSite } from './site.ts';

/** A driver without a namespace: what would run behind it runs here. */
const nothing: NetworkDriver = {
  network: 'nothing',
  ports: 'here',
  mtu: 65535,
  hostAddress: true,
  problem: '',
  host: (address) => address,
  inside: ({ argv: [file = '', ...args] }) => ({ file, args }),
};
const shell = (line: string): NetworkDriver => ({ ...nothing, inside: () => ({ file: 'sh', args: ['-c', line] }) });

interface Bench {
  readonly ground: Ground;
  readonly abort: AbortController;
  end(): Promise<void>;
}

async function bench(): Promise<Bench> {
  const abort = new AbortController();
  const lifetime = new Lifetime(abort.signal);
  const runner = new LocalRunner(lifetime);
  const host = localHost(runner, { env: process.env });
  const [file = '', ...args] = program(process.execPath);
  const outside = await Probe.start(runner, lifetime, { file, args });
  const outsidePort = await outside.listen({ host: ADDRESS, port: 0 });
  // Two that are free now: taken and given back.
  const spare = await Probe.start(runner, lifetime, { file, args });
  const ports = [
    await spare.listen({ host: '0.0.0.0', port: 0 }),
    await spare.listen({ host: '0.0.0.0', port: 0 }),
  ] as const;
  await spare.end();
  const rest = { hostMtu: 1500, env: {}, peer: undefined };
  return {
    ground: { host, runner, lifetime, address: ADDRESS, outside, outsidePort, ports, ...rest },
    abort,
    end: () => outside.end(),
  };
}

describe('measuring a driver', () => {
  let here: Bench;
  beforeAll(async () => void (here = await bench()));
  afterAll(() => here.end());

  it('yields figures both ways', async () => {
    const found = await measure(here.ground, nothing, false);
    expect(found).toMatchObject({ network: 'nothing', ports: 'here', problem: '', inUse: false });
    for (const rate of [found.uplink, found.published]) {
      // A loop of this machine carries more than 10 Mbit/s, however busy it is.
      expect(rate?.bitsPerSecond).toBeGreaterThan(1e7);
      expect(rate?.noise).toBeGreaterThanOrEqual(0);
    }
    // What runs here has the sender's own address.
    expect(found.source).toEqual({ tcp: 'unknown', udp: 'unknown' });
  });

  it.each([
    [
      'the last words of what does not start',
      shell('echo level=warning msg=hm >&2; echo no tap >&2; exit 1'),
      'no tap',
    ],
    ['a program that is not there', { ...nothing, inside: () => ({ file: 'no-such-kit', args: [] }) }, 'no-such-kit'],
    ['a port that stays shut', shell('printf "{\\"ok\\":{\\"addresses\\":[]}}\\n"; read x; exit 1'), 'listen'],
    ['what was known before', { ...nothing, problem: 'not on PATH' }, 'not on PATH'],
  ])('says in a row why there are none: %s', async (_, driver, problem) => {
    const found = await measure(here.ground, driver, false);
    expect(found.problem).toContain(problem);
    expect(found.uplink).toBeUndefined();
  });
});

it('an interrupt in the middle of a flow ends all that was started', async () => {
  const here = await bench();
  const measuring = measure(here.ground, nothing, false);
  const flowing = here.ground.ports[0];
  // As soon as the program inside listens, the flow begins.
  for (let tries = 0; tries < 200; tries++) {
    const open = await here.ground.outside.send({ host: ADDRESS, port: flowing }, 0).catch(() => undefined);
    if (open !== undefined) break;
  }
  here.abort.abort();
  await expect(measuring).rejects.toMatchObject({ id: 'interrupted', exitCode: 130 });
  await here.end();
});

describe('rkube doctor --network', () => {
  it.each([
    [['--driver', 'pasta/pasta'], 'belong to --network'],
    [['--network', '--peer', 'host2', 'host3'], '--network measures with one peer, got host2, host3'],
    [['--undo'], 'belong to --network'],
    [['--network', '--apply', '--undo'], '--apply writes and --undo takes back'],
    [['--network', '--driver', 'magic'], 'podman has pasta/pasta, slirp4netns/rootlessport'],
  ])('refuses with exit 2: %j', async (args, why) => {
    using site = new TestSite();
    expect(await site.run(['doctor', ...args])).toMatchObject({ exitCode: 2, stderr: says(why) });
  });

  it('where no driver is installed says so of each, and ends with 1', async () => {
    using site = new TestSite();
    const { exitCode, stdout } = await site.run(['doctor', '--network', '--json'], {
      env: { PATH: site.fakes.env['PATH'] ?? '' },
    });
    const said = JSON.parse(stdout) as {
      measurements: { problem: string }[];
      advice: { driver: string };
      dropIn?: unknown;
    };
    expect(exitCode).toBe(1);
    expect(said.measurements.map(({ problem }) => problem)).toEqual([
      'pasta not on PATH',
      'slirp4netns not on PATH',
      'slirp4netns not on PATH',
    ]);
    expect(said.advice.driver).toBe('');
    expect(said.dropIn).toBeUndefined();
  });

  it('--undo needs no engine that answers, and takes back nothing twice', async () => {
    using site = new TestSite({ kinds: [], engine: '' });
    const file = 'systemd/user/docker.service.d/rkube-network.conf';
    const { path, text } = await planDropIn(join(site.home, '.config'), file, ['[Service]']);
    await replaceFile(path, text, 0o644);
    expect(await site.run(['doctor', '--network', '--undo'])).toMatchObject({
      exitCode: 0,
      stdout: says(path),
      stderr: says('systemctl --user restart docker.service'),
    });
    expect(existsSync(join(site.home, '.config'))).toBe(false);
    expect(await site.run(['doctor', '--network', '--undo'])).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: says('Nothing'),
    });
  });

  it('--undo leaves what somebody else wrote', async () => {
    using site = new TestSite();
    const folder = join(site.home, '.config/containers/containers.conf.d');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'rkube-network.conf'), 'mine\n');
    expect(await site.run(['doctor', '--network', '--undo'])).toMatchObject({
      exitCode: 1,
      stderr: says('somebody else'),
    });
    expect(existsSync(join(folder, 'rkube-network.conf'))).toBe(true);
  });
});
