import { ENGINE_KINDS } from '../config/types.ts';
import { messageOf } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import type { Run } from '../core/run.ts';
import { socketPath } from '../host/agent-socket.ts';
import type { Host } from '../host/types.ts';
import { hasUserManager, readUnit, removeUnit, startByUnit } from '../node/boot-unit.ts';
import { nodeContainers } from './containers.ts';
import { askAgent } from './control.ts';

/** systemd user unit of the agent: one for each user of a host. */
const AGENT_UNIT = 'rkube-agent.service';

/** What an engine's client reads, and a user manager may not have. */
const PASSED = ['PATH', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINERD_ADDRESS', 'CONTAINERD_NAMESPACE'];

/**
 * The unit's text. After the engines, which are asked once at the start; as ordinary as can be, because the agent's
 * children start containers.
 * @param command this rkube, with the node it runs on
 */
export function agentUnit(command: readonly string[], env: Host['env']): string {
  const passed = PASSED.flatMap((name) => (env[name] ? [`Environment=${word(`${name}=${env[name]}`)}\n`] : []));
  return `[Unit]
Description=rkube agent: ports of this host follow the Services of its nodes
After=docker.service containerd.service podman.socket
StartLimitIntervalSec=0

[Service]
${passed.join('')}ExecStart=${[...command, 'agent', '--progress', 'none'].map(argument).join(' ')}
Restart=always
RestartSec=1
TimeoutStopSec=30

[Install]
WantedBy=default.target
`;
}

/** One word of a unit file, quoted (systemd.syntax(7)); `%` stands for itself. */
const word = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;

/** In a command line `$` would be a variable. */
const argument = (text: string): string => word(text).replaceAll('$', '$$$$');

/**
 * How this rkube was started; a small young generation and no compiler keep the agent small. So does collecting when a
 * quarter of 8 MB is garbage, not all of it: after a burst of changes they would stay resident (decision 0011).
 */
const thisRkube = (): readonly string[] => [
  process.execPath,
  '--max-semi-space-size=1',
  '--lite-mode',
  '--incremental-marking-soft-trigger=25',
  process.argv[1] ?? '',
];

/**
 * Sees to it that the agent runs now and at boot, and knows of the node that has just changed. What is in the way is
 * told: everything but live ports works without it.
 */
export async function ensureAgent(run: Run, host: Host): Promise<void> {
  if (run.dryRun) return report(run.reporter, 'plan', `# writes, enables and starts ${AGENT_UNIT}`);
  try {
    const text = agentUnit(thisRkube(), host.env);
    const running = (await askAgent(socketPath(host), { do: 'status' })) !== undefined;
    const current = (await readUnit(host, AGENT_UNIT)) === text;
    if (running && current) return void (await askAgent(socketPath(host), { do: 'look' }));
    if (!(await hasUserManager(host))) {
      const why = 'There is no systemd user manager: live ports need `rkube agent` run by something else';
      return running ? undefined : report(run.reporter, 'warn', why);
    }
    await startByUnit(run, host, AGENT_UNIT, text);
    report(run.reporter, 'ok', 'Live ports: the agent runs (rkube agent status)');
  } catch (error) {
    report(run.reporter, 'warn', `The agent does not run, so no live ports: ${messageOf(error)}`);
  }
}

/** Tells a running agent that a node has changed. */
export async function tellAgent(run: Run, host: Host): Promise<void> {
  if (!run.dryRun) await askAgent(socketPath(host), { do: 'look' });
}

/** Has a running agent do a pass now, and waits for it. Of this node's ports those are told that cannot be open. */
export async function passByAgent(run: Run, host: Host, of: { cluster: string; node: string }): Promise<void> {
  if (run.dryRun) return;
  const answer = await askAgent(socketPath(host), { do: 'sync' });
  if (answer === undefined) return report(run.reporter, 'info', 'No agent runs: live ports are not served');
  if (answer.error !== undefined) report(run.reporter, 'warn', `The agent could not do its pass: ${answer.error}`);
  const mine = (answer.ports ?? []).filter(({ cluster, node }) => cluster === of.cluster && node === of.node);
  for (const row of mine.filter(({ state }) => state === 'refused')) {
    const port = `${row.address}:${row.port}/${row.protocol}`;
    report(run.reporter, 'warn', `Port ${port} for ${row.for} is not open: ${row.reason}`);
  }
}

/** After a node was removed: with the last one the agent goes. */
export async function releaseAgent(run: Run, host: Host): Promise<void> {
  if ((await readUnit(host, AGENT_UNIT)) === undefined) return tellAgent(run, host);
  const found = await Promise.all(ENGINE_KINDS.map((kind) => nodeContainers(host, kind)));
  if (found.some((nodes = []) => nodes.length > 0)) return tellAgent(run, host);
  await removeUnit(run, host, AGENT_UNIT);
}
