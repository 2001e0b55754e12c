import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandSpec } from '../core/command.ts';
import { commandError } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import type { Run } from '../core/run.ts';
import { replaceFile } from '../host/replace-file.ts';
import type { Host } from '../host/types.ts';

// Engines without a daemon (Podman) start nothing at boot: a systemd user unit of our own does. It is ours
// alone, so deleting the node deletes it, unlike podman-restart.service, which serves all containers.

/** The unit's text. `stop` gives the node time to end its pods. */
export function bootUnit(container: string, engine: string): string {
  return `[Unit]
Description=rkube node ${container}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${engine} start ${container}
ExecStop=${engine} stop --time 30 ${container}
TimeoutStartSec=120
TimeoutStopSec=60

[Install]
WantedBy=default.target
`;
}

const unitFolder = (host: Host): string =>
  join(host.env['XDG_CONFIG_HOME'] ?? join(host.home, '.config'), 'systemd', 'user');

const systemctl = (effect: CommandSpec['effect'], ...args: string[]): CommandSpec => ({
  file: 'systemctl',
  args: ['--user', ...args],
  effect,
  timeoutMs: 150_000,
});

/** Whether a systemd user manager answers; without one the node is started directly, and not at boot. */
export async function hasUserManager(host: Host): Promise<boolean> {
  return (await host.runner.run(systemctl('read', 'show', '--property=Version'))).exitCode === 0;
}

/** Text of the unit; undefined when it is not there. */
export const readUnit = (host: Host, unit: string): Promise<string | undefined> =>
  host.readFile(join(unitFolder(host), unit));

export const hasUnit = async (host: Host, unit: string): Promise<boolean> => (await readUnit(host, unit)) !== undefined;

/** Writes the unit, enables it for the next boots and starts it, anew where it runs. */
export async function startByUnit(run: Run, host: Host, unit: string, text: string): Promise<void> {
  const file = join(unitFolder(host), unit);
  if (run.dryRun) {
    report(run.reporter, 'plan', `# writes ${file}`);
  } else {
    await replaceFile(file, text, 0o644);
  }
  // `enable` makes systemd read all units again.
  for (const spec of [systemctl('write', 'enable', unit), systemctl('write', 'restart', unit)]) {
    const result = await host.runner.run(spec);
    if (result.exitCode !== 0) throw commandError(result, `Starting ${unit}`, `See \`journalctl --user -u ${unit}\`.`);
  }
}

/** Stops the container through its unit and keeps it down at the next boots. */
export async function stopUnit(host: Host, unit: string): Promise<void> {
  await host.runner.run(systemctl('write', 'disable', '--now', unit));
}

/** Removes the unit, if there is one. */
export async function removeUnit(run: Run, host: Host, unit: string): Promise<void> {
  const file = join(unitFolder(host), unit);
  if (!(await hasUnit(host, unit))) return;
  await stopUnit(host, unit);
  if (run.dryRun) report(run.reporter, 'plan', `# removes ${file}`);
  else await rm(file, { force: true });
  await host.runner.run(systemctl('write', 'daemon-reload'));
}
