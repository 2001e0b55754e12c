import { limit } from '../../host/limits.ts';
import type { Host } from '../../host/types.ts';
import { managerCgroup } from '../delegation.ts';
import { curable, ok } from '../finding.ts';
import type { Remedy } from '../remedy.ts';
import { limitRemedy, starters } from '../session.ts';
import type { Check } from '../types.ts';

/** Twice Podman's default limit of a container, with which nodes ran out of processes (kind#3451). Threads count. */
const LEAST = 4096;
const ADVISED = 32_768;

interface Limit {
  readonly where: string;
  readonly value: number;
  readonly remedy: Remedy;
}

export const processes: Check = {
  id: 'processes',
  title: `the user may have ${LEAST} processes and threads`,
  severity: 'warning',
  root: true,
  probe: async ({ host }) => {
    const found = [...(await ofProcesses(host)), ...(await ofCgroups(host))];
    const evidence = found
      .map(({ where, value }) => `${value === Infinity ? 'no limit' : value} in ${where}`)
      .join(', ');
    const low = found.find(({ value }) => value < LEAST);
    if (low === undefined) return ok(evidence || 'no limit can be read');
    return curable(`${evidence}: pods may fail with "fork: Resource temporarily unavailable"`, low.remedy);
  },
};

async function ofProcesses(host: Host): Promise<Limit[]> {
  const remedy = await limitRemedy(host, { item: 'nproc', type: '-', value: ADVISED, ulimit: '-p' });
  return (await starters(host)).map(({ who, limits }) => ({ where: who, value: limits.processes, remedy }));
}

/** TasksMax= of systemd. Without the controller there is no such file, and no limit. */
async function ofCgroups(host: Host): Promise<Limit[]> {
  const manager = managerCgroup(host);
  const all = [
    [manager.slice(0, manager.lastIndexOf('/')), 'user-.slice.d', '[Slice]'],
    [manager, 'user@.service.d', '[Service]'],
  ] as const;
  const found = await Promise.all(
    all.map(async ([cgroup, folder, section]) => {
      const where = `${cgroup}/pids.max`;
      const remedy: Remedy = {
        kind: 'unit',
        path: `/etc/systemd/system/${folder}/99-rkube-tasks.conf`,
        lines: [section, `TasksMax=${ADVISED}`],
        afterwards: 'log out of all sessions and in again',
      };
      return { where, text: await host.readFile(where), remedy };
    }),
  );
  return found.flatMap(({ text, ...rest }) => (text === undefined ? [] : [{ ...rest, value: limit(text) }]));
}
