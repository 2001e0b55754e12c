/** Fields of `container inspect` that are told. Variables and command lines may hold secrets of whoever made the container. */
const TOLD: Readonly<Record<string, readonly string[] | 'all'>> = {
  Id: 'all',
  Name: 'all',
  Created: 'all',
  State: 'all',
  Image: 'all',
  ImageName: 'all',
  Driver: 'all',
  Platform: 'all',
  RestartCount: 'all',
  OCIRuntime: 'all',
  Mounts: 'all',
  NetworkSettings: 'all',
  Config: ['Hostname', 'Image', 'StopSignal', 'Entrypoint'],
  HostConfig: [
    ...[
      'NetworkMode',
      'PortBindings',
      'RestartPolicy',
      'Privileged',
      'SecurityOpt',
      'CgroupnsMode',
      'CgroupMode',
      'Cgroup',
    ],
    ...['CgroupParent', 'Memory', 'MemorySwap', 'NanoCpus', 'CpuQuota', 'CpusetCpus', 'PidsLimit', 'Ulimits', 'Tmpfs'],
    ...['Devices', 'UsernsMode', 'IpcMode', 'PidMode', 'ShmSize', 'LogConfig', 'Runtime'],
  ],
};
const OURS = 'dev.rkube.';

type Fields = Readonly<Record<string, unknown>>;

/** The inspection of one container with the fields above, its labels by rkube, and the names of its variables. */
export function toldOfContainer(inspection: string): string {
  const [found = {}] = JSON.parse(inspection) as readonly Fields[];
  const told = Object.entries(TOLD).flatMap(([name, fields]) => {
    const value = found[name];
    if (value === undefined || fields === 'all') return value === undefined ? [] : [[name, value]];
    return [[name, pick(value as Fields, (key) => fields.includes(key))]];
  });
  const { Labels = {}, Env = [] } = (found['Config'] ?? {}) as { Labels?: Fields; Env?: readonly string[] };
  return JSON.stringify(
    {
      ...Object.fromEntries(told),
      Labels: pick(Labels, (key) => key.startsWith(OURS)),
      Variables: Env.map((each) => each.split('=')[0]),
    },
    undefined,
    2,
  );
}

const pick = (fields: Fields, wanted: (key: string) => boolean): Fields =>
  Object.fromEntries(Object.entries(fields ?? {}).filter(([key]) => wanted(key)));
