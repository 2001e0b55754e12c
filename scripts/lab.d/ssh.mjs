// Commands in hosts, over ssh within the lab's network.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostOf, maxHosts, users } from './names.mjs';
import { inside } from './net.mjs';
import { run } from './run.mjs';

/** @typedef {import('./names.mjs').Lab} Lab */
/** @typedef {import('./names.mjs').Host} Host */

/**
 * Writes the lab's ssh configuration; `ssh -F` with it works for people, too.
 * @param {Lab} lab @param {string} [keys] folder that has the lab's key and host key; the lab's own has them unless given
 */
export function writeSshConfig(lab, keys) {
  for (const name of keys === undefined ? [] : ['id', 'known_hosts'])
    copyFileSync(join(keys, name), join(lab.dir, name));
  const hosts = Array.from({ length: maxHosts }, (_, index) => hostOf(lab, index + 1))
    .map((host) => `Host ${host.name}\n  HostName ${host.address}\n`)
    .join('');
  writeFileSync(
    join(lab.dir, 'ssh_config'),
    `${hosts}Host *
  IdentityFile ${join(lab.dir, 'id')}
  IdentitiesOnly yes
  UserKnownHostsFile ${join(lab.dir, 'known_hosts')}
  HostKeyAlias lab
  BatchMode yes
  ConnectTimeout 5
  ServerAliveInterval 5
  ServerAliveCountMax 4
  # A login costs a guest 0.4 s, a command over an open connection 0.03 s.
  ControlMaster auto
  ControlPersist 30
  ControlPath ${join(lab.dir, 'ssh-%r@%h')}
  LogLevel ERROR
`,
  );
}

/** Forgets open connections to a host; its next boot would not know them. @param {Host} host */
export function forgetConnections(host) {
  for (const user of users) rmSync(join(host.lab.dir, `ssh-${user}@${host.address}`), { force: true });
}

/** Arguments that run ssh inside the lab's network. @param {Lab} lab @returns {[string, ...string[]]} */
const sshCommand = (lab) => [...inside(lab), 'ssh', '-F', join(lab.dir, 'ssh_config')];

/**
 * Runs a shell command in a host.
 * @param {Host} host @param {string} user @param {string} command @param {import('./run.mjs').RunOptions} options
 */
export function inHost(host, user, command, options) {
  const [file, ...args] = sshCommand(host.lab);
  return run(file, [...args, `${user}@${host.name}`, command], {
    name: `${host.name}: ${command.slice(0, 60)}`,
    ...options,
  });
}
