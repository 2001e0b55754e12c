import { describe, expect, it } from 'vitest';
import { accessOf, parseFiles, readNode } from '../../../src/agent/node-files.ts';

const STATE = {
  phase: 'member',
  role: 'control-plane',
  address: '192.0.2.1',
  endpoint: 'api.lab',
  controlPlanes: ['192.0.2.1', '192.0.2.2'],
};
const KUBECONFIG = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from('CA').toString('base64')}
    server: https://192.0.2.1:7443
`;
const MANUAL = '{"ports":["8080:80","127.0.0.1:53:53/udp"]}';

/** As the shell in the node prints it: each file, with or without a newline at its end, then a newline and the mark. */
async function printed(...files: string[]): Promise<string> {
  let mark = '';
  await readNode({ run: async (argv) => ((mark = argv[4] ?? ''), Promise.reject(new Error())) }).catch(() => {});
  expect(mark).not.toBe('');
  return files.map((file) => `${file}\n${mark}\n`).join('');
}

describe("what a node's files tell the agent", () => {
  it('is its state, its credentials, the ports asked for by hand, and what the engine calls it', async () => {
    const known = parseFiles(await printed(JSON.stringify(STATE), KUBECONFIG, 'PEM\n', MANUAL, 'eth0 172.18.0.2\n'));
    expect(known).toMatchObject({ state: STATE, certificate: 'PEM', given: '172.18.0.2' });
    expect(known.manual).toEqual(['8080:80', '127.0.0.1:53:53/udp']);
    expect(accessOf(known)).toEqual({
      name: 'api.lab',
      port: 7443,
      addresses: ['192.0.2.1', '192.0.2.2'],
      ca: 'CA',
      certificate: 'PEM',
      token: '',
    });
  });

  it('is an empty node where nothing is there', async () => {
    expect(parseFiles(await printed('', '', '', '', ''))).toEqual({
      state: { phase: 'empty' },
      kubeconfig: '',
      certificate: '',
      manual: [],
      given: '',
    });
  });

  it('is no port by hand where that file is half written', async () => {
    expect(parseFiles(await printed(JSON.stringify(STATE), '', '', '{"ports":["80', ''))).toMatchObject({ manual: [] });
  });

  it('is refused where the state is half written', async () => {
    const text = await printed('{"phase":"member","ro', KUBECONFIG, 'PEM', '', '');
    expect(() => parseFiles(text)).toThrow(/^Reading the node: \/var\/lib\/rkube\/state\.json is not whole: /);
  });

  it.each([
    [0, 0.01],
    [2, 0.6],
    [3, 0.95],
  ])('is refused where the answer ends after %i of the files, and no key is told', async (files, share) => {
    const key = 'KEY'.repeat(200);
    const whole = await printed(JSON.stringify(STATE), KUBECONFIG, key, MANUAL, 'eth0 10.4.0.2');
    const text = whole.slice(0, whole.length * share);
    const refuse = (): unknown => parseFiles(text);
    expect(refuse).toThrow(`Reading the node: its answer has ${files} of 5 files`);
    expect(refuse).not.toThrow(/KEY/);
  });

  it.each(['', 'apiVersion: v1\n', 'clusters: []\n'])('is no access with the kubeconfig %j', async (kubeconfig) => {
    const known = parseFiles(await printed(JSON.stringify(STATE), kubeconfig, 'PEM', '', ''));
    expect(() => accessOf(known)).toThrow('/etc/kubernetes/kubelet.conf names no cluster');
  });
});
