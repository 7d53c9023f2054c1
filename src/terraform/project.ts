import type { ResolvedArchitecture } from "#model/architecture.ts";
import { backupsOf } from "./backup/plan.ts";
import { computeOf } from "./compute/compute.ts";
import { registryOf } from "./compute/registry.ts";
import { contextOf } from "./context.ts";
import { bucketCopiesOf } from "./data/bucket-copies.ts";
import { bucketLogsOf } from "./data/bucket-logs.ts";
import { Buckets } from "./data/buckets.ts";
import { storesOf } from "./data/stores.ts";
import { entryOf } from "./entry/entry.ts";
import { networkAclsOf } from "./network/acls.ts";
import { endpointsOf } from "./network/endpoints.ts";
import { flowLogsOf } from "./network/flow-logs.ts";
import { routesOf } from "./network/routes.ts";
import { vpcOf } from "./network/vpc.ts";
import { vpnOf } from "./network/vpn.ts";
import { alarmsOf } from "./observability/alarms.ts";
import { dashboardsOf } from "./observability/dashboards.ts";
import { topicOf } from "./observability/topic.ts";
import { secretsOf } from "./secrets/secrets.ts";
import { detectionOf } from "./security/detection.ts";
import { securityGroupsOf } from "./security/groups.ts";
import { Keys } from "./security/keys.ts";
import { overridden } from "./overrides.ts";
import { requireArguments } from "./required/check.ts";
import { type Resources, Stack } from "./stack.ts";

/**
 * Every AWS resource of one environment, with the architecture's overrides. Pure: the same architecture gives the same resources
 * in the same order. @throws PlumblineError TERRAFORM_UNSUPPORTED, TERRAFORM_OVERRIDE_UNKNOWN, TERRAFORM_ARGUMENT_MISSING
 */
export function projectTerraform(architecture: ResolvedArchitecture): Resources {
  const stack = new Stack();
  const context = contextOf(architecture, stack);
  const keys = new Keys(context);

  const vpc = vpcOf(context);
  const routes = routesOf(context, vpc);
  networkAclsOf(context, vpc);
  flowLogsOf(context, vpc, keys);
  vpnOf(context, vpc, keys);
  const endpoints = endpointsOf(context, vpc, routes);
  const groups = securityGroupsOf(context, vpc, endpoints);

  const buckets = new Buckets(context, keys);
  bucketLogsOf(context, buckets);
  bucketCopiesOf(context, buckets, keys);
  const loadBalancer = entryOf(context, vpc, groups, buckets, keys);

  const stores = storesOf(context, vpc, keys, groups);
  const secrets = secretsOf(context, stores, keys);
  const registry = registryOf(context, keys);
  computeOf({ context, vpc, groups, keys, loadBalancer, stores, buckets, secrets, registry });

  const topic = topicOf(context, keys);
  alarmsOf(context, topic);
  dashboardsOf(context);
  backupsOf(context, keys);
  detectionOf(context, keys);
  buckets.finish();
  const resources = overridden(stack.resources, architecture.terraform);
  requireArguments(resources);
  return { resources };
}
