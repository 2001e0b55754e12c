import { both, either, inactive, said, scarce } from '../look.ts';
import type { Suspect } from './types.ts';

/** What of the host runs out. */
export const LIMITS: readonly Suspect[] = [
  {
    id: 'inotify-limit',
    cause: "The user's limit of inotify instances or watches is reached",
    fix: '`rkube doctor --root-script` prints what an administrator raises, or end other programs that watch files',
    look: said(
      /(inotify|fsnotify|directory watch|file watcher).*(too many open files|no space left on device)|too many open files.*(inotify|watch)/i,
      'kubelet',
      'containerd',
      'pods',
      'rkube-node',
      'error',
      'engine',
    ),
  },
  {
    id: 'disk-full',
    cause: "The file system that holds the node's volumes is full",
    fix: 'Free space where the engine keeps its storage (`podman system df`, `docker system df`), then run the same command again',
    look: either(
      scarce('disk', 20_000, 'KiB'),
      said(
        /no space left on device|disk quota exceeded|database or disk is full/i,
        'kubelet',
        'containerd',
        'pods',
        'rkube-images',
        'error',
        'engine',
      ),
    ),
  },
  {
    id: 'inodes-used-up',
    cause: "The file system that holds the node's volumes has no inodes left",
    fix: 'Remove many small files where the engine keeps its storage, or use a file system with more inodes',
    look: scarce('inodes', 200, 'inodes'),
  },
  {
    id: 'pids-limit',
    cause: 'No more processes may be started: a limit of processes is reached',
    fix: "Raise TasksMax of the user's slice, the engine's pids limit, or `ulimit -u`; or run fewer pods",
    look: said(
      /(fork\/exec|pthread_create|newosproc|fork:).*resource temporarily unavailable|failed to create new OS thread|cgroup: fork rejected|cannot fork/i,
      'kubelet',
      'containerd',
      'pods',
      'error',
      'engine',
    ),
  },
  {
    id: 'cgroup-controllers',
    cause: 'The node has not all cgroup controllers that the kubelet needs',
    fix: 'See `rkube doctor` (cgroup-controllers); after mending `rkube down` and `rkube up`',
    look: either(
      ({ controllers }) => {
        // Not what `sed` says of a file that is not there.
        const has = /^[a-z ]+$/.test(controllers ?? '') ? controllers?.split(' ') : undefined;
        const lacks = ['cpu', 'memory', 'pids'].filter((each) => has?.includes(each) === false);
        return lacks.length === 0 ? undefined : `cgroup.controllers: ${controllers}; missing: ${lacks.join(' ')}`;
      },
      both(inactive('kubelet'), said(/missing controllers/i, 'kubelet')),
    ),
  },
];
