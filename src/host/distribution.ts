import type { Host } from './types.ts';

/** What a host's fixes depend on, beside the check that asks for them. */
export interface Distribution {
  /** ID of os-release(5) and those it is like, the nearest first: `rocky`, `rhel`, `centos`, `fedora`. */
  readonly ids: readonly string[];
  /** systemd runs it (sd_booted(3)). */
  readonly systemd: boolean;
  /** Windows Subsystem for Linux: Windows brings kernel and boot parameters. */
  readonly wsl: boolean;
}

export async function readDistribution(host: Host): Promise<Distribution> {
  const [text, release, systemd] = await Promise.all([
    host.readFile('/etc/os-release'),
    host.readFile('/proc/sys/kernel/osrelease'),
    host.stat('/run/systemd/system'),
  ]);
  const field = (name: string): string => new RegExp(`^${name}=["']?([^"'\n]*)`, 'm').exec(text ?? '')?.[1] ?? '';
  return {
    ids: `${field('ID')} ${field('ID_LIKE')}`.split(/\s+/).filter(Boolean),
    systemd: systemd !== undefined,
    wsl: /microsoft/i.test(release ?? ''),
  };
}

/** The entry of the nearest distribution that the table has. */
export function nearest<T>({ ids }: Distribution, table: Readonly<Record<string, T>>): T | undefined {
  return ids.map((id) => table[id]).find((entry) => entry !== undefined);
}
