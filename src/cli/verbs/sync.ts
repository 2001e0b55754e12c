import { usageError } from '../../core/errors.ts';
import type { Verb } from '../verb.ts';
import { passByAgent } from '../with-agent.ts';

export const sync: Verb = {
  name: 'sync',
  summary: "let the node follow its host's address and moved control planes, and live ports their Services, now",
  examples: [
    ['rkube sync', "the node takes the host's present address; the agent, where one runs, does a pass at once"],
    ['rkube sync --address 192.0.2.20', 'this address of the host'],
    ['rkube sync --control-plane 192.0.2.20', 'on the other hosts, after the control plane moved there'],
    ['rkube sync --dry-run', 'show what would be done'],
  ],
  options: [
    { flags: '--address <ipv4>', help: "host address from now on; the host's present one unless given" },
    { flags: '--control-plane <ipv4>', help: 'where a control plane is now; name all of them', repeat: true },
    { flags: '--ignore <id>', help: 'accept a problem that a check finds; repeatable', repeat: true },
  ],
  settings: 'node',
  data: true,
  changes: true,
  async run(invocation) {
    const controlPlanes = (invocation.flags['controlPlane'] as readonly string[] | undefined) ?? [];
    await rejectNoAddress(controlPlanes);
    const { openSite } = await import('../context.ts');
    const { movedSettings } = await import('../../cluster/move/settings.ts');
    const { sync } = await import('../../cluster/move/sync.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation, [], movedSettings);
    const steps = new Steps(invocation.run);
    const result = await steps.guard(() => sync(site, steps, { controlPlanes, ignore: invocation.ignore }));
    await passByAgent(site);
    const { tellMoved } = await import('../moved.ts');
    invocation.answer(result, () => `${result.node}   ${result.address}   ${result.role}`);
    tellMoved(invocation, result);
  },
};

async function rejectNoAddress(given: readonly string[]): Promise<void> {
  const { address } = await import('../../config/rules.ts');
  for (const each of given) {
    const must = address(each);
    if (must !== undefined)
      throw usageError({ id: 'config-invalid', message: `--control-plane must be ${must}, got "${each}"` });
  }
}
