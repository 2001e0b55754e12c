import { usageError } from '../../core/errors.ts';
import type { Verb } from '../verb.ts';

export const joinCommand: Verb = {
  name: 'join-command',
  summary: 'print a ticket that lets another host join',
  examples: [
    ['rkube join-command | ssh host2 rkube join', 'host2 becomes a worker'],
    ['rkube join-command --control-plane | ssh host2 rkube join', 'host2 becomes a further control plane'],
    ['rkube join-command --ttl 15m > ticket', 'keep it in a file; it is a secret'],
  ],
  options: [
    { flags: '--control-plane', help: 'the ticket makes a control plane' },
    { flags: '--ttl <duration>', help: 'how long the ticket is good: 90s, 15m, 2h, 1d', default: '2h' },
  ],
  settings: 'node',
  data: true,
  changes: true,
  async run(invocation) {
    const ttlSeconds = seconds(String(invocation.flags['ttl']));
    const { openSite } = await import('../context.ts');
    const { joinCommand } = await import('../../cluster/join-command.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation);
    const steps = new Steps(invocation.run);
    const controlPlane = invocation.flags['controlPlane'] === true;
    const { ticket, text } = await joinCommand(site, steps, { controlPlane, ttlSeconds });
    // A line that works both ways: run by a shell, and read by `rkube join` from a pipe.
    invocation.answer(
      { ticket: text, cluster: ticket.cluster, controlPlane, expires: ticket.expires },
      () => `rkube join <<< ${text}`,
    );
    if (invocation.process.stdout.isTTY) {
      invocation.next(
        '',
        `Run that line on the joining host before ${ticket.expires}. It is a secret: it lets any host join.`,
      );
    }
  },
};

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `15m` → 900 */
function seconds(text: string): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  const value = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : 0;
  if (value > 0) return value;
  throw usageError({
    id: 'ttl-invalid',
    message: `--ttl must be a number with s, m, h or d, such as 15m or 2h, got ${text}`,
  });
}
