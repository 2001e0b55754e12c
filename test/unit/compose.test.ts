import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { shipped } from '../../src/core/package.ts';
import { docker } from '../../src/engine/docker.ts';
import { LABEL, nodeNames } from '../../src/node/names.ts';
import { containerSpec } from '../../src/node/spec.ts';
import { DOCKER_FEATURES } from './engine/support.ts';
import { testConfig } from './node/config.ts';

// compose/compose.yaml and `rkube up` make the same container. Compared are what compose.yaml says after its
// variables are filled in, and the very arguments `docker create` gets.

const IMAGE = 'localhost/rkube-node:v1.36.3';

interface Service {
  container_name: string;
  hostname: string;
  image: string;
  privileged: boolean;
  init?: boolean;
  cgroup: string;
  restart: string;
  stop_signal?: string;
  pids_limit?: number;
  security_opt: string[];
  environment: Record<string, string>;
  tmpfs: string[];
  volumes: string[];
  devices: string[];
  ports: string[];
  labels: Record<string, string>;
}
interface Compose {
  services: { node: Service };
  networks: { default: { name: string; labels: Record<string, string> } };
  volumes: Record<string, { name: string; labels: Record<string, string> }>;
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?reason}`, as compose fills them in (an empty variable counts as unset). */
function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind: string | undefined, rest: string) => {
      const value = env[name] ?? '';
      if (value !== '') return value;
      if (kind === '-') return rest;
      throw new Error(`${name} is not set: ${rest}`);
    },
  );
}

const compose = (env: Readonly<Record<string, string>>): Compose =>
  parse(interpolate(shipped('compose', 'compose.yaml'), env)) as Compose;

/** `docker create` of the same settings: flag → values, in order. */
async function created(settings: object): Promise<Map<string, string[]>> {
  const config = await testConfig(settings);
  const host = { devices: ['/dev/fuse', '/dev/net/tun'], modules: true, addressIsDefault: true };
  const spec = containerSpec(
    config,
    'control-plane',
    IMAGE,
    { kind: 'docker', features: DOCKER_FEATURES },
    host,
    '0.1.0',
  );
  const [, ...args] = docker.createContainer(spec).spec.args;
  const flags = new Map<string, string[]>([['image', [args.pop() ?? '']]]);
  while (args.length > 0) {
    const [flag = '', inline] = split(args.shift() ?? '');
    const value = inline ?? (args[0]?.startsWith('--') === false ? args.shift() : 'true');
    flags.set(flag, [...(flags.get(flag) ?? []), value ?? '']);
  }
  return flags;
}

const split = (word: string): string[] =>
  word.includes('=') && word.startsWith('--')
    ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
    : [word];
const entries = (map: Readonly<Record<string, string>>): string[] =>
  Object.entries(map)
    .map(([key, value]) => `${key}=${value}`)
    .sort();

describe.each([
  ['as it stands', { NODE_NAME: 'host1', HOST_IP: '192.0.2.7' }, {}],
  [
    'with every variable set',
    {
      ...{ NODE_NAME: 'n2', HOST_IP: '198.51.100.4', RKUBE_CLUSTER: 'lab', RKUBE_IMAGE: IMAGE },
      ...{ PORT_KUBE_APISERVER: '7443', PORT_KUBELET: '7250', PORT_FLANNEL: '7472' },
    },
    { cluster: 'lab', node: 'n2', address: '198.51.100.4', ports: { apiserver: 7443, kubelet: 7250, flannel: 7472 } },
  ],
])('compose.yaml, %s, makes what rkube up makes:', (_, env, settings) => {
  const { services, networks, volumes } = compose(env);
  const cluster = 'RKUBE_CLUSTER' in env ? env.RKUBE_CLUSTER : 'rkube';
  const { node } = services;
  const of = async (flag: string): Promise<string[]> => (await created(settings)).get(flag) ?? [];

  it('name, host name and image', async () => {
    expect([[node.container_name], [node.hostname], [node.image]]).toEqual([
      await of('--name'),
      await of('--hostname'),
      await of('image'),
    ]);
  });

  it('the network, with its label', async () => {
    expect([networks.default.name]).toEqual(await of('--network'));
    expect(entries(networks.default.labels)).toEqual([`${LABEL.cluster}=${cluster}`]);
  });

  it('environment', async () => {
    expect(entries(node.environment)).toEqual(await of('--env'));
  });

  it('published ports', async () => {
    expect(node.ports.toSorted()).toEqual((await of('--publish')).toSorted());
  });

  it('volumes, with their labels', async () => {
    const named = node.volumes.map((volume) => volume.replace(/^\w+/, (name) => volumes[name]?.name ?? name));
    expect(named).toEqual(await of('--volume'));
    const names = nodeNames(cluster, env.NODE_NAME);
    expect(Object.values(volumes).map(({ name }) => name)).toEqual(Object.values(names.volumes));
    for (const { labels } of Object.values(volumes))
      expect(labels).toEqual({ [LABEL.cluster]: cluster, [LABEL.node]: env.NODE_NAME });
  });

  it('tmpfs and devices', async () => {
    expect([node.tmpfs, node.devices]).toEqual([await of('--tmpfs'), await of('--device')]);
  });

  it('privilege, security options and cgroups', async () => {
    expect([String(node.privileged)]).toEqual(await of('--privileged'));
    expect([node.cgroup]).toEqual(await of('--cgroupns'));
    expect(node.security_opt).toEqual(await of('--security-opt'));
  });

  it('restart policy, stop signal, limit of processes and no init', async () => {
    const flags = {
      restart: [node.restart],
      'stop-signal': [node.stop_signal],
      'pids-limit': [String(node.pids_limit)],
      init: [String(node.init)],
    };
    expect(flags).toEqual({
      restart: await of('--restart'),
      'stop-signal': await of('--stop-signal'),
      'pids-limit': await of('--pids-limit'),
      init: await of('--init'),
    });
  });

  it('labels; the settings it names are the same', async () => {
    const all = Object.fromEntries(
      (await of('--label')).map((label) => [label.split('=', 1)[0] ?? '', label.slice(label.indexOf('=') + 1)]),
    );
    const { [LABEL.config]: config = '', [LABEL.version]: version, ...rest } = all;
    const { [LABEL.config]: composed = '', ...others } = node.labels;
    expect(others).toEqual(rest);
    expect(version).toBe('0.1.0');
    expect(JSON.parse(config)).toMatchObject(JSON.parse(composed) as object);
  });
});

it('compose.yaml gives docker no flag that up does not, and up none that this test does not compare', async () => {
  const compared = [
    'image',
    '--name',
    '--hostname',
    '--network',
    '--env',
    '--publish',
    '--volume',
    '--tmpfs',
    '--device',
    '--privileged',
    '--cgroupns',
  ];
  const others = ['--security-opt', '--restart', '--stop-signal', '--pids-limit', '--init', '--label'];
  // Compose pulls by itself what `rkube up` pulls in a step of its own.
  expect([...(await created({})).keys()].sort()).toEqual([...compared, ...others, '--pull'].sort());
  const keys = [
    'container_name',
    'hostname',
    'image',
    'privileged',
    'init',
    'cgroup',
    'restart',
    'stop_signal',
    'pids_limit',
    'security_opt',
    'environment',
    'tmpfs',
    'volumes',
    'devices',
    'ports',
    'labels',
  ];
  expect(
    Object.keys(compose({ NODE_NAME: 'a', HOST_IP: '192.0.2.7' }).services.node).filter((key) => !keys.includes(key)),
  ).toEqual(['pull_policy']);
});

it.each(['NODE_NAME', 'HOST_IP'])('compose.yaml says what %s is for when it is not set', (name) => {
  const env = { NODE_NAME: 'host1', HOST_IP: '192.0.2.7', [name]: '' };
  expect(() => compose(env)).toThrow(new RegExp(`${name} is not set: the `));
});
