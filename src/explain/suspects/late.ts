import { either, said } from '../look.ts';
import type { Suspect } from './types.ts';

const leaseLost = said(
  /^kube-(controller-manager|scheduler)[^ ]* .*(leaderelection lost|Failed to renew lease)/,
  'pods',
);

/** What may have been long ago, or is seen on hosts that work: told where nothing else is, or beside it. */
export const LATE: readonly Suspect[] = [
  {
    id: 'node-forgotten',
    cause: 'The cluster does not know this node any more',
    fix: '`rkube delete` here, then join again with a new ticket',
    // A node says so too while it comes up; one that is forgotten goes on saying it.
    look: ({ kubelet = '' }) =>
      said(
        /nodes \\?"[^"]+" not found|Unauthorized/,
        'kubelet',
      )({ kubelet: kubelet.split('\n').slice(-15).join('\n') }),
  },
  {
    id: 'out-of-memory',
    cause: 'The kernel has ended a process of the node for lack of memory',
    fix: 'Give the node or the pod that is named more memory (limits of the pod, of the container, of the user), or run fewer pods',
    look: either(
      said(/OOM[- ]?killed|oom-kill|out of memory|cannot allocate memory/i, 'kubelet', 'containerd', 'pods', 'error'),
      ({ oom }) => {
        // The root counts all; the group below it names who was ended.
        const lines = oom?.split('\n').filter((line) => line.includes('memory.events:oom_kill'));
        return lines?.at(-1)?.replace('/sys/fs/cgroup/', '');
      },
    ),
  },
  {
    id: 'etcd-slow',
    cause: 'etcd waits for the disk',
    fix: "Put the engine's storage on a faster disk, or do less on this host at the same time",
    look: said(
      /^etcd[^ ]* .*(slow fdatasync|leader failed to send out heartbeat on time|server is likely overloaded)/,
      'pods',
    ),
  },
  {
    id: 'host-busy',
    cause: 'The host is too busy for a control plane: a component could not renew its lease in time, and starts again',
    fix: 'It comes back by itself when there is time: do less on this host, or give it more processors',
    look: (reading) => {
      const { api = '', pods = '' } = reading;
      // They lose it, too, when the API server has gone.
      const gone = !api.startsWith('answers') || /^kube-\S+ .*connection refused/m.test(pods);
      return gone ? undefined : leaseLost(reading);
    },
  },
];
