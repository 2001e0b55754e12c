import type { Verb } from '../verb.ts';
import { agent } from './agent.ts';
import { deleteVerb } from './delete.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { init } from './init.ts';
import { join } from './join.ts';
import { joinCommand } from './join-command.ts';
import { kubeconfig } from './kubeconfig.ts';
import { kubectl } from './kubectl.ts';
import { logs } from './logs.ts';
import { ports } from './ports.ts';
import { reset } from './reset.ts';
import { shell } from './shell.ts';
import { status } from './status.ts';
import { support } from './support.ts';
import { sync } from './sync.ts';
import { up } from './up.ts';
import { version } from './version.ts';

/** All verbs, in the order --help lists them: as a user meets them. */
export const VERBS: readonly Verb[] = [
  doctor,
  up,
  init,
  joinCommand,
  join,
  status,
  kubeconfig,
  kubectl,
  shell,
  logs,
  ports,
  agent,
  support,
  sync,
  down,
  reset,
  deleteVerb,
  version,
];
