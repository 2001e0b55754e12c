// The lab's command line. `lab ssh` is in ssh.sh: it only has to become an ssh process.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { tearDown } from './down.mjs';
import { install } from './install.mjs';
import { withLock } from './lock.mjs';
import { hostIndex, hostOf, labNamed, suiteNamed, suites } from './names.mjs';
import { readdress } from './readdress.mjs';
import { exitCleanlyWhenInterrupted } from './run.mjs';
import { LabError, say } from './say.mjs';
import { knownHosts, running } from './state.mjs';
import { logs, status } from './status.mjs';
import { start, stop, up } from './up.mjs';

const help = `lab: real hosts for rkube's tests, as user-mode Linux guests. Needs root; no KVM, no container engine.

  lab up 2                        hosts 1 and 2 up (10.99.0.11, 10.99.0.12), built first if need be
  lab ssh alice@1 podman info     a command as alice (Podman), bob (Docker), carol (nerdctl) or root;
                                  without one, a shell
  lab status                      hosts, uptime, memory
  lab down                        everything away

  lab build [--suite S]           kernel, root file system, base disk with the node image: once, then kept
  lab up N [--suite S] [--memory 4G] [--fresh]
                                  --suite: the Debian suite of hosts made now, ${suites.join(' or ')}, ${suites[0]} if not given;
                                  a lab may have hosts of both. --fresh: throw hosts away first
  lab install [I…]                rkube of this checkout (make install) onto hosts; \`up\` does it when dist/ is there
  lab reboot I [--hard]           same disk; --hard: as after a power failure
  lab stop I [--hard], lab start I
  lab readdress I ADDRESS         another address for host I, at once, kept over boots: 10.99.0.31
  lab status [--json]
  lab logs I                      console
  lab ssh USER@I [COMMAND…]

Environment: RKUBE_LAB   name of the lab, "rkube" if not set; labs of different names do not see each other
             RKUBE_LAB_CPU     number of the processor that host1 is pinned to, 0 if not set; others follow in turn, there and back
             RKUBE_CACHE where built parts are kept, ~/.cache/rkube if not set
             RKUBE_DEBIAN_MIRROR   in place of the one apt uses here
             RKUBE_LAB_IMAGE   a docker-archive to put into the base disk in place of scripts/node-image's
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 this machine cannot do it, 130 interrupted.
`;

const {
  values: flags,
  positionals: [command, ...words],
} = parse();

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        memory: { type: 'string', default: '4G' },
        suite: { type: 'string', default: suites[0] },
        fresh: { type: 'boolean', default: false },
        hard: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(new LabError(`${/** @type {Error} */ (error).message}; see: lab --help`, 2));
  }
}

/** @param {unknown} error @returns {never} */
function fail(error) {
  const known = error instanceof LabError;
  process.stderr.write(`lab: ${known ? error.message : /** @type {Error} */ (error).stack}\n`);
  process.exit(known ? error.exitCode : 1);
}

async function main() {
  if (flags.help || command === 'help') return void process.stdout.write(help);
  const lab = labNamed();
  /** Changes one lab at a time. @template T @param {() => Promise<T>} body */
  const locked = (body) => withLock(`lab-${lab.name}`, 900, body);
  const host = () => hostOf(lab, hostIndex(words[0]));
  switch (command) {
    case 'build': {
      const { kernel, disk } = await build(suiteNamed(flags.suite));
      return void process.stdout.write(`${kernel}\n${disk}\n`);
    }
    case 'up':
      if (!/^[1-9][0-9]*[GM]$/.test(flags.memory))
        throw new LabError(`--memory: expected a number with M or G, found "${flags.memory}"`, 2);
      return locked(() => up(lab, hostIndex(words[0] ?? '2'), { ...flags, suite: suiteNamed(flags.suite) }));
    case 'install': {
      const hosts =
        words.length > 0 ? words.map((word) => hostOf(lab, hostIndex(word))) : knownHosts(lab).filter(running);
      if (hosts.length === 0) throw new LabError('no host is up: lab up 2');
      return locked(() => install(hosts));
    }
    case 'reboot':
      return locked(async () => {
        await stop(host(), flags.hard);
        await start(host());
      });
    case 'stop':
      return locked(() => stop(host(), flags.hard));
    case 'start':
      return locked(() => start(host()));
    case 'readdress':
      return locked(() => readdress(lab, hostIndex(words[0]), words[1]));
    case 'status':
      return status(lab, flags.json);
    case 'logs':
      return logs(host());
    case 'down':
      return locked(async () => {
        await tearDown(lab);
        say(`lab ${lab.name}: nothing left`);
      });
    default:
      throw new LabError(
        `${command === undefined ? 'a command is missing' : `unknown command "${command}"`}; see: lab --help`,
        2,
      );
  }
}

exitCleanlyWhenInterrupted();
main().catch(fail);
