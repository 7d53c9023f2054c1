/**
 * A service: its replicas, and the deployment that is under way. One loop, so that a deployment sees every change of the
 * replicas in the same step, and nothing of either is lost when the state is read back.
 */
import {
  type ControlLoop,
  type Controller,
  type Instant,
  type Step,
  type Tick,
  earliestAfter,
} from "../controller.ts";
import {
  type ReplicasAction,
  type ReplicasEvent,
  type ReplicasState,
  summarizeReplicas,
} from "../replica-state.ts";
import { replicasLoop } from "../replicas.ts";
import { advance, deploymentWake, jobEnded, superseded } from "./deployment.ts";
import {
  type DeploymentRequest,
  type DeploymentState,
  type Revision,
  isUnderWay,
  newDeployment,
} from "./deployment-state.ts";

export interface ServiceState {
  readonly replicas: ReplicasState;
  /** The last one, under way or over; null where there was none. */
  readonly deployment: DeploymentState | null;
  /** What a failed deployment returns to: the last revision that was steady. */
  readonly good: Revision;
}

export type ServiceEvent =
  | ReplicasEvent
  /** Begin a deployment; one that is under way goes on, and this one is not begun. */
  | { readonly kind: "deploy"; readonly request: DeploymentRequest }
  /** The job of a deployment has ended, well where `failure` is null. */
  | {
      readonly kind: "job-ended";
      readonly deployment: number;
      readonly job: string;
      readonly failure: string | null;
    };

export type ServiceAction =
  | ReplicasAction
  /** Run a job to its end, and say `job-ended`. */
  | { readonly kind: "run-job"; readonly deployment: number; readonly job: string };

type ServiceStep = Step<ServiceState, ServiceAction>;

export function initialService(replicas: ReplicasState): ServiceState {
  const { version, generation } = replicas;
  return { replicas, deployment: null, good: { version, generation } };
}

const step: Controller<ServiceState, ServiceEvent | Tick, ServiceAction> = (before, event, now) =>
  noticeGood(deploy(apply(before, event, now), now));

function nextWake({ replicas, deployment }: ServiceState): Instant | null {
  const wake = isUnderWay(deployment) ? deploymentWake(deployment, replicas.asOf) : null;
  return earliestAfter(replicas.asOf, [wake, replicasLoop.nextWake(replicas)]);
}

/** Keeps the replicas of one service, and deploys to it. */
export const serviceLoop: ControlLoop<ServiceState, ServiceEvent, ServiceAction> = { step, nextWake };

function apply(before: ServiceState, event: ServiceEvent | Tick, now: Instant): ServiceStep {
  const { deployment } = before;
  switch (event.kind) {
    case "deploy": {
      const ticked = feed(before, { kind: "tick" }, now);
      if (isUnderWay(deployment) || before.replicas.stopped) return ticked;
      const { desired } = before.replicas;
      const id = (deployment?.id ?? 0) + 1;
      const begun = newDeployment(event.request, { id, from: before.good, desired }, now);
      return {
        state: { ...ticked.state, deployment: begun },
        actions: [...ticked.actions, ...firstJob(begun)],
      };
    }
    case "job-ended": {
      const ticked = feed(before, { kind: "tick" }, now);
      const isMeant = deployment?.id === event.deployment && deployment.jobs[0] === event.job;
      if (!isMeant) return ticked;
      const after = jobEnded(deployment, event.failure, now);
      return {
        state: { ...ticked.state, deployment: after },
        actions: [...ticked.actions, ...firstJob(after)],
      };
    }
    case "roll":
    case "roll-back":
    case "stop-all": {
      const why = event.kind === "stop-all" ? "the service is stopped" : "another roll has taken its place";
      const ended = isUnderWay(deployment) ? superseded(deployment, why, now) : deployment;
      return feed({ ...before, deployment: ended }, event, now);
    }
    default:
      return feed(before, event, now);
  }
}

/** Lets the deployment go on, and tells the replicas what it wants of them, as long as there is something. */
function deploy(start: ServiceStep, now: Instant): ServiceStep {
  let current = start;
  for (;;) {
    const { replicas, deployment } = current.state;
    if (!isUnderWay(deployment)) return current;
    const { deployment: after, tell } = advance(deployment, replicas, now);
    const state = { ...current.state, deployment: after };
    if (tell === null) return { state, actions: current.actions };
    const told = feed(state, tell, now);
    current = { state: told.state, actions: [...current.actions, ...told.actions] };
  }
}

function noticeGood({ state, actions }: ServiceStep): ServiceStep {
  const { replicas, deployment, good } = state;
  const { version, generation } = replicas;
  const isProven = !isUnderWay(deployment) && !replicas.stopped && generation !== good.generation;
  if (!isProven || summarizeReplicas(replicas).phase !== "steady") return { state, actions };
  return { state: { ...state, good: { version, generation } }, actions };
}

function feed(state: ServiceState, event: ReplicasEvent | Tick, now: Instant): ServiceStep {
  const { state: replicas, actions } = replicasLoop.step(state.replicas, event, now);
  return { state: { ...state, replicas }, actions };
}

function firstJob({ id, state, jobs }: DeploymentState): ServiceAction[] {
  const [job] = jobs;
  return state !== "IN_PROGRESS" || job === undefined ? [] : [{ kind: "run-job", deployment: id, job }];
}
