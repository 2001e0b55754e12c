import type { NodeConfig } from '../config/types.ts';
import type { EngineInfo } from '../engine/types.ts';
import type { Host } from '../host/types.ts';
import type { Remedy } from './remedy.ts';

/** `fatal`: no node can run. `warning`: something may fail. `minor`: nothing of Kubernetes needs it; only doctor tells. */
export type Severity = 'fatal' | 'warning' | 'minor';

/** A host port the node publishes; `what` says for what, and how to set another. */
export interface PortUse {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly what: string;
}

/** What a check looks at. `engine` is undefined when none was found; `problem` then says why. */
export interface CheckInput {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly engine: EngineInfo | undefined;
  readonly engineProblem: string;
  /** What to do about that; '' when not known. */
  readonly engineNext: string;
  /** The node container runs, so its own ports are taken by itself. */
  readonly nodeRuns: boolean;
  /** Host ports the node publishes or would publish (ports.ts makes them). */
  readonly ports: readonly PortUse[];
}

/** `evidence` says what was read where; `skip` a check that cannot apply here. */
export type Finding =
  | { readonly state: 'ok'; readonly evidence: string }
  | { readonly state: 'skip'; readonly evidence: string }
  | {
      readonly state: 'problem';
      readonly evidence: string;
      readonly fix: string;
      /** The fix as data, where it is an administrator's work. */
      readonly remedy?: Remedy;
    };

export interface Check {
  /** Stable, kebab-case: `cgroup-controllers`; docs/doctor/ has a page of this name. */
  readonly id: string;
  /** What should be true, as a short statement. */
  readonly title: string;
  readonly severity: Severity;
  /** The fix needs an administrator (root), once. */
  readonly root?: boolean;
  probe(input: CheckInput): Promise<Finding>;
}

export interface CheckReport {
  readonly id: string;
  /** Below the folder of rkube's package: `docs/doctor/inotify.md`. */
  readonly page: string;
  readonly title: string;
  readonly severity: Severity;
  /** The fix needs an administrator. */
  readonly root: boolean;
  readonly finding: Finding;
}
