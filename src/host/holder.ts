import { readdir, readFile, readlink } from 'node:fs/promises';

/** State of a socket that waits, as /proc/net/tcp and /proc/net/udp write it (include/net/tcp_states.h). */
const WAITING = { tcp: '0A', udp: '07' } as const;

/**
 * Who holds a port that can not be had: name and number of a process of this user, else the user, as the kernel shows
 * a process's sockets to its own user alone.
 */
export async function holder(protocol: 'tcp' | 'udp', port: number): Promise<string> {
  for (const { uid, inode } of await sockets(protocol, port)) {
    if (uid !== process.getuid?.()) return `a process of ${await userName(uid)}`;
    const found = await processWith(inode);
    if (found !== undefined) return found;
  }
  return 'a process that can not be seen from here';
}

/** Sockets that wait at the port, on whatever address: those that do not share it with ours are not told apart. */
async function sockets(protocol: 'tcp' | 'udp', port: number): Promise<{ uid: number; inode: string }[]> {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const texts = await Promise.all([protocol, `${protocol}6`].map((name) => text(`/proc/net/${name}`)));
  return texts
    .flatMap((each) => each.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(hex) && state === WAITING[protocol])
    .map((fields) => ({ uid: Number(fields[7]), inode: fields[9] ?? '' }));
}

async function userName(uid: number): Promise<string> {
  const line = (await text('/etc/passwd')).split('\n').find((each) => each.split(':')[2] === String(uid));
  return line === undefined ? `user ${uid}` : `user ${line.split(':')[0]}`;
}

async function processWith(inode: string): Promise<string | undefined> {
  for (const pid of (await list('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await list(`/proc/${pid}/fd`)) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (link === `socket:[${inode}]`) return `${(await text(`/proc/${pid}/comm`)).trim()} (pid ${pid})`;
    }
  }
  return undefined;
}

const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
