import { readdir, readFile, realpath, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { CommandRunner } from '../core/command.ts';
import { holder } from './holder.ts';
import { tryListen } from './listen.ts';
import { defaultRouteInterface } from './route.ts';
import type { Host, HostAddress } from './types.ts';

/** What a test puts in place of the machine. */
export interface LocalHostOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that stands for `/`. */
  readonly root?: string;
  readonly os?: Pick<typeof os, 'hostname' | 'homedir' | 'networkInterfaces' | 'userInfo'>;
}

/** This machine and the user who runs rkube. */
export function localHost(runner: CommandRunner, options: LocalHostOptions): Host {
  const { env, root = '', os: system = os } = options;
  const at = (file: string): string => path.join(root, file);
  const text = (file: string): Promise<string | undefined> => readText(at(file));
  const home = env.HOME || system.homedir();
  return {
    runner,
    env,
    ...whoAmI(system, env),
    hostname: system.hostname(),
    home,
    readFile: text,
    stat: (file) => orUndefined(stat(at(file))),
    list: async (folder) => (await orUndefined(readdir(at(folder)))) ?? [],
    realPath: (file) => nearest(root, file),
    room: async (folder) => {
      const found = await orUndefined(statfs(at(folder)));
      // statfs(2): without a fixed number of inodes there are 0 in all (btrfs).
      return found && { bytes: found.bavail * found.bsize, files: found.files === 0 ? Infinity : found.ffree };
    },
    tryListen,
    holder,
    addresses: async () =>
      ipv4Addresses(system.networkInterfaces(), defaultRouteInterface((await text('/proc/net/route')) ?? '')),
  };
}

/** IPv4 addresses of a machine, in the order the kernel lists its interfaces. */
function ipv4Addresses(interfaces: ReturnType<typeof os.networkInterfaces>, routed: string): HostAddress[] {
  return Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos
      .filter((info) => info.family === 'IPv4')
      .map((info) => ({
        interface: name,
        address: info.address,
        prefix: Number(info.cidr?.split('/')[1] ?? 32),
        defaultRoute: name === routed,
      })),
  );
}

async function nearest(root: string, file: string): Promise<string> {
  const found = await orUndefined(realpath(path.join(root, file)));
  if (found !== undefined) return found.slice(root.length) || '/';
  return file === '/' || file === '.' ? '/' : nearest(root, path.dirname(file));
}

/** A user of a directory service that is out of reach has a number but no name. */
function whoAmI(system: Pick<typeof os, 'userInfo'>, env: LocalHostOptions['env']): { uid: number; user: string } {
  try {
    const { uid, username } = system.userInfo();
    return { uid, user: username };
  } catch {
    const uid = process.getuid?.() ?? 0;
    return { uid, user: env.USER || String(uid) };
  }
}

async function readText(file: string): Promise<string | undefined> {
  const bytes = await orUndefined(readFile(file));
  if (bytes === undefined) return undefined;
  const plain = file.endsWith('.gz') ? await orUndefined(promisify(gunzip)(bytes)) : bytes;
  return plain?.toString('utf8');
}

/** The value, or undefined when the file is absent, unreadable or damaged: all the same to a check. */
function orUndefined<T>(value: Promise<T>): Promise<T | undefined> {
  return value.catch(() => undefined);
}
