import { describe, expect, test } from 'vitest';
import { keyrings } from '../../../src/preflight/checks/keyrings.ts';
import { openFiles } from '../../../src/preflight/checks/open-files.ts';
import { processes } from '../../../src/preflight/checks/processes.ts';
import { line, probe } from './fake.ts';

const SLICE = '/sys/fs/cgroup/user.slice/user-1001.slice';
const MANAGER = `${SLICE}/user@1001.service`;

const limits = (files: string, processes: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax processes             ${processes}                62813                processes \nMax open files            1024                 ${files}              files     \n`;
const session = (files = '524288', processes = '62813') => ({
  '/run/systemd/system': '',
  '/proc/self/limits': limits(files, processes),
});
const manager = (files = '524288', processes = '62813') => ({
  [`${MANAGER}/init.scope/cgroup.procs`]: '77\n78\n',
  '/proc/77/limits': limits(files, processes),
});

describe('open-files', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['enough', session(), /^ok: 524288 for this session \(\/proc\/self\/limits\)$/],
    ['no limit', session('unlimited'), /^ok: Infinity for/],
    ['kind of enough', session('64000'), /^ok: /],
    [
      'few',
      session('4096'),
      /^problem: 4096 for this session.* → mkdir -p \/etc\/security\/limits\.d && printf '%s\\n' 'alice hard nofile 524288' > (\S+); then log out/,
    ],
    [
      "few for the user's manager",
      { ...session(), ...manager('4096') },
      /^problem: 524288 for .*, 4096 for the user's manager \(\/proc\/77\/limits\)/,
    ],
    ['few, without systemd', { '/proc/self/limits': limits('4096', '62813') }, /→ .*rc_ulimit="-n 524288"/],
    ['not readable', {}, /^ok: .*can not be read/],
  ])('%s', async (_, files, expected) => expect(line(await probe(openFiles, { files }))).toMatch(expected));
});

describe('processes', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'enough',
      { ...session(), ...manager(), [`${SLICE}/pids.max`]: '20000\n', [`${MANAGER}/pids.max`]: 'max\n' },
      /^ok: .*20000 in .*no limit in/,
    ],
    [
      'few for the session',
      session('524288', '1024'),
      /^problem: .* → .*'alice - nproc 32768' > .*nproc\.conf; then log out/,
    ],
    [
      "few for the user's manager",
      { ...session(), ...manager('524288', '1024') },
      /^problem: .*1024 in the user's manager/,
    ],
    [
      'few for all of the user',
      { ...session(), [`${SLICE}/pids.max`]: '2048\n' },
      /^problem: .*2048 in .*pids\.max.* → .*'\[Slice\]' TasksMax=32768 > \/etc\/systemd\/system\/user-\.slice\.d\/\S+ && systemctl daemon-reload/,
    ],
    [
      'few for what the manager starts',
      { ...session(), [`${MANAGER}/pids.max`]: '512\n' },
      /→ .*'\[Service\]' TasksMax=32768 > .*user@\.service\.d/,
    ],
    ['few, without systemd', { '/proc/self/limits': limits('524288', '1024') }, /→ .*rc_ulimit="-p 32768"/],
    ['nothing readable', {}, /^ok: no limit can be read$/],
  ])('%s', async (_, files, expected) => expect(line(await probe(processes, { files }))).toMatch(expected));
});

describe('keyrings', () => {
  const users = (own: string) => ({
    '/proc/key-users': `    0:    99 98/98 63/1000000 1105/25000000\n${own}11001:  9 9/9 9/9 9/9\n`,
  });
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'room enough',
      users(' 1001:     5 4/4 4/200 52/20000\n'),
      /^ok: \/proc\/key-users: 4 of 200 keys, 52 of 20000 bytes$/,
    ],
    ['no keys yet', users(''), /^ok: .*no keys yet$/],
    ['no keyrings in this kernel', {}, /^ok: .*absent/],
    [
      'few keys left',
      users(' 1001:   101 101/101 101/200 9000/20000\n'),
      /^problem: .*101 of 200 keys.* → .*kernel\.keys\.maxkeys=20000 kernel\.keys\.maxbytes=500000 > \S+99-rkube-keys\.conf/,
    ],
    ['few bytes left', users(' 1001:   90 90/90 90/20000 19000/20000\n'), /^problem: .*19000 of 20000 bytes/],
  ])('%s', async (_, files, expected) => expect(line(await probe(keyrings, { files }))).toMatch(expected));
});
