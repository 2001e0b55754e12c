import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../../../src/cluster/support/archive.ts';
import { files, makeIndex, type Part, partOf } from '../../../../src/cluster/support/bundle.ts';
import { leaked, PLANTED } from './secrets.ts';

const HERE: Part = {
  host: 'host1',
  node: 'host1',
  entries: [
    { path: 'doctor.json', what: 'doctor', text: '[]\n' },
    { path: 'node/x.log', what: 'journal', problem: 'no journal' },
  ],
};
const bundle = async (parts: readonly Part[], nodes: readonly string[] = []): Promise<Uint8Array> =>
  pack(files(parts, makeIndex(parts, nodes)));

describe('a bundle', () => {
  it('has the files of each host in its folder, and an index of what is there and what not', async () => {
    const found = await unpack(await bundle([HERE], ['host1', 'host2']));
    expect([...found.keys()]).toEqual(['index.txt', 'index.json', 'host1/doctor.json']);
    expect(found.get('host1/doctor.json')).toBe('[]\n');
    expect(found.get('index.txt')).toMatch(
      /host1\/?:\n {2}doctor\.json {2}\(doctor; 3 bytes\)\n {2}node\/x\.log {2}\(journal; not there; no journal\)/,
    );
    expect(found.get('index.txt')).toMatch(/Other nodes of the cluster:\n {2}host2: .*--peer HOST/);
    expect(found.get('index.txt')).toMatch(/Left out on purpose:\n {2}private keys/);
  });

  it('of another host is taken over', async () => {
    expect(await partOf(await bundle([HERE]))).toEqual(HERE);
  });

  it('of another host is redacted again', async () => {
    const part = await partOf(
      await bundle([{ ...HERE, entries: [{ path: 'a', what: 'a', text: PLANTED, problem: PLANTED }] }]),
    );
    expect(part.entries).toHaveLength(1);
    expect(leaked(JSON.stringify(part))).toEqual([]);
  });

  it.each(['../../.bashrc', '/etc/passwd', 'a/../../b', '-rf', ''])(
    'of another host cannot bring the path %j',
    async (path) => {
      const part = await partOf(await bundle([{ ...HERE, entries: [{ path, what: 'bad', text: 'x' }] }]));
      expect(part.entries).toEqual([]);
    },
  );

  it.each(['../x', ''])('of another host cannot be called %j', async (host) => {
    await expect(partOf(await bundle([{ ...HERE, host }]))).rejects.toThrow('names no host');
  });

  it('that is no archive is refused', async () => {
    await expect(partOf(Buffer.from('rkube: command not found'))).rejects.toThrow('incorrect header check');
  });
});
