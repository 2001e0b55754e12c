// A cluster of two lab hosts over one network path, with servers to measure it.
import { readFileSync } from 'node:fs';
import { ingest, install, installFlows, on, SERVERS } from './network-tools.mjs';

/** @typedef {import('./network-tools.mjs').Side} Side */
/** @typedef {{title: string, user: string, engine: string, tells: string, unit?: string, file?: string, lines?: string[]}} Path */

/** Only paths whose title RKUBE_BENCH_PATHS matches. @type {Path[]} */
export const PATHS = JSON.parse(readFileSync(new URL('../lab.d/paths.json', import.meta.url), 'utf8')).filter(
  (/** @type {Path} */ { title }) => new RegExp(process.env.RKUBE_BENCH_PATHS ?? '').test(title),
);

/** Runs `work` with this path's drivers on both hosts; their engines have their own again afterwards. @param {Path} path @param {(sides: Side[]) => void} work */
export function over(path, work) {
  process.stderr.write(`== ${path.title}\n`);
  /** @type {Side[]} */
  const sides = [1, 2].map((host) => ({ host, who: `${path.user}@${host}`, engine: path.engine }));
  choose(path, sides, true);
  try {
    work(sides);
  } catch (error) {
    process.stderr.write(`${path.title}: ${/** @type {Error} */ (error).message}\n`);
    process.exitCode = 1;
  } finally {
    for (const { who } of sides) on(who, 'rkube delete --yes', { mayFail: true });
    choose(path, sides, false);
  }
}

/** The engine with this path's drivers on both hosts, or with its own again. @param {Path} path @param {Side[]} sides @param {boolean} chosen */
function choose({ file, lines = [], unit }, sides, chosen) {
  for (const { who } of sides) {
    if (file)
      on(who, chosen ? `mkdir -p "$(dirname ${file})" && cat >${file}` : `rm ${file}`, {
        input: `${lines.join('\n')}\n`,
      });
    if (unit) on(who, `systemctl --user daemon-reload && systemctl --user restart ${unit}`);
  }
}

const init = (/** @type {Side} */ { who, engine }, /** @type {number} */ mtu) =>
  on(who, `rkube init --engine ${engine} --publish 30081 --mtu ${mtu}`);
const ready = (/** @type {Side} */ { who }) => on(who, 'rkube kubectl rollout status daemonset/bench --timeout 240s');

/** Both hosts in one cluster, with servers in a pod of each. @param {Side[]} sides @param {number} mtu */
export function makeCluster([server, client], mtu) {
  init(server, mtu);
  on(client.who, `rkube join --engine ${client.engine}`, { input: on(server.who, 'rkube join-command') });
  on(server.who, 'rkube kubectl apply -f -', { input: SERVERS });
  ready(server);
  for (const side of [server, client]) {
    install(side);
    installFlows(side);
  }
  ingest(server);
}

/** The same cluster with packets of another size. @param {Side[]} sides @param {number} mtu */
export function changeMtu([server], mtu) {
  init(server, mtu);
  // Pods keep the MTU that they were made with.
  on(server.who, 'rkube kubectl rollout status -n kube-flannel daemonset/kube-flannel-ds --timeout 240s');
  on(server.who, 'rkube kubectl delete pod -l app=bench --now');
  ready(server);
  ingest(server);
}
